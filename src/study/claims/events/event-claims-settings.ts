// The settings of a study of claims about event networks: pairs of networks of one spike and of many, how they are
// trained, what is measured of them, and what is claimed. All of it is written down before anything runs.

import type { EventExperiment } from "../../../event-gradient/event-experiments.ts";
import { choice, type Fields, float, int, text, type Values } from "../../../space/field.ts";
import type { Claim } from "../../../statistics/claim.ts";

const large = 1_000_000_000;

export const eventClaimsFields = {
  name: text({ about: "name of the study and of its folder in runs/", default: "events" }),
  seed: int({ about: "seed of every random choice", unit: "1", low: 0, high: 2 ** 31 - 1, default: 0 }),
  trained: int({ about: "networks trained of each arm of a pair", unit: "1", low: 2, high: 100, default: 3 }),
} satisfies Fields;

/** Beside it `thresholds` and `maxSpikes`: lists, one for every layer of neurons. */
export const eventArmFields = {
  experiment: text({ about: "experiment whose other settings are kept", default: "" }),
  epochs: int({ about: "passes over the training samples", unit: "1", low: 1, high: 10_000, default: 1 }),
  batch: int({ about: "samples of one update", unit: "1", low: 1, high: 4096, default: 50 }),
  learningRate: float({ about: "step size", unit: "1", low: 1e-7, high: 10, default: 1e-3 }),
} satisfies Fields;

/** Lists beside these: `jitterMs`, `deletions`, `thresholdNoise`, `weightNoise`, `weightBits`, `bitErrorRates`, `dtMs`. */
export const eventMeasureFields = {
  images: int({ about: "test samples without noise", unit: "1", low: 1, high: large, default: 10_000 }),
  noiseImages: int({ about: "test samples under each noise", unit: "1", low: 1, high: large, default: 1000 }),
  noiseSeeds: int({ about: "draws of each noise", unit: "1", low: 1, high: 1000, default: 3 }),
  stepImages: int({ about: "test samples on a clock", unit: "1", low: 1, high: large, default: 500 }),
  calibrationImages: int({
    about: "validation samples that the margin of decisions is calibrated on",
    unit: "1",
    low: 1,
    high: large,
    default: 1000,
  }),
  tolerance: float({
    about: "accuracy that deciding early may cost on them",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.005,
  }),
  times: int({ about: "times at which accuracy is asked", unit: "1", low: 2, high: 1000, default: 51 }),
  lastMs: float({
    about: "the last of them, or the window's end if that is sooner",
    unit: "ms",
    low: 1e-3,
    high: 1e9,
    default: 200,
  }),
} satisfies Fields;

export const noiseLists = [
  "jitterMs",
  "deletions",
  "thresholdNoise",
  "weightNoise",
  "weightBits",
  "bitErrorRates",
] as const;
export type NoiseList = (typeof noiseLists)[number];

export const eventPaperClaimFields = {
  id: text({ about: "name of the claim", default: "" }),
  pair: text({ about: "pair it is asked of", default: "" }),
  paper: text({ about: "the paper's words", default: "" }),
  measure: choice({
    about:
      "accuracy, progress and robustness: differences one spike − many, many − one, many − one; spikes and latency: many / one − 1",
    options: ["accuracy", "progress", "spikes", "latency", "robustness"],
    default: "accuracy",
  }),
} satisfies Fields;

export const latencyRules = ["margin", "first", "settled"] as const;

/** The condition that decides; all others are answered as well. */
export const eventConditionFields = {
  rule: choice({
    about: "latency: margin calibrated on validation samples, first output spike, settled in hindsight",
    options: latencyRules,
    default: "margin",
  }),
  noise: choice({ about: "robustness: kind of noise", options: noiseLists, default: "jitterMs" }),
  level: float({ about: "robustness: how much of it", unit: "1", low: 0, high: 1000, default: 10 }),
} satisfies Fields;

export type EventCondition = Values<typeof eventConditionFields>;

export type EventPaperClaim = Values<typeof eventPaperClaimFields> & {
  readonly claim: Claim;
  readonly stated: EventCondition;
};

export const armNames = ["one", "many"] as const;
export type ArmName = (typeof armNames)[number];

export interface EventArm extends Values<typeof eventArmFields> {
  readonly thresholds: readonly number[];
  readonly maxSpikes: readonly number[];
}

export interface EventPair {
  readonly name: string;
  readonly one: EventArm;
  readonly many: EventArm;
}

export type EventMeasureSettings = Values<typeof eventMeasureFields> &
  Readonly<Record<NoiseList | "dtMs", readonly number[]>>;

export interface EventClaimsSettings extends Values<typeof eventClaimsFields> {
  readonly pairs: readonly EventPair[];
  readonly measure: EventMeasureSettings;
  readonly claims: readonly EventPaperClaim[];
}

/** The experiment an arm trains: the named one with the arm's thresholds, caps, rate, batch and epochs. */
export function experimentOf(
  { thresholds, maxSpikes, epochs, batch, learningRate }: EventArm,
  experiment: EventExperiment,
): EventExperiment {
  let n = 0;
  const layers = experiment.network.layers.map((layer) => {
    if (layer.kind === "pool") return layer;
    const own = { ...layer, threshold: thresholds[n], maxSpikes: maxSpikes[n] };
    n++;
    return own;
  });
  const training = { ...experiment.training, epochs, batch, learningRate };
  return { ...experiment, network: { ...experiment.network, layers }, training };
}

/** The same study made small, to see that all of it works: its figures are not to be quoted. */
export function quickEventSettings(settings: EventClaimsSettings): EventClaimsSettings {
  const { measure, claims } = settings;
  const [pair] = settings.pairs;
  const kept = claims.filter((claim) => claim.pair === pair.name);
  const few = (list: NoiseList, values: readonly number[]): readonly number[] =>
    values.filter(
      (value, i) =>
        i === values.length - 1 || kept.some(({ stated }) => stated.noise === list && stated.level === value),
    );
  const lists = Object.fromEntries(noiseLists.map((list) => [list, few(list, measure[list])]));
  return {
    ...settings,
    pairs: [{ ...pair, one: { ...pair.one, epochs: 2 }, many: { ...pair.many, epochs: 2 } }],
    trained: 2,
    measure: {
      ...measure,
      ...(lists as Record<NoiseList, readonly number[]>),
      dtMs: measure.dtMs.slice(-2),
      images: 300,
      noiseImages: 50,
      noiseSeeds: 1,
      stepImages: 50,
      calibrationImages: 200,
      times: 11,
    },
    claims: kept,
  };
}
