// The settings of a study, as fields: the study file's checks, defaults, editor completion and
// reference all come from here.

import { type TrainingSettings, trainingFields } from "../ann/training-fields.ts";
import type { InputAccounting } from "../energy/counts.ts";
import { profiles } from "../energy/profiles.ts";
import { samplers } from "../optimize/samplers.ts";
import { noiseNames } from "../pipeline/noise-plan.ts";
import { type ObjectiveName, objectives } from "../pipeline/objectives.ts";
import { choice, type Fields, type FloatField, flag, float, int, text, type Values } from "../space/field.ts";
import type { Restriction } from "../space/restrict.ts";
import type { Combination } from "../space/space.ts";
import type { SkipStudySettings, TtfsStudySettings } from "./kinds/kind-settings.ts";
import type { Method } from "./kinds/methods.ts";
import { activationFields, type NetworkSpec } from "./network-spec.ts";
import type { Requirements } from "./requirements.ts";

const large = 1_000_000_000;

/** Settings at the top of a study file that are single values. */
export const studyFields = {
  name: text({ about: "name of the study and of its folder in runs/", default: "study" }),
  seed: int({ about: "seed of every random choice", unit: "1", low: 0, high: 2 ** 31 - 1, default: 0 }),
  data: text({
    about: "data set: a known name (mnist, fashion-mnist, cifar10) or a folder",
    default: "mnist",
  }),
  profile: choice({
    about: "hardware profile that decides; all others are reported as well",
    options: Object.keys(profiles),
    default: Object.keys(profiles)[0],
  }),
  accounting: choice({
    about: "how real-valued input is charged; ac is unphysical and for comparison only",
    options: ["mac-once", "mac-per-step", "ac"],
    default: "mac-once",
  }),
} satisfies Fields;

/** An ANN to train. `hidden` and `channels` are lists beside these. */
export const networkFields = {
  name: text({ about: "name of the network in designs and reports", default: "ann" }),
  file: text({
    about: "network file of a trained ANN instead of one to train, relative to the study file",
    default: "",
  }),
  kind: choice({
    about: "mlp: dense layers; cnn: convolutions before them",
    options: ["mlp", "cnn"],
    default: "mlp",
  }),
  kernel: int({ about: "cnn: side of the square kernels", unit: "1", low: 1, high: 15, default: 5 }),
  batchNorm: flag({ about: "batch normalisation after every layer but the last", default: false }),
  ...activationFields,
} satisfies Fields;

export const searchFields = {
  trials: int({
    about: "full evaluations of designs to spend; the only setting that may grow later",
    unit: "1",
    low: 1,
    high: 1_000_000,
    default: 64,
  }),
  batch: int({
    about: "designs asked at once; fixes the result whatever the workers",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 4,
  }),
  sampler: choice({
    about: "how designs are chosen",
    options: Object.keys(samplers) as (keyof typeof samplers)[],
    default: "nsga2",
  }),
  startTrials: int({
    about: "designs spread over the space before the sampler learns",
    unit: "1",
    low: 1,
    high: 1_000_000,
    default: 16,
  }),
  stopWhenStalled: int({
    about:
      "end the search when so many trials have added no more hypervolume than its error; 0: only at its budget",
    unit: "1",
    low: 0,
    high: 1_000_000,
    default: 0,
  }),
} satisfies Fields;

/** `search.halving`: nothing is halved unless it is written. */
export const halvingFields = {
  minImages: int({
    about: "images of a design's first measurement, at least; the best go on to more",
    unit: "1",
    low: 1,
    high: large,
    default: 100,
  }),
  factor: int({
    about: "one design in so many goes on, to so many times the images",
    unit: "1",
    low: 2,
    high: 64,
    default: 3,
  }),
} satisfies Fields;

/** `search.racing`: nothing races unless it is written. */
export const racingFields = {
  designs: int({
    about: "best designs of the search that are measured again before the front is taken",
    unit: "1",
    low: 2,
    high: 10_000,
    default: 12,
  }),
  images: int({
    about: "validation images of each repeat, which the search has not seen",
    unit: "1",
    low: 1,
    high: large,
    default: 100,
  }),
  repeats: int({
    about: "most repeats of a design whose place is not decided",
    unit: "1",
    low: 2,
    high: 1000,
    default: 32,
  }),
  level: float({
    about: "chance that a design of the front is beaten, all rivals and repeats counted",
    unit: "1",
    low: 1e-6,
    high: 0.5,
    default: 0.1,
  }),
} satisfies Fields;

export type RacingSettings = Values<typeof racingFields>;

/**
 * `search.reference`: values beyond which a trial counts nothing. What is not given is the requirement's limit, or
 * the ANN's figure made worse by the objective's margin (reference-point.ts).
 */
export const referenceFields = Object.fromEntries(
  Object.entries(objectives).map(([name, { about, unit, scale }]) => [
    name,
    unit === "1" && scale === "linear"
      ? float({ about: `worst that counts of: ${about}`, unit, low: 0, high: 1, default: 0 })
      : float({ about: `worst that counts of: ${about}`, unit, low: 1e-6, high: 1e18, default: 1e18 }),
  ]),
) as Readonly<Record<ObjectiveName, FloatField>>;

export const evaluationFields = {
  images: int({ about: "validation images of each trial", unit: "1", low: 1, high: large, default: 1000 }),
  faultSeeds: int({
    about: "fault masks, and draws of the noise, of each trial",
    unit: "1",
    low: 2,
    high: 10_000,
    default: 3,
  }),
  bitErrorRate: float({
    about: "chance that a stored weight bit is flipped",
    unit: "1",
    low: 0,
    high: 1,
    default: 1e-3,
  }),
  noise: choice({
    about: "noise on the images; only the objective of that name reads it",
    options: noiseNames,
    default: "gaussian",
  }),
  noiseDose: float({
    about:
      "how much of the noise: gaussian its sigma, salt-and-pepper its share, occlusion its side in pixels",
    unit: "1",
    low: 0,
    high: 1024,
    default: 0.1,
  }),
} satisfies Fields;

export const confirmFields = {
  images: int({
    about: "validation images the recommendation rests on",
    unit: "1",
    low: 1,
    high: large,
    default: 5000,
  }),
} satisfies Fields;

/** `bitErrorRates` is a list beside these. */
export const finalFields = {
  images: int({ about: "test images of the final figures", unit: "1", low: 1, high: large, default: 10_000 }),
  points: int({
    about: "most points of the front that are looked at closely",
    unit: "1",
    low: 1,
    high: 1000,
    default: 8,
  }),
  faultImages: int({
    about: "test images under each fault mask",
    unit: "1",
    low: 1,
    high: large,
    default: 1000,
  }),
  faultSeeds: int({
    about: "fault masks at each bit-error rate",
    unit: "1",
    low: 2,
    high: 10_000,
    default: 5,
  }),
  strikesParameters: flag({
    about: "also flip bits of biases and of thresholds, reported apart from those of weights",
    default: false,
  }),
} satisfies Fields;

export const requirementFields = {
  minAccuracy: float({ about: "least accuracy", unit: "1", low: 0, high: 1, default: 0 }),
  maxEnergyPj: float({ about: "most energy of an inference", unit: "pJ", low: 0, high: 1e18, default: 1e18 }),
  maxLatencySteps: int({
    about: "deadline of the decision",
    unit: "step",
    low: 1,
    high: large,
    default: large,
  }),
  maxLatencySeconds: float({ about: "deadline of the decision", unit: "s", low: 0, high: 1e9, default: 1e9 }),
  maxMemoryBytes: int({
    about: "most memory for weights, potentials and activations",
    unit: "byte",
    low: 1,
    high: 2 ** 50,
    default: 2 ** 50,
  }),
  maxDrop: float({
    about: "most accuracy lost to faults at evaluation.bitErrorRate",
    unit: "1",
    low: 0,
    high: 1,
    default: 1,
  }),
} satisfies Record<keyof Requirements, Fields[string]>;

export const listDefaults = {
  hidden: [128],
  channels: [16, 32],
  bitErrorRates: [1e-4, 1e-3, 1e-2],
  objectives: ["accuracy", "energy", "drop"],
} as const;

export interface StudySettings extends Omit<Values<typeof studyFields>, "accounting"> {
  readonly accounting: InputAccounting;
  readonly networks: readonly NetworkSpec[];
  readonly training: TrainingSettings;
  /** Methods that are searched together, each field of the space named by its own; absent: trials are of one kind. */
  readonly methods?: readonly Method[];
  /** Restrictions of the design space by field. */
  readonly space: Readonly<Record<string, Restriction>>;
  /** Combinations no design may have; absent: none. */
  readonly forbidden?: readonly Combination[];
  readonly search: Values<typeof searchFields> & {
    /** By objective, those that are given. */
    readonly reference?: Readonly<Partial<Record<ObjectiveName, number>>>;
    readonly halving?: Values<typeof halvingFields>;
    readonly racing?: RacingSettings;
  };
  readonly evaluation: Values<typeof evaluationFields>;
  readonly confirm: Values<typeof confirmFields>;
  readonly final: Values<typeof finalFields> & { readonly bitErrorRates: readonly number[] };
  readonly objectives: readonly ObjectiveName[];
  readonly requirements: Requirements;
  /** Trials train networks with skips, from weights that all share; absent: they do not. */
  readonly skips?: SkipStudySettings;
  /** Trials train event networks; absent: they do not. */
  readonly ttfs?: TtfsStudySettings;
}

/** The parts of a study file whose settings are all fields. */
export const sectionFields = {
  training: trainingFields,
  search: searchFields,
  evaluation: evaluationFields,
  confirm: confirmFields,
  final: finalFields,
  requirements: requirementFields,
} as const;

/**
 * One line for every setting that differs; the budget (search.trials) is left out. What a study of an older
 * release does not have is at its default there.
 */
export function describeDifference(before: StudySettings, now: StudySettings): string[] {
  const lines: string[] = [];
  const [old, fresh] = [flatten("", before), flatten("", now)];
  for (const path of new Set([...old.keys(), ...fresh.keys()])) {
    const standard = standardOf(path);
    if (path === "search.trials" || (old.get(path) ?? standard) === (fresh.get(path) ?? standard)) continue;
    lines.push(`${path}: ${old.get(path) ?? "not set"} before, ${fresh.get(path) ?? "not set"} now`);
  }
  return lines;
}

/** Settings that the first studies were kept without. */
const laterFields: Readonly<Record<string, Fields[string]>> = {
  "evaluation.noise": evaluationFields.noise,
  "evaluation.noiseDose": evaluationFields.noiseDose,
  "search.stopWhenStalled": searchFields.stopWhenStalled,
  "final.strikesParameters": finalFields.strikesParameters,
};

function standardOf(path: string): string | undefined {
  return path in laterFields ? JSON.stringify(laterFields[path].default) : undefined;
}

function flatten(path: string, value: unknown): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  const all = new Map<string, string>();
  for (const [name, part] of Object.entries(value)) {
    for (const [inner, text] of flatten(path === "" ? name : `${path}.${name}`, part)) all.set(inner, text);
  }
  return all;
}
