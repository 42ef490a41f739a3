// Networks whose parameters are not what was trained: neurons with other thresholds, weights that vary, weights stored
// in few bits, and such weights struck by the faults of the catalogue. All give weights to run instead.
//
// A neuron whose threshold is ϑ(1 + ε), reset included, fires when one of threshold ϑ and weights w/(1 + ε) does: its
// potential is that one's times 1 + ε. So threshold noise is noise of weights that a row shares.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import type { Dose } from "../fault/dose.ts";
import { faultSites } from "../fault/fault-sites.ts";
import { faults } from "../fault/faults.ts";
import { changeValue, type NumberFormat } from "../fault/number-format.ts";
import type { Model } from "../model/model.ts";
import type { Layer } from "../model/network.ts";
import { quantiseTensor } from "../model/quantise-codes.ts";
import { inputId } from "../model/shapes.ts";
import { type EventNetwork, eventShapes, eventWeightShapes } from "./event-network.ts";
import { normal } from "./labelled-trains.ts";
import type { DisturbanceKey } from "./robust-spikes.ts";
import type { EventWeights } from "./spike-times.ts";

/**
 * Thresholds that scatter from neuron to neuron, of a convolution from channel to channel. No threshold falls below a
 * hundredth of its own.
 *
 * @param deviation - standard deviation, as a share of the threshold
 * @throws {InvalidValueError} for a deviation that is no number of at least 0
 */
export function thresholdNoise(
  network: EventNetwork,
  weights: EventWeights,
  deviation: number,
  key: DisturbanceKey,
): Float32Array[] {
  requireDeviation(deviation);
  return byLayer(network, weights, (layer, { id }, [rows]) => {
    const random = new Random({ ...key, purpose: `event thresholds ${id}`, index: 0 });
    const factors = Float64Array.from({ length: rows }, () => Math.max(0.01, 1 + deviation * normal(random)));
    const row = layer.length / rows;
    return Float32Array.from(layer, (weight, i) => weight / factors[Math.floor(i / row)]);
  });
}

/**
 * Weights that vary each by itself: w (1 + σ n), n standard normal.
 *
 * @throws {InvalidValueError} for a deviation that is no number of at least 0
 */
export function weightNoise(
  network: EventNetwork,
  weights: EventWeights,
  deviation: number,
  key: DisturbanceKey,
): Float32Array[] {
  requireDeviation(deviation);
  return byLayer(network, weights, (layer, { id }) => {
    const random = new Random({ ...key, purpose: `event weights ${id}`, index: 0 });
    return Float32Array.from(layer, (weight) => weight * (1 + deviation * normal(random)));
  });
}

/**
 * What is left of the weights when each layer stores codes of so many bits and a scale.
 *
 * @param bits - 2 to 8
 * @throws {InvalidValueError} for other widths
 */
export function quantisedEventWeights(
  network: EventNetwork,
  weights: EventWeights,
  bits: number,
): Float32Array[] {
  requireBits(bits);
  return byLayer(network, weights, (layer, _, [rows]) => {
    const { codes, scale } = quantiseTensor(layer, rows, bits, "layer");
    return Float32Array.from(codes, (code) => code * scale[0]);
  });
}

export interface EventWeightFault {
  /** Of a stored code; 2 to 8. */
  readonly bits: number;
  readonly fault: keyof typeof faults;
  readonly dose: Dose;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Weights as stored codes, struck by a permanent fault of the catalogue. The same key strikes the same places of every
 * network of these shapes.
 *
 * @throws {InvalidValueError} for a fault that does not strike weights, other widths, and doses the fault has not
 */
export function struckEventWeights(
  network: EventNetwork,
  weights: EventWeights,
  { bits, fault, dose, settings }: EventWeightFault,
  key: StreamKey,
): Float32Array[] {
  requireBits(bits);
  const model = storedWeights(network, weights, bits);
  const format = `int${bits}` as NumberFormat;
  const sites = faultSites(model, { targets: ["weight"] });
  const persistence = { kind: "permanent" } as const;
  const drawn = faults[fault].draw({ model, sites, dose, persistence, ...(settings && { settings }) }, key);
  for (const { layer, element, change } of drawn) {
    const codes = model.tensors[`${layer}.weight`].data;
    codes[element] = changeValue(format, codes[element], change);
  }
  return byLayer(network, weights, (_, { id }) => {
    const [scale] = model.tensors[`${id}.scale`].data;
    return Float32Array.from(model.tensors[`${id}.weight`].data, (code) => code * scale);
  });
}

/** The weights alone, as the catalogue of faults looks at them: layers of codes with nothing between them. */
function storedWeights(network: EventNetwork, weights: EventWeights, bits: number): Model {
  const shapes = eventShapes(network);
  const weightShapes = eventWeightShapes(network);
  const tensors: Record<string, Model["tensors"][string]> = {};
  const layers: Layer[] = [];
  for (const [l, layer] of network.layers.entries()) {
    const { id } = layer;
    let inputs = heard(layers.at(-1)?.id ?? inputId);
    if (layer.kind === "pool") {
      layers.push({ id, inputs, kind: "sumPool", kernel: layer.kernel, stride: layer.stride });
      continue;
    }
    if (layer.kind === "dense" && shapes[l].length === 3) {
      layers.push({ id: `${id}_flat`, inputs, kind: "flatten" });
      inputs = heard(`${id}_flat`);
    }
    const { codes, scale } = quantiseTensor(weights[l], weightShapes[l][0], bits, "layer");
    tensors[`${id}.weight`] = { shape: weightShapes[l], data: codes };
    tensors[`${id}.scale`] = { shape: [1], data: scale };
    layers.push(
      layer.kind === "dense"
        ? { id, inputs, kind: "dense", units: layer.units, bias: false }
        : { ...layer, id, inputs, kind: "conv2d", groups: 1, bias: false },
    );
  }
  return {
    kind: "ann",
    network: {
      name: "weights",
      inputShape: network.inputShape,
      layers,
      output: layers[layers.length - 1].id,
    },
    weightFormat: { kind: "int", bits },
    tensors,
    preprocessing: { scale: 1, offset: 0 },
    inference: null,
    classes: [],
    provenance: { data: "", seed: 0, commit: "", kernels: "", parent: "", history: [] },
  };
}

function heard(from: string): Layer["inputs"] {
  return [{ from, delay: 0 }];
}

function byLayer(
  network: EventNetwork,
  weights: EventWeights,
  change: (
    layer: EventWeights[number],
    described: EventNetwork["layers"][number],
    shape: readonly number[],
  ) => Float32Array,
): Float32Array[] {
  const shapes = eventWeightShapes(network);
  return network.layers.map((layer, l) =>
    layer.kind === "pool" ? new Float32Array(0) : change(weights[l], layer, shapes[l]),
  );
}

function requireDeviation(deviation: number): void {
  if (deviation >= 0 && deviation < Infinity) return;
  throw new InvalidValueError("deviation", "must be at least 0", deviation);
}

function requireBits(bits: number): void {
  if (Number.isInteger(bits) && bits >= 2 && bits <= 8) return;
  throw new InvalidValueError("bits", "must be a whole number from 2 to 8", bits);
}
