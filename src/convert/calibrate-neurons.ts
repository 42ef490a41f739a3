// Calibration of biases and initial potentials: layer by layer, each behind those that are corrected already.
//
//   d = E[a] − E[λ n/T], the mean error over training images, n spikes in T steps
//   potential:           v₀ ← v₀ + d p of every neuron       p: potential of an activation of 1, at the end
//   light (bias):        b ← b + d p/T of every channel      (T (T + 1)/2 where neurons fire once: speech.ts)
//
// Both leave the stored weights alone. Source: Li et al. 2021, sections 4.2 and 4.3.

import { InvalidValueError } from "../base/errors.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Layer, Network, NeuronLayer } from "../model/network.ts";
import { at } from "./broadcast.ts";
import { type CalibrationImages, meanActivations, meanSpikes } from "./mean-activations.ts";
import { partOfSnn } from "./part-of-snn.ts";
import { fullCount, summedCurrent } from "./rate-steps.ts";

export interface NeuronCalibration {
  readonly calibrateBias: boolean;
  readonly calibratePotential: boolean;
}

/**
 * @param snn - made of `ann` by `convertToSnn`
 * @param ann - with the weights the SNN was made of
 * @throws {InvalidValueError} naming a layer whose neurons have no one layer with a bias before them
 */
export function calibrateNeurons(
  snn: Model,
  ann: Model,
  { calibrateBias, calibratePotential }: NeuronCalibration,
  images: CalibrationImages,
): Model {
  if (!calibrateBias && !calibratePotential) return snn;
  const wanted = meanActivations(ann, images);
  let model = snn;
  for (const layer of snn.network.layers) {
    const means = wanted.get(layer.id);
    if (layer.kind !== "neuron" || means === undefined) continue;
    const lacking = (): Float64Array => lack(model, layer, means, images);
    if (calibrateBias) {
      const perStep = lacking().map((potential) => potential / summedCurrent(snn, layer));
      model = withTensors(model, shiftedBias(model, layer.id, perStep));
    }
    if (calibratePotential) model = withTensors(model, shiftedPotential(model, layer.id, lacking()));
  }
  const done = [calibrateBias && "biases", calibratePotential && "initial potentials"].filter(Boolean);
  const { provenance } = model;
  const line = `${done.join(" and ")} calibrated on ${images.count} training images`;
  return { ...model, provenance: { ...provenance, history: [...provenance.history, line] } };
}

/** What every neuron's potential lacks at the end, on average. */
function lack(
  model: Model,
  layer: NeuronLayer,
  wanted: Float64Array,
  images: CalibrationImages,
): Float64Array {
  const { id } = layer;
  const full = fullCount(model, layer);
  const spikes = meanSpikes(partOfSnn(model, id), id, images);
  const [bounds, thresholds] = ["bound", "threshold"].map((name) => model.tensors[`${id}.${name}`].data);
  const perChannel = spikes.length / Math.max(bounds.length, thresholds.length);
  // Neurons that fire once have a threshold that stands for all of the bound, others for one step's share.
  const share = layer.model === "ttfs" ? 1 : full;
  return spikes.map((count, i) => {
    const channel = Math.floor(i / perChannel);
    const bound = at(bounds, channel);
    return ((wanted[i] - (bound * count) / full) * at(thresholds, channel) * share) / bound;
  });
}

function withTensors(model: Model, tensors: Readonly<Record<string, Tensor>>): Model {
  const layers = model.network.layers.map((layer): Layer => {
    const gainsBias = (layer.kind === "dense" || layer.kind === "conv2d") && `${layer.id}.bias` in tensors;
    return gainsBias ? { ...layer, bias: true } : layer;
  });
  return { ...model, network: { ...model.network, layers }, tensors: { ...model.tensors, ...tensors } };
}

function shiftedBias(model: Model, id: string, lacking: Float64Array): Readonly<Record<string, Tensor>> {
  const home = biasHome(model.network, id);
  const channels = home.kind === "dense" ? home.units : home.channels;
  const perChannel = lacking.length / channels;
  const before = model.tensors[`${home.id}.bias`]?.data ?? new Float32Array(channels);
  const data = Float32Array.from(before);
  for (let c = 0; c < channels; c++) {
    let mean = 0;
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) mean += lacking[i] / perChannel;
    data[c] = before[c] + mean;
  }
  return { [`${home.id}.bias`]: { shape: [channels], data } };
}

function shiftedPotential(model: Model, id: string, lacking: Float64Array): Readonly<Record<string, Tensor>> {
  const before = model.tensors[`${id}.initialPotential`]?.data ?? new Float32Array(1);
  const perValue = lacking.length / before.length;
  const data = Float32Array.from(lacking, (d, i) => before[Math.floor(i / perValue)] + d);
  return { [`${id}.initialPotential`]: { shape: [data.length], data } };
}

/** The layer whose bias reaches all of the neurons: behind pools, and first of an addition. */
function biasHome({ layers }: Network, id: string): Layer & { readonly kind: "dense" | "conv2d" } {
  let layer = layers.find((other) => other.id === id);
  const passes = ["neuron", "averagePool", "maxPool", "flatten", "add"];
  while (layer !== undefined && passes.includes(layer.kind)) {
    const inputs = layer.inputs.map(({ from }) => layers.find((other) => other.id === from));
    const isSums = (other: Layer | undefined): boolean =>
      other !== undefined && other.kind !== "neuron" && carriesSums(layers, other);
    layer = inputs.find(isSums);
  }
  if (layer?.kind === "dense" || layer?.kind === "conv2d") return layer;
  throw new InvalidValueError(
    `layer ${JSON.stringify(id)}`,
    "must follow one dense or conv2d layer for its bias to be calibrated",
    "other inputs",
    "Calibrate the initial potential instead.",
  );
}

function carriesSums(layers: readonly Layer[], layer: Layer): boolean {
  if (layer.kind === "dense" || layer.kind === "conv2d") return true;
  if (layer.kind === "neuron" || layer.kind === "concat") return false;
  return layer.inputs.some(({ from }) => {
    const source = layers.find((other) => other.id === from);
    return source !== undefined && carriesSums(layers, source);
  });
}
