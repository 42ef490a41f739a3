// The rules of conversion that are measured against each other, each by the settings that make it what it is.

import { conversionFields } from "../src/convert/conversion-fields.ts";
import type { ConversionDesign } from "../src/pipeline/design-space.ts";
import { resolve } from "../src/space/resolve.ts";

type Rule = Partial<ConversionDesign>;

/** By what a table calls them. All start at half a threshold, but where the source starts at zero. */
export const rules: Readonly<Record<string, Rule>> = {
  "maximum, v0 = 0 (Diehl 2015)": { normalisation: "max", initialPotential: 0 },
  "percentile 99.9, v0 = 0 (Rueckauer 2017)": { initialPotential: 0 },
  "percentile 99.9 by channel, v0 = 0": { initialPotential: 0, granularity: "channel" },
  "maximum, v0 = 1/2 (Bu 2022a)": { normalisation: "max" },
  "percentile 99.9, v0 = 1/2": {},
  "percentile 99, v0 = 1/2": { percentile: 99 },
  "percentile 99.9, threshold shift (Deng 2021)": { initialPotential: 0, thresholdShift: 0.5 },
  "least error, v0 = 1/2 (Li 2021)": { normalisation: "mmse" },
  "least error + light calibration": { normalisation: "mmse", calibrateBias: true },
  "least error + potential calibration": { normalisation: "mmse", calibratePotential: true },
  "least error + advanced calibration": {
    normalisation: "mmse",
    calibrateWeights: true,
    calibrateBias: true,
  },
  "percentile 99.9, signed neurons (Wang 2022)": { signed: true },
  "percentile 99.9, residual warm-up of 4 (Hao 2023a)": { warmUp: "residual", warmUpSteps: 4 },
  "percentile 99.9, offset warm-up of 4 (Hao 2023b)": { warmUp: "offset", warmUpSteps: 4 },
  "time to first spike (Park 2020, linear)": { neuron: "ttfs" },
};

/** A design of constant input and potential readout. */
export function designOf(rule: Rule, steps: number): ConversionDesign {
  const settings = resolve("rule", conversionFields, rule);
  return { ...settings, coding: "constant", steps, readout: "membrane" };
}
