// The settings of a study of claims, as fields: what is trained, which designs are tried, how faults are
// dosed, and what is claimed. A claim is written down whole (margin, test, confidence, the condition that
// decides) before anything runs; the run can only answer it.

import type { TrainingSettings } from "../../ann/training-fields.ts";
import type { InputAccounting } from "../../energy/counts.ts";
import { profiles } from "../../energy/profiles.ts";
import { choice, type Fields, float, int, text, type Values } from "../../space/field.ts";
import type { Claim } from "../../statistics/claim.ts";
import type { NetworkSpec } from "../network-spec.ts";

const large = 1_000_000_000;

export const claimsFields = {
  name: text({ about: "name of the study and of its folder in runs/", default: "claims" }),
  seed: int({ about: "seed of every random choice", unit: "1", low: 0, high: 2 ** 31 - 1, default: 0 }),
  trained: int({ about: "networks trained of each kind", unit: "1", low: 2, high: 100, default: 5 }),
} satisfies Fields;

/** How designs are picked, on validation images only. */
export const pickFields = {
  networks: int({ about: "trained networks the pick rests on", unit: "1", low: 1, high: 100, default: 2 }),
  images: int({ about: "validation images without faults", unit: "1", low: 1, high: large, default: 1000 }),
  faultImages: int({
    about: "validation images under each mask",
    unit: "1",
    low: 1,
    high: large,
    default: 500,
  }),
  faultSeeds: int({ about: "fault masks of each network", unit: "1", low: 1, high: 10_000, default: 5 }),
  bitErrorRate: float({
    about: "chance that a stored bit is flipped",
    unit: "1",
    low: 0,
    high: 1,
    default: 1e-3,
  }),
  accuracyMargin: float({
    about: "accuracy below the ANN's that a picked design may have",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.01,
  }),
  profile: choice({
    about: "hardware profile the energy pick goes by",
    options: Object.keys(profiles),
    default: Object.keys(profiles)[0],
  }),
  accounting: choice({
    about: "how real-valued input is charged in the pick",
    options: ["mac-once", "mac-per-step"],
    default: "mac-once",
  }),
} satisfies Fields;

/** `bitErrorRates` is a list beside these. */
export const figuresFields = {
  images: int({ about: "test images without faults", unit: "1", low: 1, high: large, default: 10_000 }),
  faultImages: int({ about: "test images under each mask", unit: "1", low: 1, high: large, default: 1000 }),
  imageBlocks: int({
    about: "parts of the test images that are resampled whole",
    unit: "1",
    low: 1,
    high: 1000,
    default: 10,
  }),
  faultSeeds: int({
    about: "fault masks of each network and rate",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 20,
  }),
} satisfies Fields;

/** What a claim of a paper is about, beside its margin and test (statistics/claim.ts). */
export const paperClaimFields = {
  id: text({ about: "name of the claim", default: "" }),
  data: text({ about: "data set it is of", default: "mnist" }),
  measure: choice({
    about: "accuracy: difference SNN − ANN; energy, drop: ratio ANN / SNN",
    options: ["accuracy", "energy", "drop"],
    default: "accuracy",
  }),
  design: choice({
    about: "the design it is asked of: the one picked for its energy, or for its drop",
    options: ["energy", "drop"],
    default: "energy",
  }),
  topologies: choice({
    about: "whether it must hold in some topology or in every one",
    options: ["some", "every"],
    default: "every",
  }),
  paper: text({ about: "the paper's words or figure", default: "" }),
} satisfies Fields;

/** The condition that decides; all others are answered as well. */
export const conditionFields = {
  format: choice({ about: "stored weights", options: ["int8", "float32"], default: "int8" }),
  profile: choice({
    about: "hardware profile",
    options: Object.keys(profiles),
    default: Object.keys(profiles)[0],
  }),
  accounting: choice({
    about: "how real-valued input is charged",
    options: ["mac-once", "mac-per-step", "ac"],
    default: "mac-once",
  }),
  against: choice({
    about: "what the SNN is compared with: the ANN, the ANN skipping zeros, clipped, or clipped in T levels",
    options: ["ann", "ann-skip", "clip", "levels"],
    default: "ann",
  }),
  bitErrorRate: float({ about: "bit-error rate", unit: "1", low: 0, high: 1, default: 1e-3 }),
} satisfies Fields;

export type Format = "int8" | "float32";
export const formats: readonly Format[] = ["int8", "float32"];
export type PickName = "energy" | "drop";
export const pickNames: readonly PickName[] = ["energy", "drop"];
export const accountings: readonly InputAccounting[] = ["mac-once", "mac-per-step", "ac"];

export type Condition = Omit<Values<typeof conditionFields>, "accounting" | "format"> & {
  readonly format: Format;
  readonly accounting: InputAccounting;
};

export type PaperClaim = Values<typeof paperClaimFields> & {
  readonly claim: Claim;
  readonly stated: Condition;
};

export type TrainedSpec = Exclude<NetworkSpec, { readonly file: string }>;

export interface ClaimsSettings extends Values<typeof claimsFields> {
  readonly data: readonly string[];
  readonly networks: readonly TrainedSpec[];
  readonly training: TrainingSettings;
  /** Values of the design space by field; every combination is tried. */
  readonly designs: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  readonly pick: Values<typeof pickFields>;
  readonly figures: Values<typeof figuresFields> & { readonly bitErrorRates: readonly number[] };
  readonly claims: readonly PaperClaim[];
}

/** The same study made small, to see that all of it works: its figures are not to be quoted. */
export function quickSettings(settings: ClaimsSettings): ClaimsSettings {
  const [first] = settings.data;
  const claims = settings.claims.filter(({ data }) => data === first);
  const rates = settings.figures.bitErrorRates;
  const ends = <T>(values: readonly T[]): readonly T[] => [
    ...new Set([values[0], values[values.length - 1]]),
  ];
  return {
    ...settings,
    data: [first],
    trained: 2,
    training: { ...settings.training, epochs: 1 },
    designs: Object.fromEntries(Object.entries(settings.designs).map(([name, all]) => [name, ends(all)])),
    pick: { ...settings.pick, networks: 1, images: 300, faultImages: 100, faultSeeds: 2 },
    figures: {
      images: 500,
      faultImages: 100,
      imageBlocks: 2,
      faultSeeds: 3,
      bitErrorRates: rates.filter(
        (rate) => ends(rates).includes(rate) || claims.some(({ stated }) => stated.bitErrorRate === rate),
      ),
    },
    claims,
  };
}
