// The gradient of each image's loss with respect to the network's inputs: where to push a pixel to do most
// harm.
//
//   L = −ln softmax(scores)[label],   result ∂L/∂x for x as the first layers read it
// The network is the one that is used: stored codes times their scales, batch norm with its running
// statistics, the activations of its relus. A levelled activation, flat almost everywhere, passes gradients
// like a clipped one (straight through, as in training). Forward runs it; here is only the way back, without
// weight gradients.

import { type Activation, boundedReluBackward, reluBackward } from "../kernels/activation.ts";
import { scaleShift } from "../kernels/batch-norm.ts";
import { conv2dBackwardInput } from "../kernels/conv2d.ts";
import { addInto } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { matmul } from "../kernels/matmul.ts";
import { averagePoolBackward, maxPool, maxPoolBackward } from "../kernels/pooling.ts";
import { softmaxCrossEntropy } from "../kernels/softmax-cross-entropy.ts";
import type { Model } from "../model/model.ts";
import { inputId } from "../model/shapes.ts";
import { Forward, type ForwardOptions } from "./forward.ts";
import { layerActivation } from "./layer-activation.ts";
import { type PlannedLayer, planNetwork, windowGeometry } from "./plan.ts";

export interface InputGradientResult {
  /** ∂L/∂x of each image's own loss. Shape [count, …image]; valid until the next call. */
  readonly gradient: Float32Array;
  /** Summed over the batch. */
  readonly loss: number;
  readonly correct: number;
}

export class InputGradient {
  readonly maximumBatch: number;
  readonly inputSize: number;
  readonly model: Model;
  readonly #kernels: Kernels;
  readonly #forward: Forward;
  readonly #layers: readonly PlannedLayer[];
  readonly #activations = new Map<string, Activation>();
  /** Of dense and conv2d layers: weights; of batch norm: the scale, and zeros for a shift. */
  readonly #factors = new Map<string, Float32Array>();
  readonly #gradients = new Map<string, Float32Array>();
  readonly #poolIndex: Int32Array;
  readonly #poolOutput: Float32Array;

  /**
   * Takes kernel memory for a forward pass and a gradient of every layer.
   *
   * @throws {InvalidValueError} when the model is no sound ANN, {ResourceError} when memory is short
   */
  constructor(kernels: Kernels, model: Model, options: ForwardOptions) {
    const { maximumBatch } = options;
    this.#kernels = kernels;
    this.model = model;
    this.maximumBatch = maximumBatch;
    this.#forward = new Forward(kernels, model, options);
    this.inputSize = this.#forward.inputSize;
    this.#layers = planNetwork(model.network);
    this.#gradients.set(inputId, kernels.float32(maximumBatch * this.inputSize));
    let largestPool = 0;
    for (const { layer, inputs, inputShape, outputSize } of this.#layers) {
      // What flattening gives out is what it takes in, so both add to one gradient.
      const shared = layer.kind === "flatten" ? this.#gradients.get(inputs[0]) : undefined;
      this.#gradients.set(layer.id, shared ?? kernels.float32(maximumBatch * outputSize));
      if (layer.kind === "maxPool") largestPool = Math.max(largestPool, outputSize);
      if (layer.kind === "relu") {
        const bound = model.tensors[`${layer.id}.bound`]?.data[0];
        this.#activations.set(layer.id, options.activationOf?.(layer.id) ?? layerActivation(layer, bound));
      }
      if (layer.kind === "dense" || layer.kind === "conv2d")
        this.#factors.set(layer.id, kernels.float32From(realWeights(model, layer.id)));
      if (layer.kind === "batchNorm") {
        const [gamma, variance] = ["gamma", "variance"].map(
          (name) => model.tensors[`${layer.id}.${name}`].data,
        );
        const scale = Float32Array.from(gamma, (value, c) => value / Math.sqrt(variance[c] + layer.epsilon));
        this.#factors.set(layer.id, kernels.float32From(scale));
        this.#factors.set(`${layer.id}.shift`, kernels.float32From(new Float32Array(inputShape[0])));
      }
    }
    this.#poolIndex = kernels.int32(maximumBatch * largestPool);
    this.#poolOutput = kernels.float32(maximumBatch * largestPool);
  }

  /**
   * Gradient at a batch of inputs.
   *
   * @param values - what the first layers read, [count, …image]
   * @param labels - shape [count]
   * @param count - at most `maximumBatch`
   */
  compute(values: Float32Array, labels: Uint8Array, count: number): InputGradientResult {
    const { network } = this.model;
    const { classes } = this.#forward;
    // Forward keeps every layer's values in a buffer of its own until its next run.
    const outputs = new Map<string, Float32Array>();
    const scores = this.#forward.runValues(values, count, (id, output) => outputs.set(id, output));
    for (const gradient of this.#gradients.values()) gradient.fill(0);
    const result = softmaxCrossEntropy({
      scores,
      labels,
      gradient: this.#gradientOf(network.output, count * classes),
      batch: count,
      classes,
      smoothing: 0,
      gradientScale: 1,
    });
    for (let i = this.#layers.length - 1; i >= 0; i--) this.#backward(this.#layers[i], count, outputs);
    return { ...result, gradient: this.#gradientOf(inputId, count * this.inputSize) };
  }

  /** Add the gradient of the layer's output to those of its inputs; it is used up. */
  #backward(planned: PlannedLayer, count: number, outputs: ReadonlyMap<string, Float32Array>): void {
    const { layer, inputs, inputSize, outputSize } = planned;
    const kernels = this.#kernels;
    const dy = this.#gradientOf(layer.id, count * outputSize);
    const dx = this.#gradientOf(inputs[0], count * inputSize);
    const geometry = windowGeometry(planned);
    const planes = count * geometry.channels;
    const weight = this.#factors.get(layer.id) as Float32Array;
    const valuesOf = (id: string): Float32Array => outputs.get(id) as Float32Array;
    switch (layer.kind) {
      case "dense": {
        const [m, n, k] = [count, inputSize, outputSize];
        matmul(kernels, { a: dy, b: weight, c: dx, m, n, k, accumulate: true });
        break;
      }
      case "conv2d":
        conv2dBackwardInput(kernels, { ...layer, ...geometry, batch: count, weight, dy, dx });
        break;
      case "averagePool":
        averagePoolBackward(kernels, { ...layer, ...geometry, planes, dy, dx });
        break;
      case "maxPool": {
        const window = { kernel: layer.kernel, stride: layer.stride, ...geometry, planes };
        const [index, y] = [this.#poolIndex.subarray(0, dy.length), this.#poolOutput.subarray(0, dy.length)];
        maxPool(kernels, { ...window, x: valuesOf(inputs[0]), y, index });
        maxPoolBackward(kernels, { ...window, dy, dx, index });
        break;
      }
      case "batchNorm": {
        const [channels, height, width] = planned.inputShape;
        const shift = this.#factors.get(`${layer.id}.shift`) as Float32Array;
        const shape = { batch: count, channels, positions: height * width };
        scaleShift(kernels, { ...shape, x: dy, y: dy, scale: weight, shift });
        addInto(kernels, { x: dy, y: dx });
        break;
      }
      case "relu": {
        const activation = this.#activations.get(layer.id) as Activation;
        const [x, y] = [valuesOf(inputs[0]), valuesOf(layer.id)];
        if (activation.kind === "relu") reluBackward(kernels, { y, dy, dx: dy });
        else boundedReluBackward(kernels, { x, y, dy, dx: dy, bound: activation.bound });
        addInto(kernels, { x: dy, y: dx });
        break;
      }
      case "add":
        for (const id of inputs) addInto(kernels, { x: dy, y: this.#gradientOf(id, dy.length) });
        break;
      case "concat":
        this.#split(planned, dy, count);
        break;
      case "flatten":
        break;
      default:
        throw new TypeError(`unknown layer ${JSON.stringify(layer satisfies never)}`);
    }
  }

  /** Add to each input of a concatenation the gradient of its part. */
  #split({ inputs, outputSize }: PlannedLayer, dy: Float32Array, count: number): void {
    let offset = 0;
    for (const id of inputs) {
      const size =
        id === inputId
          ? this.inputSize
          : (this.#layers.find(({ layer }) => layer.id === id) as PlannedLayer).outputSize;
      const part = this.#gradientOf(id, count * size);
      for (let n = 0; n < count; n++) {
        for (let i = 0; i < size; i++) part[n * size + i] += dy[n * outputSize + offset + i];
      }
      offset += size;
    }
  }

  #gradientOf(id: string, length: number): Float32Array {
    return (this.#gradients.get(id) as Float32Array).subarray(0, length);
  }
}

/** Stored weights as the numbers they stand for. */
function realWeights({ tensors }: Model, layer: string): Float32Array {
  const stored = tensors[`${layer}.weight`].data;
  const scales = tensors[`${layer}.scale`]?.data ?? [1];
  const size = stored.length / scales.length;
  return Float32Array.from(stored, (value, i) => value * scales[Math.floor(i / size)]);
}
