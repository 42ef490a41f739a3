// Scales and offsets merged into their neighbours, so that what remains is what a network is trained with:
//
//   behind the input           into the preprocessing, s' = g s, o' = g o + c
//   behind a linear layer      into its weights, W' = g W, b' = g b + c
//   behind another norm        into that one
//   before linear layers       into theirs, W' = W g, b' = b + Σ W c, where no zeros are padded in between
//
// All in float64, rounded once. A norm behind a linear layer stays: training and conversion know it. Relus whose
// values only go into another relu are left out, too.

import { isLinear, type LinearLayer } from "../../model/linear-layer.ts";
import type { Tensor } from "../../model/model.ts";
import type { BatchNormLayer, Layer, Shape } from "../../model/network.ts";
import { type Preprocessing, pixelMaps } from "../../model/preprocessing.ts";
import { inputId } from "../../model/shapes.ts";
import { tensor } from "./onnx-builder.ts";

export interface Draft {
  readonly inputShape: Shape;
  readonly layers: readonly Layer[];
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly preprocessing: Preprocessing;
  readonly output: string;
}

/** y = scale · x + offset by channel. */
interface Affine {
  readonly scale: Float64Array;
  readonly offset: Float64Array;
}

export function mergeAffine(draft: Draft): Draft {
  const merger = new Merger(withoutUnused(draft));
  const layers = [...merger.layers.values()];
  for (const layer of layers) {
    if (layer.kind === "batchNorm") merger.mergeBack(layer);
    if (layer.kind === "relu") merger.joinRelu(layer.id);
  }
  for (const layer of layers) {
    if (layer.kind === "batchNorm" && merger.layers.has(layer.id)) merger.mergeForward(layer.id);
  }
  return merger.finish();
}

/** Copies of copies are made from what the first was made from, which leaves layers nothing uses. */
function withoutUnused(draft: Draft): Draft {
  const needed = new Set([draft.output]);
  for (const { id, inputs } of [...draft.layers].reverse()) {
    if (needed.has(id)) for (const { from } of inputs) needed.add(from);
  }
  const layers = draft.layers.filter(({ id }) => needed.has(id));
  const isNeeded = ([name]: readonly [string, Tensor]): boolean =>
    needed.has(name.slice(0, name.lastIndexOf(".")));
  return { ...draft, layers, tensors: Object.fromEntries(Object.entries(draft.tensors).filter(isNeeded)) };
}

class Merger {
  readonly layers: Map<string, Layer>;
  readonly #draft: Draft;
  readonly #tensors: Record<string, Tensor>;
  /** Ids of the layers that take a layer's values; once for each time they do. */
  readonly #users = new Map<string, string[]>();
  #preprocessing: Preprocessing;
  #output: string;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.layers = new Map(draft.layers.map((layer) => [layer.id, layer]));
    this.#tensors = { ...draft.tensors };
    this.#preprocessing = draft.preprocessing;
    this.#output = draft.output;
    for (const { id, inputs } of draft.layers) {
      for (const { from } of inputs) this.#users.set(from, [...(this.#users.get(from) ?? []), id]);
    }
  }

  finish(): Draft {
    return {
      ...this.#draft,
      layers: [...this.layers.values()],
      tensors: this.#tensors,
      preprocessing: this.#preprocessing,
      output: this.#output,
    };
  }

  mergeBack({ id }: BatchNormLayer): void {
    const norm = this.layers.get(id) as BatchNormLayer;
    const [{ from }] = norm.inputs;
    if (this.#usersOf(from).length !== 1) return;
    const affine = this.#affineOf(norm);
    const before = this.layers.get(from);
    if (from === inputId && this.#output !== id) this.#intoPreprocessing(affine);
    else if (before !== undefined && isLinear(before) && this.#isPlain(norm))
      this.#intoLinear(before, affine);
    else if (before?.kind === "batchNorm" && this.#isPlain(norm)) this.#intoNorm(before, affine);
    else return;
    this.#remove(norm);
  }

  /** Into the linear layers behind it, if nothing else is, and all is exact. */
  mergeForward(id: string): void {
    const norm = this.layers.get(id) as BatchNormLayer;
    const [{ from }] = norm.inputs;
    const before = this.layers.get(from);
    if (before !== undefined && isLinear(before) && this.#usersOf(from).length === 1) return;
    const affine = this.#affineOf(norm);
    const hasOffset = affine.offset.some((value) => value !== 0);
    const targets = new Set<LinearLayer>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === this.#output) return;
      for (const user of this.#usersOf(next)) {
        const layer = this.layers.get(user) as Layer;
        if (layer.kind === "flatten" || layer.kind === "averagePool") open.push(user);
        else if (isLinear(layer) && !(hasOffset && isPadded(layer))) targets.add(layer);
        else return;
      }
    }
    for (const layer of targets) this.#beforeLinear(layer, affine);
    this.#remove(norm);
  }

  /** A plain relu that only feeds another relu changes nothing. */
  joinRelu(id: string): void {
    const relu = this.layers.get(id) as Layer;
    const before = this.layers.get(relu.inputs[0].from);
    if (before?.kind === "relu" && !before.bounded && this.#usersOf(before.id).length === 1)
      this.#remove(before);
  }

  #usersOf(id: string): readonly string[] {
    return this.#users.get(id) ?? [];
  }

  #affineOf({ id, epsilon }: BatchNormLayer): Affine {
    const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
      (name) => this.#tensors[`${id}.${name}`].data,
    );
    const scale = Float64Array.from(gamma, (value, c) => value / Math.sqrt(variance[c] + epsilon));
    return { scale, offset: scale.map((value, c) => beta[c] - value * mean[c]) };
  }

  /** Whether it only scales and shifts, as additions and multiplications by constants do. */
  #isPlain({ id, epsilon }: BatchNormLayer): boolean {
    const holds = (name: string, wanted: number): boolean =>
      this.#tensors[`${id}.${name}`].data.every((value) => value === wanted);
    return epsilon === 0 && holds("mean", 0) && holds("variance", 1);
  }

  #intoPreprocessing({ scale, offset }: Affine): void {
    const { inputShape } = this.#draft;
    const { maps } = pixelMaps(this.#preprocessing, inputShape);
    const of = (c: number): { readonly scale: number; readonly offset: number } =>
      maps[maps.length === 1 ? 0 : c];
    const scales = Array.from(scale, (value, c) => value * of(c).scale);
    const offsets = Array.from(offset, (value, c) => scale[c] * of(c).offset + value);
    const oneOrAll = (values: readonly number[]): number | readonly number[] =>
      values.every((value) => value === values[0]) ? values[0] : values;
    this.#preprocessing = { scale: oneOrAll(scales), offset: oneOrAll(offsets) };
  }

  #intoLinear(layer: LinearLayer, { scale, offset }: Affine): void {
    const { shape, data } = this.#tensors[`${layer.id}.weight`];
    const fanIn = data.length / shape[0];
    const bias = layer.bias ? this.#tensors[`${layer.id}.bias`].data : new Float32Array(shape[0]);
    const weight = Float32Array.from(data, (value, i) => value * scale[Math.floor(i / fanIn)]);
    this.#set(layer, { shape, data: weight }, (c) => bias[c] * scale[c] + offset[c]);
  }

  #intoNorm({ id }: BatchNormLayer, { scale, offset }: Affine): void {
    const { shape, data: gamma } = this.#tensors[`${id}.gamma`];
    const { data: beta } = this.#tensors[`${id}.beta`];
    this.#tensors[`${id}.gamma`] = tensor(
      shape,
      Float64Array.from(gamma, (value, c) => value * scale[c]),
    );
    this.#tensors[`${id}.beta`] = tensor(
      shape,
      Float64Array.from(beta, (value, c) => value * scale[c] + offset[c]),
    );
  }

  #beforeLinear(layer: LinearLayer, { scale, offset }: Affine): void {
    const { shape, data } = this.#tensors[`${layer.id}.weight`];
    const fanIn = data.length / shape[0];
    const groups = layer.kind === "dense" ? 1 : layer.groups;
    // Weights of one input channel stand together, in dense layers behind an image, too.
    const perChannel = (fanIn * groups) / scale.length;
    const perGroup = scale.length / groups;
    const weight = new Float32Array(data.length);
    const sums = new Float64Array(shape[0]);
    for (let i = 0; i < data.length; i++) {
      const unit = Math.floor(i / fanIn);
      const group = Math.floor((unit * groups) / shape[0]);
      const channel = group * perGroup + Math.floor((i % fanIn) / perChannel);
      weight[i] = data[i] * scale[channel];
      sums[unit] += data[i] * offset[channel];
    }
    const bias = layer.bias ? this.#tensors[`${layer.id}.bias`].data : new Float32Array(shape[0]);
    this.#set(layer, { shape, data: weight }, (unit) => bias[unit] + sums[unit]);
  }

  #set(layer: LinearLayer, weight: Tensor, biasOf: (unit: number) => number): void {
    const bias = Float32Array.from({ length: weight.shape[0] }, (_, unit) => biasOf(unit));
    this.#tensors[`${layer.id}.weight`] = weight;
    this.#tensors[`${layer.id}.bias`] = { shape: [bias.length], data: bias };
    this.layers.set(layer.id, { ...layer, bias: true });
  }

  /** Its users take what it took. */
  #remove({ id, inputs: [{ from }] }: Layer): void {
    for (const user of new Set(this.#usersOf(id))) {
      const layer = this.layers.get(user) as Layer;
      const inputs = layer.inputs.map((input) => (input.from === id ? { ...input, from } : input));
      this.layers.set(user, { ...layer, inputs });
    }
    const others = this.#usersOf(from).filter((user) => user !== id);
    this.#users.set(from, [...others, ...this.#usersOf(id)]);
    this.#users.delete(id);
    for (const name of ["gamma", "beta", "mean", "variance"]) delete this.#tensors[`${id}.${name}`];
    this.layers.delete(id);
    if (this.#output === id) this.#output = from;
  }
}

function isPadded(layer: LinearLayer): boolean {
  if (layer.kind === "dense") return false;
  return [layer.padding].flat().some((size) => size > 0);
}
