// ANN to SNN: every relu becomes spiking neurons, weights stay as they are.
//
// A spike of neuron layer l stands for the activation λ_l (its bound): λ_l = thresholdFactor times
// the layer's maximum, or a percentile of its positive activations, over the calibration images.
// Stored weights w' (w = s w', s = 1 for float32) are not touched; a dense or conv2d layer fed with
// spikes worth λ_in then sums in units of σ = s λ_in, so that
//   threshold θ_l = λ_l / σ,   bias b' = b / σ,   initial potential = initialPotential · θ_l
// and with soft reset and constant drive the rate is r_l = z_l/λ_l within 1/T: Diehl et al. 2015
// (maximum) and Rueckauer et al. 2017 (percentile, reset by subtraction), with the scales moved
// from weights to thresholds. Initial potential ½ θ: Bu et al. 2022.

import { InvalidValueError } from "../base/errors.ts";
import type { Inference, Model, Tensor } from "../model/model.ts";
import type { Layer, Network } from "../model/network.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { validateModel } from "../model/validate-model.ts";
import type { Values } from "../space/field.ts";
import { checkValue } from "../space/resolve.ts";
import { type ActivationStatistics, activationPercentile } from "./activation-statistics.ts";
import { conversionFields } from "./conversion-fields.ts";
import { signalBounds } from "./signal-bounds.ts";

/** Settings of a conversion; `weightBits` is quantisation's (quantise-weights.ts). */
export type ConversionSettings = Omit<Values<typeof conversionFields>, "weightBits">;

/** Id of the neurons that are added behind the output layer for the readout `"count"`. */
export function outputSpikesId(outputId: string): string {
  return `${outputId}-spikes`;
}

/**
 * Convert an ANN. Readout `"membrane"` keeps the last dense or conv2d layer without neurons;
 * `"count"` adds neurons behind it, bounded by the positive part of the class scores.
 *
 * @param ann - batch norm folded; float32 weights or codes. Its weight tensors are shared, not copied
 * @param statistics - of the same network (float32 or quantised), from training images only
 * @throws {InvalidValueError} naming the setting, or the layer that cannot be converted (signal-bounds.ts
 * says which can) or was never active on the calibration images
 */
export function convertToSnn(
  ann: Model,
  statistics: ActivationStatistics,
  settings: ConversionSettings,
  inference: Inference,
): Model {
  if (ann.kind !== "ann") throw new InvalidValueError("model.kind", "must be ann to be converted", ann.kind);
  validateModel(ann);
  checkInput(ann, inference);
  checkSettings(settings);
  const { network } = ann;
  const wanted = new Map<string, number>();
  for (const { id, kind } of network.layers) {
    if (kind === "relu") wanted.set(id, layerBound(id, statistics, settings));
  }
  const bounds = signalBounds(network, wanted);
  const layers: Layer[] = [];
  const tensors: Record<string, Tensor> = {};
  /** What a sum of 1 in the SNN means as an ANN value, by dense or conv2d layer. */
  const units = new Map<string, number>();
  const addNeurons = (id: string, from: string, bound: number): void => {
    layers.push({
      id,
      kind: "neuron",
      model: settings.neuron,
      reset: settings.reset,
      inputs: [{ from, delay: 0 }],
    });
    Object.assign(tensors, neuronTensors(id, bound, knownValue(units, from), settings));
  };
  for (const layer of network.layers) {
    if (layer.kind === "relu") {
      addNeurons(layer.id, layer.inputs[0].from, knownValue(bounds, layer.id));
      continue;
    }
    layers.push(layer);
    if (layer.kind !== "dense" && layer.kind !== "conv2d") continue;
    const scale = ann.tensors[`${layer.id}.scale`]?.data[0] ?? 1;
    units.set(layer.id, scale * knownValue(bounds, layer.inputs[0].from));
    Object.assign(tensors, linearTensors(ann, layer.id, knownValue(units, layer.id)));
  }
  const addsNeurons = needsOutputNeurons(network, inference);
  if (addsNeurons) {
    const bound = layerBound(network.output, statistics, settings);
    addNeurons(outputSpikesId(network.output), network.output, bound);
  }
  const snn: Model = {
    ...ann,
    kind: "snn",
    network: { ...network, layers, output: addsNeurons ? outputSpikesId(network.output) : network.output },
    tensors,
    inference,
    provenance: { ...ann.provenance, history: [...ann.provenance.history, describe(settings, inference)] },
  };
  validateModel(snn);
  return snn;
}

/** λ of a layer by itself. */
function layerBound(id: string, statistics: ActivationStatistics, settings: ConversionSettings): number {
  const layer = statistics.layers[id];
  const where = `calibration statistics of layer ${JSON.stringify(id)}`;
  if (layer === undefined) {
    throw new InvalidValueError(
      where,
      "must be there",
      "nothing",
      "Collect them on the network you convert.",
    );
  }
  const activation =
    settings.normalisation === "max"
      ? layer.maximum
      : activationPercentile(layer, settings.percentile, "positive");
  if (!(activation > 0)) {
    throw new InvalidValueError(
      where,
      "must hold an activation above 0",
      activation,
      "The layer is dead: train again, or calibrate on more images.",
    );
  }
  return settings.thresholdFactor * activation;
}

/** Weights (and scale) as they are, the bias in units of the sum. */
function linearTensors(ann: Model, id: string, unit: number): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = { [`${id}.weight`]: ann.tensors[`${id}.weight`] };
  const scale = ann.tensors[`${id}.scale`];
  if (scale !== undefined) tensors[`${id}.scale`] = scale;
  const bias = ann.tensors[`${id}.bias`];
  if (bias !== undefined) {
    tensors[`${id}.bias`] = {
      shape: bias.shape,
      data: Float32Array.from(bias.data, (value) => value / unit),
    };
  }
  return tensors;
}

function neuronTensors(
  id: string,
  bound: number,
  unit: number,
  { initialPotential, neuron, leak }: ConversionSettings,
): Record<string, Tensor> {
  const single = (value: number): Tensor => ({ shape: [1], data: Float32Array.of(value) });
  const threshold = bound / unit;
  return {
    [`${id}.threshold`]: single(threshold),
    [`${id}.initialPotential`]: single(initialPotential * threshold),
    [`${id}.bound`]: single(bound),
    ...(neuron === "lif" && { [`${id}.leak`]: single(leak) }),
  };
}

/** Whether neurons must be added behind the output for the wanted readout. */
function needsOutputNeurons(network: Network, { readout }: Inference): boolean {
  const output = network.layers.find(({ id }) => id === network.output);
  if (output?.kind === "dense" || output?.kind === "conv2d") return readout === "count";
  if (output?.kind === "relu" && readout === "count") return false;
  throw new InvalidValueError(
    `output layer ${JSON.stringify(network.output)}`,
    `must be dense or conv2d${readout === "count" ? " or relu" : ' for readout "membrane"'}`,
    output?.kind,
  );
}

/** @throws {InvalidValueError} when the input is not what spikes, or a held current of bound 1, can stand for */
function checkInput({ preprocessing, network }: Model, { coding }: Inference): void {
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

function checkSettings(settings: ConversionSettings): void {
  const { weightBits: _, ...fields } = conversionFields;
  for (const [name, field] of Object.entries(fields)) {
    checkValue(`conversion.${name}`, field, settings[name as keyof ConversionSettings]);
  }
}

function describe(settings: ConversionSettings, { coding, readout, steps }: Inference): string {
  const { normalisation, percentile, thresholdFactor, neuron, leak, reset, initialPotential } = settings;
  const base = normalisation === "max" ? "maximum" : `percentile ${percentile}`;
  const model = neuron === "lif" ? `lif with leak ${leak}` : "if";
  return (
    `converted: ${base} × ${thresholdFactor}, ${model}, reset ${reset}, ` +
    `initial potential ${initialPotential}, ${coding} input, ${readout} readout, ${steps} steps`
  );
}

function knownValue(map: ReadonlyMap<string, number>, id: string): number {
  const value = map.get(id);
  if (value === undefined)
    throw new InvalidValueError(`layer ${JSON.stringify(id)}`, "must have a bound", id);
  return value;
}
