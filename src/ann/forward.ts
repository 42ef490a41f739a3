// Running an ANN on images: one batch at a time, all values in kernel memory.
//
// Weights can be exchanged between runs, which is how faults are injected thousands of times
// without building anything again. Activations can be exchanged for clipped or levelled ones, for controls.

import { InvalidValueError } from "../base/errors.ts";
import { type Activation, activate } from "../kernels/activation.ts";
import { scaleShift } from "../kernels/batch-norm.ts";
import { conv2dForward } from "../kernels/conv2d.ts";
import { addInto } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { matmul } from "../kernels/matmul.ts";
import { averagePool, maxPool } from "../kernels/pooling.ts";
import type { Model, Tensor } from "../model/model.ts";
import { type PixelMaps, pixelMaps } from "../model/preprocessing.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import { inputValues } from "./input-values.ts";
import { layerActivation } from "./layer-activation.ts";
import { type PlannedLayer, planNetwork, windowGeometry } from "./plan.ts";

export interface ForwardOptions {
  /** Images run at once. */
  readonly maximumBatch: number;
  /** What a relu layer does; default: what the network says. */
  readonly activationOf?: (layerId: string) => Activation;
}

/** Called with every layer's output, `input` included: values of shape [count, size]. Valid during the call only. */
export type Observe = (layerId: string, values: Float32Array, count: number, size: number) => void;

export class Forward {
  readonly maximumBatch: number;
  readonly classes: number;
  readonly inputSize: number;
  readonly #kernels: Kernels;
  readonly #model: Model;
  readonly #layers: readonly PlannedLayer[];
  readonly #pixels: Uint8Array;
  readonly #pixelMaps: PixelMaps;
  readonly #values = new Map<string, Float32Array>();
  readonly #parameters = new Map<string, Float32Array>();
  readonly #activations = new Map<string, Activation>();
  readonly #poolIndex: Int32Array;

  /**
   * Takes kernel memory for parameters and one batch of every layer's values.
   *
   * @throws {InvalidValueError} when the model is no sound ANN, {ResourceError} when memory is short
   */
  constructor(kernels: Kernels, model: Model, options: ForwardOptions) {
    validateModel(model);
    this.#kernels = kernels;
    this.#model = model;
    this.#layers = planNetwork(model.network);
    this.maximumBatch = options.maximumBatch;
    this.inputSize = sizeOf(model.network.inputShape);
    this.classes = model.classes.length;
    this.#pixelMaps = pixelMaps(model.preprocessing, model.network.inputShape);
    this.#pixels = kernels.uint8(this.maximumBatch * this.inputSize);
    this.#values.set(inputId, kernels.float32(this.maximumBatch * this.inputSize));
    let largestPool = 0;
    for (const { layer, outputSize } of this.#layers) {
      if (layer.kind === "flatten") continue;
      this.#values.set(layer.id, kernels.float32(this.maximumBatch * outputSize));
      if (layer.kind === "maxPool") largestPool = Math.max(largestPool, outputSize);
      if (layer.kind === "relu") {
        const bound = model.tensors[`${layer.id}.bound`]?.data[0];
        this.#activations.set(layer.id, options.activationOf?.(layer.id) ?? layerActivation(layer, bound));
      }
    }
    this.#poolIndex = kernels.int32(this.maximumBatch * largestPool);
    for (const planned of this.#layers) this.#loadParameters(planned);
  }

  /** Exchange the stored weights of a dense or conv2d layer: codes for an integer model, else float32. */
  setWeights(layerId: string, stored: Int8Array | Float32Array): void {
    const weight = this.#parameters.get(`${layerId}.weight`);
    if (weight === undefined) {
      throw new InvalidValueError("layer", "must be dense or conv2d to have weights", layerId);
    }
    if (weight.length !== stored.length) {
      throw new InvalidValueError(
        `weights of layer "${layerId}"`,
        `must be ${weight.length} values`,
        stored.length,
      );
    }
    const scales = this.#model.tensors[`${layerId}.scale`]?.data ?? [1];
    const size = stored.length / scales.length;
    for (let part = 0; part < scales.length; part++) {
      const [scale, end] = [scales[part], (part + 1) * size];
      for (let i = part * size; i < end; i++) weight[i] = stored[i] * scale;
    }
  }

  /**
   * Run one batch.
   *
   * @param pixels - [count, …image], from image `first`
   * @returns class scores [count, classes], valid until the next run
   */
  run(pixels: Uint8Array, first: number, count: number, observe?: Observe): Float32Array {
    const { inputSize } = this;
    const staged = this.#pixels.subarray(0, count * inputSize);
    staged.set(pixels.subarray(first * inputSize, (first + count) * inputSize));
    const input = this.#valuesOf(inputId, count * inputSize);
    inputValues(this.#kernels, this.#pixelMaps, { pixels: staged, out: input });
    return this.#runStaged(count, observe);
  }

  /**
   * Run one batch of values the layers read as they are.
   *
   * @param values - what pixels become by the preprocessing, [count, …image]
   * @returns as `run`
   */
  runValues(values: Float32Array, count: number, observe?: Observe): Float32Array {
    this.#valuesOf(inputId, count * this.inputSize).set(values.subarray(0, count * this.inputSize));
    return this.#runStaged(count, observe);
  }

  #runStaged(count: number, observe: Observe | undefined): Float32Array {
    observe?.(inputId, this.#valuesOf(inputId, count * this.inputSize), count, this.inputSize);
    for (const planned of this.#layers) {
      const values = this.#runLayer(planned, count);
      observe?.(planned.layer.id, values, count, planned.outputSize);
    }
    return this.#valuesOf(this.#model.network.output, count * this.classes);
  }

  #runLayer(planned: PlannedLayer, count: number): Float32Array {
    const { layer, inputs, inputSize, outputSize } = planned;
    const x = this.#valuesOf(inputs[0], count * inputSize);
    if (layer.kind === "flatten") {
      this.#values.set(layer.id, this.#values.get(inputs[0]) as Float32Array);
      return x;
    }
    const kernels = this.#kernels;
    const y = this.#valuesOf(layer.id, count * outputSize);
    const weight = this.#parameters.get(`${layer.id}.weight`) as Float32Array;
    const bias = this.#parameters.get(`${layer.id}.bias`);
    switch (layer.kind) {
      case "dense":
        matmul(kernels, {
          a: x,
          b: weight,
          c: y,
          m: count,
          n: outputSize,
          k: inputSize,
          transposeB: true,
          bias,
        });
        break;
      case "conv2d":
        conv2dForward(kernels, { ...layer, ...windowGeometry(planned), batch: count, x, weight, bias, y });
        break;
      case "averagePool":
      case "maxPool": {
        const geometry = windowGeometry(planned);
        const args = {
          ...geometry,
          kernel: layer.kernel,
          stride: layer.stride,
          planes: count * geometry.channels,
          x,
          y,
        };
        if (layer.kind === "averagePool") averagePool(kernels, args);
        else maxPool(kernels, { ...args, index: this.#poolIndex });
        break;
      }
      case "batchNorm": {
        const [channels, height, width] = planned.inputShape;
        const [scale, shift] = ["scale", "shift"].map(
          (name) => this.#parameters.get(`${layer.id}.${name}`) as Float32Array,
        );
        scaleShift(kernels, { x, y, scale, shift, batch: count, channels, positions: height * width });
        break;
      }
      case "relu":
        activate(kernels, this.#activations.get(layer.id) as Activation, { x, y });
        break;
      case "add":
        y.set(x);
        for (const other of inputs.slice(1)) addInto(kernels, { x: this.#valuesOf(other, y.length), y });
        break;
      case "concat":
        this.#join(inputs, y, count, outputSize);
        break;
      default:
        throw new TypeError(`unknown layer ${JSON.stringify(layer satisfies never)}`);
    }
    return y;
  }

  #join(inputs: readonly string[], y: Float32Array, count: number, outputSize: number): void {
    let offset = 0;
    for (const id of inputs) {
      const size =
        id === inputId
          ? this.inputSize
          : (this.#layers.find(({ layer }) => layer.id === id)?.outputSize ?? 0);
      const from = this.#valuesOf(id, count * size);
      for (let n = 0; n < count; n++) y.set(from.subarray(n * size, (n + 1) * size), n * outputSize + offset);
      offset += size;
    }
  }

  #valuesOf(id: string, length: number): Float32Array {
    return (this.#values.get(id) as Float32Array).subarray(0, length);
  }

  #loadParameters({ layer, inputShape }: PlannedLayer): void {
    const tensor = (name: string): Tensor => this.#model.tensors[`${layer.id}.${name}`];
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      const stored = tensor("weight").data as Int8Array | Float32Array;
      this.#parameters.set(`${layer.id}.weight`, this.#kernels.float32(stored.length));
      this.setWeights(layer.id, stored);
      if (layer.bias)
        this.#parameters.set(`${layer.id}.bias`, this.#kernels.float32From(tensor("bias").data));
    }
    if (layer.kind === "batchNorm") {
      const channels = inputShape[0];
      const [scale, shift] = [this.#kernels.float32(channels), this.#kernels.float32(channels)];
      const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
        (name) => tensor(name).data,
      );
      for (let c = 0; c < channels; c++) {
        scale[c] = gamma[c] / Math.sqrt(variance[c] + layer.epsilon);
        shift[c] = beta[c] - mean[c] * scale[c];
      }
      this.#parameters.set(`${layer.id}.scale`, scale);
      this.#parameters.set(`${layer.id}.shift`, shift);
    }
  }
}
