// A conversion in words, for a network's history.

import type { Inference } from "../model/model.ts";
import type { ConversionSettings } from "./conversion-fields.ts";

/** @param changesWeights - whether stored weights differ from the ANN's */
export function describeConversion(
  settings: ConversionSettings,
  { coding, readout, steps, warmUp }: Inference,
  changesWeights: boolean,
): readonly string[] {
  const { neuron, leak, reset, initialPotential, thresholdShift, signed } = settings;
  const words = [
    `converted: ${boundWords(settings)}`,
    neuron === "lif" ? `lif with leak ${leak}` : neuron,
    ...(neuron === "ttfs" ? [] : [`reset ${reset}`, `initial potential ${initialPotential}`]),
    ...(thresholdShift > 0 ? [`threshold shift ${thresholdShift}`] : []),
    ...(signed ? ["signed neurons"] : []),
    `${coding} input`,
    `${readout} readout`,
    `${steps} steps${warmUp === undefined ? "" : `, the first ${warmUp.steps} of them a ${warmUp.rule} warm-up`}`,
  ];
  const line = words.join(", ");
  if (!changesWeights) return [line];
  return [line, "weights changed: multiplied by the bounds of the channels they read"];
}

function boundWords(settings: ConversionSettings): string {
  const { normalisation, percentile, population, average, granularity, thresholdFactor } = settings;
  const rule = {
    max: "maximum",
    percentile: `percentile ${percentile}${population === "all" ? " of all values" : ""}`,
    mmse: "least squared error",
  }[normalisation];
  const how = [
    rule,
    ...(granularity === "channel" ? ["by channel"] : []),
    ...(average === "moving" ? ["moving average"] : []),
  ];
  return `${how.join(" ")} × ${thresholdFactor}`;
}
