// What can be chosen in a fault campaign: one source for flags, help, checks and the record of a result.

import { InvalidValueError } from "../base/errors.ts";
import type { FaultTarget } from "../fault/fault.ts";
import { faultTargets } from "../fault/fault-sites.ts";
import { faults } from "../fault/faults.ts";
import { choice, flag, float, int, text, type Values } from "../space/field.ts";

const catalogue = Object.keys(faults) as (keyof typeof faults)[];

export const campaignFields = {
  faultModel: choice({
    about: "what a trial is: one fault alone (single), or a draw of a fault model at a dose",
    options: ["single", ...catalogue, "spike-jitter"],
    default: "single",
  }),
  targets: text({
    about: `what is struck, joined by commas: ${faultTargets.join(", ")}; else weight, or what the fault model strikes`,
    default: "",
  }),
  layers: text({ about: "layers struck, joined by commas; else all that hold a target", default: "" }),
  change: choice({
    about:
      "what a single fault does to its bit; a spike has one bit: stuck0 is a dead neuron, stuck1 a saturated one",
    options: ["flip", "stuck0", "stuck1"],
    default: "flip",
  }),
  bits: text({ about: "bits struck by single faults, 0 the lowest, as 7 or 0,6-7; else all", default: "" }),
  persistence: choice({
    about: "a fault in all steps, or in one; of single faults then every step is one more fault",
    options: ["permanent", "transient"],
    default: "permanent",
  }),
  sampling: choice({
    about: "which single faults are run",
    options: ["exhaustive", "random", "stratified"],
    default: "random",
  }),
  stratifyBy: choice({
    about: "parts of a stratified sample",
    options: ["layer", "bit", "layerAndBit"],
    default: "layerAndBit",
  }),
  allocation: choice({
    about: "sizes of the parts of a stratified sample: by their share of the faults, or equal",
    options: ["proportional", "equal"],
    default: "proportional",
  }),
  count: int({
    about: "faults of a sample, or draws of a fault model; 0: by margin and confidence, or 20 draws",
    unit: "1",
    low: 0,
    high: 10_000_000,
    default: 0,
  }),
  margin: float({
    about: "half width wanted of the interval of a rate of faults",
    unit: "1",
    low: 0.0001,
    high: 0.5,
    default: 0.01,
  }),
  confidence: float({ about: "of all intervals", unit: "1", low: 0.5, high: 0.9999, default: 0.99 }),
  stop: flag({
    about:
      "stop at the first of some looks, fixed beforehand, at which the rate of critical faults is that narrow",
    default: false,
  }),
  rate: float({
    about: "chance of each bit or value to be struck in a draw of a fault model",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.001,
  }),
  faultsPerDraw: int({
    about: "faults of a draw of a fault model, in place of a rate; 0: by rate",
    unit: "1",
    low: 0,
    high: 1_000_000,
    default: 0,
  }),
  modelSettings: text({ about: "settings of the fault model, as name=value joined by commas", default: "" }),
};

export type CampaignSettings = Values<typeof campaignFields>;

/** Words joined by commas. */
function words(given: string): readonly string[] {
  return given === "" ? [] : given.split(",").map((word) => word.trim());
}

/** @returns undefined: what the fault model strikes; names are checked against the network later */
export function targetsOf({ targets, faultModel }: CampaignSettings): readonly FaultTarget[] | undefined {
  const given = words(targets) as FaultTarget[];
  if (given.length > 0) return given;
  return faultModel === "single" ? ["weight"] : undefined;
}

/** @returns undefined: all */
export function layersOf({ layers }: CampaignSettings): readonly string[] | undefined {
  const given = words(layers);
  return given.length === 0 ? undefined : given;
}

/**
 * @returns undefined: all
 * @throws {InvalidValueError} for what is no list of bits and ranges of bits
 */
export function bitsOf({ bits }: CampaignSettings): readonly number[] | undefined {
  if (bits === "") return undefined;
  return words(bits).flatMap((word) => {
    const [, from, to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(word) ?? [];
    if (from === undefined || Number(to) < Number(from))
      throw new InvalidValueError("bits", "must be bits and ranges joined by commas, as 0,6-7", bits);
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, k) => Number(from) + k);
  });
}

/** @throws {InvalidValueError} for what is no list of names and values */
export function modelSettingsOf({ modelSettings }: CampaignSettings): Readonly<Record<string, unknown>> {
  const pairs = words(modelSettings).map((word): [string, unknown] => {
    const [, name, value] = /^(\w+)=(.+)$/.exec(word) ?? [];
    if (name === undefined)
      throw new InvalidValueError("modelSettings", "must be name=value joined by commas", modelSettings);
    return [name, Number.isNaN(Number(value)) ? value : Number(value)];
  });
  return Object.fromEntries(pairs);
}
