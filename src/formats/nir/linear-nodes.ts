// Weights of a layer as nodes: one for each group of its inputs, with the columns that read the group.

import { InvalidValueError } from "../../base/errors.ts";
import type { LinearLayer } from "../../model/linear-layer.ts";
import type { Shape } from "../../model/network.ts";
import type { NirNode, NirValue } from "./nir-graph.ts";
import { float32Array, wholeNumber, wholeNumbers } from "./nir-values.ts";
import { type PartGroup, wholePart } from "./value-parts.ts";

export interface LinearWritten {
  readonly layer: LinearLayer;
  /** The layer, for messages. */
  readonly where: string;
  /** What arrives at the layer. */
  readonly input: Shape;
  /** Shape […weightShape(layer)]. */
  readonly weight: ArrayLike<number>;
  /** Null without one; the first node has it. */
  readonly bias: ArrayLike<number> | null;
}

/** @throws {InvalidValueError} for groups of channels that are cut by a concatenation */
export function linearNode(written: LinearWritten, group: PartGroup, isLinearTaken: boolean): NirNode {
  const { layer, input, bias } = written;
  const outputs = layer.kind === "dense" ? layer.units : layer.channels;
  const weight = columns(written, outputs, group);
  const zeros = new Float64Array(outputs);
  if (layer.kind === "dense") {
    const weights = float32Array([outputs, group.channels], weight);
    if (bias === null && isLinearTaken) return { type: "Linear", parameters: { weight: weights } };
    return { type: "Affine", parameters: { weight: weights, bias: float32Array([outputs], bias ?? zeros) } };
  }
  const perGroup = group.channels / layer.groups;
  const common = { groups: wholeNumber(layer.groups), bias: float32Array([outputs], bias ?? zeros) };
  if (layer.kind === "conv1d") {
    const parameters: Record<string, NirValue> = {
      input_shape: wholeNumber(input[1]),
      weight: float32Array([outputs, perGroup, layer.kernel], weight),
      stride: wholeNumber(layer.stride),
      padding: wholeNumber(layer.padding),
      dilation: wholeNumber(layer.dilation),
      ...common,
    };
    return { type: "Conv1d", parameters };
  }
  const { dilation = [1, 1] } = layer;
  const parameters: Record<string, NirValue> = {
    input_shape: wholeNumbers(input[1], input[2]),
    weight: float32Array([outputs, perGroup, ...layer.kernel], weight),
    stride: wholeNumbers(...layer.stride),
    padding: wholeNumbers(...layer.padding),
    dilation: wholeNumbers(...dilation),
    ...common,
  };
  return { type: "Conv2d", parameters };
}

/** The weights of some input channels, each times the group's gain. */
function columns(
  { layer, where, input, weight }: LinearWritten,
  outputs: number,
  group: PartGroup,
): ArrayLike<number> {
  const { first, channels, gain } = group;
  const isAll = first === 0 && channels === input[0];
  if (isAll && gain === null) return weight;
  const groups = layer.kind === "dense" ? 1 : layer.groups;
  if (!isAll && groups > 1) {
    const rule = "must not read a part of a concatenation by groups of channels, as NIR has no concatenation";
    throw new InvalidValueError(where, rule, `${groups} groups`);
  }
  const perGroup = input[0] / groups;
  const taps = weight.length / (outputs * perGroup);
  const kept = channels / groups;
  const cut = new Float64Array(outputs * kept * taps);
  for (let o = 0; o < outputs; o++) {
    const base = groups > 1 ? Math.floor(o / (outputs / groups)) * perGroup : 0;
    for (let c = 0; c < kept; c++) {
      const factor = gain?.[base + c] ?? 1;
      const from = (o * perGroup + (groups > 1 ? c : first + c)) * taps;
      for (let t = 0; t < taps; t++) cut[(o * kept + c) * taps + t] = weight[from + t] * factor;
    }
  }
  return cut;
}

/** Factors by channel as weights of their own, with the factors on their diagonal. */
export function gainNode(gain: Float64Array, shape: Shape, isLinearTaken: boolean): NirNode {
  const channels = gain.length;
  const weight = new Float64Array(channels * channels);
  for (let c = 0; c < channels; c++) weight[c * channels + c] = gain[c];
  const whole = wholePart("", shape);
  const written = { where: "", input: shape, weight, bias: null };
  const place = { id: "", inputs: [], bias: false } as const;
  const group = { ...whole, parts: [whole] };
  if (shape.length === 1)
    return linearNode(
      { ...written, layer: { ...place, kind: "dense", units: channels } },
      group,
      isLinearTaken,
    );
  const one = [1, 1] as const;
  const size = { kernel: one, stride: one, padding: [0, 0], groups: 1 } as const;
  return linearNode({ ...written, layer: { ...place, kind: "conv2d", channels, ...size } }, group, false);
}
