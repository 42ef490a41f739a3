// A study of claims about event networks from its settings to its answers. Everything random is keyed by the settings:
// the same study gives the same result however often it was stopped and continued.

import { eventExperiments } from "../../../event-gradient/event-experiments.ts";
import type { Interval } from "../../../statistics/interval.ts";
import { meanInterval } from "../../../statistics/mean-interval.ts";
import { type ArmName, armNames, type EventArm, experimentOf } from "./event-arm.ts";
import type { EventClaimsPorts, KeptPiece } from "./event-claims-ports.ts";
import type {
  EventClaimsResult,
  MeasuredEventNetwork,
  MeasuredPair,
  MeasuredSweep,
  MeasuredToy,
  SweptNetwork,
  ToyRepeat,
} from "./event-claims-result.ts";
import { type EventClaimsSettings, type EventPair, measureOf } from "./event-claims-settings.ts";
import type { EventMeasureSettings } from "./event-measure-settings.ts";
import { type EventSweep, sweepMeasure, sweptArm } from "./event-sweep.ts";
import type { EventToy } from "./event-toy.ts";
import { judgeEventClaims } from "./judge-event-claims.ts";
import { measureEventNetwork } from "./measure-event-network.ts";
import { trainToy } from "./train-toy.ts";

/** @throws {CancelledError} when cancelled; every epoch trained and every network measured is kept */
export async function runEventClaims(
  ports: EventClaimsPorts,
  settings: EventClaimsSettings,
  isQuick: boolean,
): Promise<EventClaimsResult> {
  const steps = stepsOf(ports, settings);
  const pairs: MeasuredPair[] = [];
  const toys: MeasuredToy[] = [];
  const sweeps: MeasuredSweep[] = [];
  for (const pair of settings.pairs) pairs.push(await runPair(ports, settings, pair, steps));
  for (const toy of settings.toys) toys.push(await runToy(ports, settings, toy, steps));
  for (const sweep of settings.sweeps) sweeps.push(await runSweep(ports, settings, sweep, steps));
  ports.onProgress({ share: 1, doing: "judging" });
  const networks = [
    ...pairs.flatMap(({ arms }) => [...arms.one, ...arms.many]),
    ...sweeps.flatMap(({ points }) => points.flatMap((point) => point.networks)),
  ];
  // A sweep passes by networks of its pair: each was trained once.
  const spent = [...new Map(networks.map((network) => [network.sha256, network])).values(), ...toys];
  const seconds = spent.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  return {
    schema: "spikefront.claims-result",
    version: 1,
    kind: "events",
    name: settings.name,
    isQuick,
    settings,
    cpuHours: seconds / 3600,
    pairs,
    toys,
    sweeps,
    claims: judgeEventClaims(settings, { pairs, toys, sweeps }),
  };
}

/** @param share - of the step */
type Steps = (weight: number, doing: string) => (share: number) => void;

/** Where the run stands: parts of it, weighed by about how long they take. */
function stepsOf(ports: EventClaimsPorts, settings: EventClaimsSettings): Steps {
  const { pairs, toys, sweeps } = settings;
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
  const whole =
    sum(pairs.map((pair) => 2 * networksOf(settings, pair))) +
    sum(toys.map(({ repeats }) => repeats * toyWeight)) +
    sum(sweeps.map(({ values, trained }) => values.length * trained));
  let done = 0;
  return (weight, doing) => {
    const before = done;
    done += weight;
    const onProgress = (share: number): void =>
      ports.onProgress({ share: (before + weight * share) / whole, doing });
    onProgress(0);
    return onProgress;
  };
}

const toyWeight = 0.05;

function networksOf(settings: EventClaimsSettings, { trained = settings.trained }: EventPair): number {
  return trained;
}

async function runPair(
  ports: EventClaimsPorts,
  settings: EventClaimsSettings,
  pair: EventPair,
  steps: Steps,
): Promise<MeasuredPair> {
  const arms: Record<ArmName, MeasuredEventNetwork[]> = { one: [], many: [] };
  const networks = networksOf(settings, pair);
  // Seed by seed, so that what is there first can be compared.
  for (let network = 0; network < networks; network++) {
    for (const arm of armNames) {
      const onTrained = steps(1, `${pair.name}, ${arm}, network ${network + 1} of ${networks}`);
      const name = `${pair.name}-${arm}`;
      const measure = measureOf(settings, pair);
      arms[arm].push(
        await trainAndMeasure(ports, {
          name,
          pair,
          arm: pair[arm],
          measure,
          seed: settings.seed,
          network,
          onTrained,
        }),
      );
    }
  }
  const accuracy = (arm: ArmName): Interval =>
    meanInterval(
      arms[arm].map(({ measures }) => measures.correct / measures.samples),
      [0, 1],
      "networks",
    );
  const { data } = eventExperiments[pair.one.experiment];
  return { name: pair.name, data, arms, accuracy: { one: accuracy("one"), many: accuracy("many") } };
}

interface NetworkToTrain {
  readonly name: string;
  readonly pair: Pick<EventPair, "samples">;
  readonly arm: EventArm;
  readonly measure: EventMeasureSettings;
  /** Of the study. */
  readonly seed: number;
  readonly network: number;
  readonly onTrained: (share: number) => void;
}

async function trainAndMeasure(
  ports: EventClaimsPorts,
  { name, pair: { samples }, arm, measure, seed: first, network, onTrained }: NetworkToTrain,
): Promise<MeasuredEventNetwork> {
  const known = eventExperiments[arm.experiment];
  const experiment = experimentOf(arm, known);
  const seed = first + network;
  // Measuring takes about as long as a few per cent of the training.
  const onProgress = (share: number): void => onTrained(0.95 * share);
  const part = samples !== undefined && { samples };
  const { model, log, sha256, cpuSeconds } = await ports.train({
    name,
    experiment,
    ...part,
    seed,
    onProgress,
  });
  const { commit: measuredBy, result: measures } = await ports.kept(
    [sha256, measure, seed, network],
    async () => {
      const splits = {
        validation: await ports.split(model, known.data, "validation"),
        test: await ports.split(model, known.data, "test"),
      };
      return measureEventNetwork(ports.kernels, { model, splits, settings: measure, seed: first, network });
    },
  );
  return {
    seed,
    sha256,
    commit: model.provenance.commit,
    measuredBy,
    bestEpoch: model.provenance.bestEpoch,
    cpuSeconds,
    validationAccuracy: log.map(
      ({ validationCorrect, validationSamples }) => validationCorrect / validationSamples,
    ),
    measures,
  };
}

async function runToy(
  ports: EventClaimsPorts,
  settings: EventClaimsSettings,
  toy: EventToy,
  steps: Steps,
): Promise<MeasuredToy> {
  const { repeats: count, ...trained } = toy;
  const kept: KeptPiece<ToyRepeat>[] = [];
  for (let repeat = 0; repeat < count; repeat++) {
    steps(toyWeight, `${toy.name}, repeat ${repeat + 1} of ${count}`);
    const seed = settings.seed + repeat;
    kept.push(await ports.kept([trained, seed], () => trainToy(ports, toy, seed)));
  }
  const repeats = kept.map(({ result }) => result);
  const armOf = (arm: ArmName): MeasuredToy["arms"][ArmName] => ({
    best: repeats.map(({ best }) => best[arm]),
    byEpoch: Array.from({ length: toy.epochs }, (_, e) =>
      meanInterval(
        repeats.map(({ byEpoch }) => byEpoch[arm][e]),
        [0, 1],
        "repeats",
      ),
    ),
    grid: toy.means.map((_, m) =>
      toy.deviations.map((__, d) => average(repeats.map(({ grid }) => grid[arm][m][d]))),
    ),
  });
  return {
    name: toy.name,
    data: eventExperiments[toy.one].data,
    commits: [...new Set(kept.map(({ commit }) => commit))],
    cpuSeconds: repeats.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    arms: { one: armOf("one"), many: armOf("many") },
  };
}

async function runSweep(
  ports: EventClaimsPorts,
  settings: EventClaimsSettings,
  sweep: EventSweep,
  steps: Steps,
): Promise<MeasuredSweep> {
  const { name, arm, vary, values, trained } = sweep;
  const pair = settings.pairs.find((each) => each.name === sweep.pair) ?? settings.pairs[0];
  const measure = sweepMeasure(measureOf(settings, pair), sweep);
  const points: MeasuredSweep["points"][number][] = [];
  for (const value of values) {
    const networks: SweptNetwork[] = [];
    for (let network = 0; network < trained; network++) {
      const onTrained = steps(1, `${name} ${value}, network ${network + 1} of ${trained}`);
      const own = { name: `${name}-${value}`, pair, arm: sweptArm(pair[arm], vary, value) };
      networks.push(
        sweptOf(await trainAndMeasure(ports, { ...own, measure, seed: settings.seed, network, onTrained })),
      );
    }
    points.push({ value, networks });
  }
  return { name, points };
}

function sweptOf({
  measures,
  seed,
  sha256,
  commit,
  measuredBy,
  cpuSeconds,
}: MeasuredEventNetwork): SweptNetwork {
  const [{ correct }] = measures.noise;
  return {
    seed,
    sha256,
    commit,
    measuredBy,
    cpuSeconds,
    accuracy: measures.correct / measures.samples,
    underJitter: average(correct) / measures.noiseSamples,
    spikes: measures.spikesPerSample,
    latencyS: measures.rules.margin.meanS,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
