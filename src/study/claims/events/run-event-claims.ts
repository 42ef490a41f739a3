// A study of claims about event networks from its settings to its answers. Everything random is keyed by the settings:
// the same study gives the same result however often it was stopped and continued.

import { eventExperiments } from "../../../event-gradient/event-experiments.ts";
import { meanInterval } from "../../../statistics/mean-interval.ts";
import type { EventClaimsPorts } from "./event-claims-ports.ts";
import type { EventClaimsResult, MeasuredEventNetwork, MeasuredPair } from "./event-claims-result.ts";
import {
  type ArmName,
  armNames,
  type EventClaimsSettings,
  type EventPair,
  experimentOf,
} from "./event-claims-settings.ts";
import { judgeEventClaims } from "./judge-event-claims.ts";
import { measureEventNetwork } from "./measure-event-network.ts";

/** @throws {CancelledError} when cancelled; every epoch trained and every network measured is kept */
export async function runEventClaims(
  ports: EventClaimsPorts,
  settings: EventClaimsSettings,
  isQuick: boolean,
): Promise<EventClaimsResult> {
  const networks = settings.pairs.length * armNames.length * settings.trained;
  const pairs: MeasuredPair[] = [];
  let done = 0;
  for (const pair of settings.pairs) {
    const arms: Record<ArmName, MeasuredEventNetwork[]> = { one: [], many: [] };
    // Seed by seed, so that what is there first can be compared.
    for (let network = 0; network < settings.trained; network++) {
      for (const arm of armNames) {
        const doing = `${pair.name}, ${arm}, network ${network + 1} of ${settings.trained}`;
        // Measuring takes about as long as a few per cent of the training.
        const onTrained = (share: number): void =>
          ports.onProgress({ share: (done + 0.95 * share) / networks, doing });
        onTrained(0);
        arms[arm].push(await trainAndMeasure(ports, settings, { pair, arm, network, onTrained }));
        done++;
      }
    }
    const accuracy = (arm: ArmName) =>
      meanInterval(
        arms[arm].map(({ measures }) => measures.correct / measures.samples),
        [0, 1],
        "networks",
      );
    const { data } = eventExperiments[pair.one.experiment];
    pairs.push({ name: pair.name, data, arms, accuracy: { one: accuracy("one"), many: accuracy("many") } });
  }
  ports.onProgress({ share: 1, doing: "judging" });
  const seconds = pairs
    .flatMap(({ arms }) => [...arms.one, ...arms.many])
    .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  return {
    schema: "spikefront.claims-result",
    version: 1,
    kind: "events",
    name: settings.name,
    isQuick,
    settings,
    cpuHours: seconds / 3600,
    pairs,
    claims: judgeEventClaims(settings, pairs),
  };
}

interface NetworkOfPair {
  readonly pair: EventPair;
  readonly arm: ArmName;
  readonly network: number;
  readonly onTrained: (share: number) => void;
}

async function trainAndMeasure(
  ports: EventClaimsPorts,
  settings: EventClaimsSettings,
  { pair, arm, network, onTrained }: NetworkOfPair,
): Promise<MeasuredEventNetwork> {
  const known = eventExperiments[pair[arm].experiment];
  const experiment = experimentOf(pair[arm], known);
  const seed = settings.seed + network;
  const { model, log, sha256, cpuSeconds } = await ports.train({
    name: `${pair.name}-${arm}`,
    experiment,
    seed,
    onProgress: onTrained,
  });
  const measures = await ports.kept([sha256, settings.measure, seed, network], async () => {
    const splits = {
      validation: await ports.split(model, known.data, "validation"),
      test: await ports.split(model, known.data, "test"),
    };
    return measureEventNetwork(ports.kernels, {
      model,
      splits,
      settings: settings.measure,
      seed: settings.seed,
      network,
    });
  });
  return {
    seed,
    sha256,
    bestEpoch: model.provenance.bestEpoch,
    cpuSeconds,
    validationAccuracy: log.map(
      ({ validationCorrect, validationSamples }) => validationCorrect / validationSamples,
    ),
    measures,
  };
}
