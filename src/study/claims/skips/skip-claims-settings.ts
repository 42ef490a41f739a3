// The settings of a study of claims about skip connections: which networks of which data, how they are trained and
// searched, which faults strike them, and what is claimed. All of it is written down before anything runs.

import { choice, type Fields, flag, float, int, text, type Values } from "../../../space/field.ts";
import type { Claim } from "../../../statistics/claim.ts";
import { skipField } from "../../../topology/skip-block.ts";
import type { SkipSetting } from "../../../topology/skip-setting.ts";
import type { SkipFault } from "../../../topology/strike-skips.ts";

const large = 1_000_000_000;
const size = (about: string, unit: string, usual: number) =>
  int({ about, unit, low: 1, high: large, default: usual });

export const skipClaimsFields = {
  name: text({ about: "name of the study and of its folder in runs/", default: "skips" }),
  seed: int({ about: "seed of every random choice", unit: "1", low: 0, high: 2 ** 31 - 1, default: 0 }),
  trained: int({
    about: "trainings of each arm, and searches of each sampler",
    unit: "1",
    low: 2,
    high: 100,
    default: 5,
  }),
} satisfies Fields;

export const skipSearchFields = {
  trials: int({ about: "candidates that a search tries", unit: "1", low: 2, high: 10_000, default: 24 }),
  starts: int({
    about: "first candidates, the same for every sampler",
    unit: "1",
    low: 1,
    high: 1000,
    default: 8,
  }),
} satisfies Fields;

/** Lists beside these: `bitErrorRates`, `deadShares`. */
export const skipFaultFields = {
  images: size("test samples under each draw", "1", 1000),
  draws: int({ about: "draws of each fault and chance", unit: "1", low: 1, high: 1000, default: 3 }),
} satisfies Fields;

export const faultLists = { bitErrorRates: "bitFlips", deadShares: "deadNeurons" } as const satisfies Record<
  string,
  SkipFault
>;
export type FaultList = keyof typeof faultLists;

/** `widths`, of the block's layers, is a list beside these. */
export const skipNetworkFields = {
  name: text({ about: "name of the network", default: "" }),
  data: text({ about: "data set: images, or recordings", default: "" }),
  kind: choice({ about: "layers of stem and block", options: ["dense", "conv"], default: "dense" }),
  stem: int({ about: "units or channels before the block", unit: "1", low: 1, high: 4096, default: 16 }),
  stemStride: int({ about: "conv: stride of the stem", unit: "pixel", low: 1, high: 16, default: 1 }),
  stride: int({
    about: "conv: stride of the block's first layer",
    unit: "pixel",
    low: 1,
    high: 16,
    default: 1,
  }),
  batchNorm: flag({ about: "whether batch norm stands before neurons", default: true }),
  leak: float({ about: "share of its potential a neuron keeps", unit: "1", low: 0, high: 1, default: 0.9 }),
  steps: int({ about: "steps of a sample", unit: "step", low: 1, high: 10_000, default: 6 }),
  stepMs: float({ about: "recordings: length of a step", unit: "ms", low: 1e-3, high: 1e6, default: 20 }),
  pool: int({
    about: "recordings: side of the squares of pixels that become one input",
    unit: "pixel",
    low: 1,
    high: 64,
    default: 1,
  }),
  trainingImages: size("most training samples", "1", 5000),
  scoringImages: size("most validation samples that score candidates", "1", 5000),
  batch: int({ about: "samples of one update", unit: "1", low: 1, high: 4096, default: 64 }),
  learningRate: float({ about: "step size", unit: "1", low: 1e-7, high: 10, default: 2e-3 }),
  epochs: int({
    about: "epochs from nothing, and of the supernet",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 4,
  }),
  tuningEpochs: int({
    about: "epochs of a candidate that has inherited",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 2,
  }),
  rounds: int({
    about: "random candidates that the supernet is trained by",
    unit: "1",
    low: 0,
    high: 10_000,
    default: 20,
  }),
  isSearched: flag({ about: "whether its skips are searched for", default: false }),
} satisfies Fields;

/** No skips, all added, all concatenated, and what the Gaussian process of that seed has found. */
export const armNames = ["none", "add", "concat", "found"] as const;
export type ArmName = (typeof armNames)[number];

export const searchedBy = ["gp", "random"] as const;
export type SearchedBy = (typeof searchedBy)[number];

export const armMeasures = ["accuracy", "rate", "begunRate", "products", "energy"] as const;
export const searchMeasures = ["evaluations", "error", "spread"] as const;

export const skipPaperClaimFields = {
  id: text({ about: "name of the claim", default: "" }),
  paper: text({ about: "the paper's words", default: "" }),
  measure: choice({
    about:
      "of arms: test accuracy, firing rate trained or before training, products, pJ; of searches: evaluations until " +
      "random search's median end, lowest error found, distance from the sampler's median end; minutes of a search",
    options: [...armMeasures, ...searchMeasures, "minutes"],
    default: "accuracy",
  }),
  smaller: choice({
    about: "arm or sampler whose figure is taken first",
    options: [...armNames, ...searchedBy],
    default: "none",
  }),
  than: choice({
    about: "the one that is taken from it",
    options: [...armNames, ...searchedBy],
    default: "add",
  }),
  minutes: float({ about: "minutes: how many are claimed", unit: "min", low: 0, high: 1e6, default: 5 }),
  together: choice({
    about: "whether it must hold in every network, in some, or of the mean over networks",
    options: ["every", "some", "average"],
    default: "every",
  }),
} satisfies Fields;

export type SkipPaperClaim = Values<typeof skipPaperClaimFields> & {
  readonly networks: readonly string[];
  readonly claim: Claim;
};

export type SkipNetworkSettings = Values<typeof skipNetworkFields> & { readonly widths: readonly number[] };

export interface SkipClaimsSettings extends Values<typeof skipClaimsFields> {
  readonly search: Values<typeof skipSearchFields>;
  readonly faults: Values<typeof skipFaultFields> & Readonly<Record<FaultList, readonly number[]>>;
  readonly networks: readonly SkipNetworkSettings[];
  readonly claims: readonly SkipPaperClaim[];
}

/** As the trainer takes it. */
export function skipSettingOf(network: SkipNetworkSettings): SkipSetting {
  const { kind, stem, stemStride, stride, widths } = network;
  return {
    ...network,
    stem: { kind, width: stem, stride: stemStride },
    block: { kind, widths, stride },
  };
}

/** The matrix of an arm that is not searched for. */
export function matrixOf(network: SkipNetworkSettings, arm: Exclude<ArmName, "found">): string {
  const digit = { none: "0", add: "1", concat: "2" }[arm];
  return skipField(skipSettingOf(network).block).default.replaceAll("0", digit);
}

/** The same study made small, to see that all of it works: its figures are not to be quoted. */
export function quickSkipSettings(settings: SkipClaimsSettings): SkipClaimsSettings {
  return {
    ...settings,
    trained: 2,
    search: { trials: Math.min(4, settings.search.trials), starts: Math.min(2, settings.search.starts) },
    faults: { ...settings.faults, images: 100, draws: 1 },
    networks: settings.networks.map((network) => ({
      ...network,
      trainingImages: Math.min(300, network.trainingImages),
      scoringImages: Math.min(200, network.scoringImages),
      epochs: 1,
      tuningEpochs: 1,
      rounds: Math.min(2, network.rounds),
    })),
  };
}
