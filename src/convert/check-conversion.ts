// What must hold before an ANN is converted, besides its layers (plan-signals.ts).

import { InvalidValueError } from "../base/errors.ts";
import type { Inference, Model } from "../model/model.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { checkValue } from "../space/resolve.ts";
import { type ConversionSettings, ruleFields } from "./conversion-fields.ts";

/** @throws {InvalidValueError} when the input is not what spikes, or a held current of bound 1, can stand for */
export function checkInput({ preprocessing, network }: Model, { coding }: Inference): void {
  if (coding === "constant") return;
  const hint = 'Train on pixels scaled to 0…1, or use coding "constant".';
  for (const { scale, offset } of pixelMaps(preprocessing, network.inputShape).maps) {
    if (offset !== 0) {
      throw new InvalidValueError("preprocessing.offset", `must be 0 for coding "${coding}"`, offset, hint);
    }
    if (!(scale > 0 && scale * 255 <= 1 + 1e-6)) {
      const rule = `must be above 0 and at most 1/255 for coding "${coding}"`;
      throw new InvalidValueError("preprocessing.scale", rule, scale, hint);
    }
  }
}

/** @throws {InvalidValueError} naming a setting out of its bounds, or two that cannot be together */
export function checkSettings(settings: ConversionSettings, inference: Inference): void {
  for (const [name, field] of Object.entries(ruleFields)) {
    checkValue(`conversion.${name}`, field, settings[name as keyof ConversionSettings]);
  }
  const { neuron, reset, signed, warmUp, normalisation, granularity, thresholdShift } = settings;
  const require = (holds: boolean, name: string, rule: string, got: unknown): void => {
    if (!holds) throw new InvalidValueError(`conversion.${name}`, rule, got);
  };
  require(!signed || reset === "subtract", "reset", "must be subtract for signed neurons", reset);
  const isUniform = normalisation !== "mmse" || granularity === "layer";
  require(isUniform, "granularity", "must be layer for mmse", granularity);
  require(warmUp === "none" || reset === "subtract", "reset", "must be subtract for a warm-up", reset);
  require(warmUp !== "offset" || !signed, "signed", "must be off for an offset warm-up", signed);
  const { coding, readout } = inference;
  const isConstant = warmUp !== "offset" || coding === "constant";
  require(isConstant, "warmUp", "must not be offset but for constant input", coding);
  if (neuron !== "ttfs") return;
  require(!signed, "signed", "must be off for neurons that fire once", signed);
  require(warmUp === "none", "warmUp", "must be none for neurons that fire once", warmUp);
  require(thresholdShift === 0, "thresholdShift", "must be 0 for neurons that fire once", thresholdShift);
  const isCoded = coding === "constant" || coding === "latency";
  if (!isCoded) throw new InvalidValueError("coding", "must be constant or latency for neuron ttfs", coding);
  if (readout === "count")
    throw new InvalidValueError("readout", "must be membrane or firstSpike for neuron ttfs", readout);
}
