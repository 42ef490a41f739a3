// Loss and gradient of one shard of a batch: forward with batch statistics, backward in reverse.
//
// A batch is cut into a fixed number of shards whose gradients are summed in order, so the result
// does not depend on how many threads work. Batch norm sees its shard only ("ghost batch norm",
// Hoffer et al. 2017), for the same reason.

import { activate, boundedReluBackward, reluBackward } from "../kernels/activation.ts";
import { batchNormBackward, batchStatistics, scaleShift } from "../kernels/batch-norm.ts";
import { conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from "../kernels/conv2d.ts";
import { addInto, addRowSums } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { matmul } from "../kernels/matmul.ts";
import { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from "../kernels/pooling.ts";
import { softmaxCrossEntropy } from "../kernels/softmax-cross-entropy.ts";
import type { Network } from "../model/network.ts";
import { type PixelMaps, type Preprocessing, pixelMaps } from "../model/preprocessing.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import { inputValues } from "./input-values.ts";
import { layerActivation } from "./layer-activation.ts";
import { layoutOf, type ParameterLayout } from "./parameter-layout.ts";
import { type PlannedLayer, planNetwork, windowGeometry } from "./plan.ts";

export interface GradientEngineOptions {
  readonly network: Network;
  readonly preprocessing: Preprocessing;
  readonly maximumShard: number;
  readonly labelSmoothing: number;
}

export interface ShardResult {
  /** Summed over the shard. */
  readonly loss: number;
  readonly correct: number;
}

export class GradientEngine {
  readonly layout: ParameterLayout;
  /** Set before `compute`. */
  readonly parameters: Float32Array;
  /** Result of `compute`: gradient of Σ loss · gradientScale. */
  readonly gradient: Float32Array;
  /** Result of `compute`: the shard's batch means and variances (unbiased, as running statistics want them). */
  readonly statistics: Float32Array;
  /** Stage the shard's images and labels here before `compute`. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly #kernels: Kernels;
  readonly #options: GradientEngineOptions;
  readonly #pixelMaps: PixelMaps;
  readonly #layers: readonly PlannedLayer[];
  readonly #values = new Map<string, Float32Array>();
  readonly #gradients = new Map<string, Float32Array>();
  readonly #views = new Map<string, Float32Array>();
  readonly #gradientViews = new Map<string, Float32Array>();
  readonly #inverses = new Map<string, Float32Array>();
  readonly #poolIndexes = new Map<string, Int32Array>();
  readonly #users = new Map<string, number>();

  /** Takes kernel memory for parameters, gradient and all values of a shard. */
  constructor(kernels: Kernels, options: GradientEngineOptions) {
    const { network, preprocessing, maximumShard } = options;
    this.#kernels = kernels;
    this.#options = options;
    this.#pixelMaps = pixelMaps(preprocessing, network.inputShape);
    this.#layers = planNetwork(network);
    this.layout = layoutOf(network);
    this.parameters = kernels.float32(this.layout.parameterCount);
    this.gradient = kernels.float32(this.layout.parameterCount);
    this.statistics = kernels.float32(this.layout.statisticCount);
    for (const { name, offset, length } of this.layout.parameters) {
      this.#views.set(name, this.parameters.subarray(offset, offset + length));
      this.#gradientViews.set(name, this.gradient.subarray(offset, offset + length));
    }
    for (const { name, offset, length } of this.layout.statistics) {
      this.#views.set(name, this.statistics.subarray(offset, offset + length));
    }
    this.#users.set(network.output, 1); // the loss uses it, too
    const inputSize = sizeOf(network.inputShape);
    this.pixels = kernels.uint8(maximumShard * inputSize);
    this.labels = new Uint8Array(maximumShard);
    this.#values.set(inputId, kernels.float32(maximumShard * inputSize));
    for (const { layer, inputs, outputSize, inputShape } of this.#layers) {
      for (const id of inputs) this.#users.set(id, (this.#users.get(id) ?? 0) + 1);
      if (layer.kind === "flatten") {
        this.#values.set(layer.id, this.#valuesOf(inputs[0]));
      } else {
        this.#values.set(layer.id, kernels.float32(maximumShard * outputSize));
      }
      this.#gradients.set(layer.id, kernels.float32(maximumShard * outputSize));
      if (layer.kind === "maxPool") this.#poolIndexes.set(layer.id, kernels.int32(maximumShard * outputSize));
      if (layer.kind === "batchNorm") {
        for (const name of ["inverse", "scale", "shift"]) {
          this.#inverses.set(`${layer.id}.${name}`, kernels.float32(inputShape[0]));
        }
      }
    }
  }

  /**
   * Compute loss and gradient of the staged shard with the present parameters.
   *
   * @param count - images staged
   * @param gradientScale - usually 1 / images of the whole batch
   */
  compute(count: number, gradientScale: number): ShardResult {
    const { network, labelSmoothing } = this.#options;
    const input = this.#slice(this.#values, inputId, count * sizeOf(network.inputShape));
    inputValues(this.#kernels, this.#pixelMaps, {
      pixels: this.pixels.subarray(0, input.length),
      out: input,
    });
    for (const planned of this.#layers) this.#forward(planned, count);
    this.gradient.fill(0);
    const last = this.#layers.find(({ layer }) => layer.id === network.output) as PlannedLayer;
    for (const { layer, outputSize } of this.#layers)
      this.#slice(this.#gradients, layer.id, count * outputSize).fill(0);
    const result = softmaxCrossEntropy({
      scores: this.#slice(this.#values, network.output, count * last.outputSize),
      labels: this.labels,
      gradient: this.#slice(this.#gradients, network.output, count * last.outputSize),
      batch: count,
      classes: last.outputSize,
      smoothing: labelSmoothing,
      gradientScale,
    });
    for (let i = this.#layers.length - 1; i >= 0; i--) this.#backward(this.#layers[i], count);
    return result;
  }

  /** sum += gradient, in float32. `sum` lies in the same kernel memory. */
  addGradientTo(sum: Float32Array): void {
    addInto(this.#kernels, { x: this.gradient, y: sum });
  }

  #forward(planned: PlannedLayer, count: number): void {
    const { layer, inputs, inputSize, outputSize } = planned;
    const kernels = this.#kernels;
    const x = this.#slice(this.#values, inputs[0], count * inputSize);
    const y = this.#slice(this.#values, layer.id, count * outputSize);
    switch (layer.kind) {
      case "dense":
        matmul(kernels, {
          a: x,
          b: this.#view(layer.id, "weight"),
          c: y,
          m: count,
          n: outputSize,
          k: inputSize,
          transposeB: true,
          bias: this.#views.get(`${layer.id}.bias`),
        });
        break;
      case "conv2d":
        conv2dForward(kernels, {
          ...layer,
          ...windowGeometry(planned),
          batch: count,
          x,
          weight: this.#view(layer.id, "weight"),
          bias: this.#views.get(`${layer.id}.bias`),
          y,
        });
        break;
      case "averagePool":
        averagePool(kernels, { ...this.#poolGeometry(planned, count), x, y });
        break;
      case "maxPool":
        maxPool(kernels, {
          ...this.#poolGeometry(planned, count),
          x,
          y,
          index: this.#poolIndexes.get(layer.id) as Int32Array,
        });
        break;
      case "batchNorm":
        this.#normalise(planned, count, x, y);
        break;
      case "relu":
        activate(kernels, layerActivation(layer, this.#views.get(`${layer.id}.bound`)?.[0]), { x, y });
        break;
      case "add":
        y.set(x);
        for (const other of inputs.slice(1))
          addInto(kernels, { x: this.#slice(this.#values, other, y.length), y });
        break;
      case "concat":
        this.#eachPart(planned, count, (id, at, partAt, size) => {
          y.set(this.#valuesOf(id).subarray(partAt, partAt + size), at);
        });
        break;
      case "flatten":
        break;
      default:
        throw new TypeError(`unknown layer ${JSON.stringify(layer satisfies never)}`);
    }
  }

  #normalise(planned: PlannedLayer, count: number, x: Float32Array, y: Float32Array): void {
    const { layer, inputShape } = planned;
    if (layer.kind !== "batchNorm") return;
    const [channels, height, width] = inputShape;
    const [inverse, scale, shift] = ["inverse", "scale", "shift"].map(
      (name) => this.#inverses.get(`${layer.id}.${name}`) as Float32Array,
    );
    const [mean, variance, gamma, beta] = ["mean", "variance", "gamma", "beta"].map((name) =>
      this.#view(layer.id, name),
    );
    const geometry = { batch: count, channels, positions: height * width };
    batchStatistics(this.#kernels, { ...geometry, x, mean, variance });
    const values = count * height * width;
    for (let c = 0; c < channels; c++) {
      inverse[c] = 1 / Math.sqrt(variance[c] + layer.epsilon);
      scale[c] = gamma[c] * inverse[c];
      shift[c] = beta[c] - mean[c] * scale[c];
      if (values > 1) variance[c] *= values / (values - 1);
    }
    scaleShift(this.#kernels, { ...geometry, x, y, scale, shift });
  }

  #backward(planned: PlannedLayer, count: number): void {
    const { layer, inputs, inputSize, outputSize } = planned;
    const kernels = this.#kernels;
    const dy = this.#slice(this.#gradients, layer.id, count * outputSize);
    const x = this.#slice(this.#values, inputs[0], count * inputSize);
    const dx = inputs[0] === inputId ? undefined : this.#slice(this.#gradients, inputs[0], count * inputSize);
    switch (layer.kind) {
      case "dense": {
        matmul(kernels, {
          a: dy,
          b: x,
          c: this.#gradientView(layer.id, "weight"),
          m: outputSize,
          n: inputSize,
          k: count,
          transposeA: true,
        });
        if (layer.bias)
          addRowSums(kernels, {
            y: dy,
            sum: this.#gradientView(layer.id, "bias"),
            rows: count,
            columns: outputSize,
          });
        if (dx)
          matmul(kernels, {
            a: dy,
            b: this.#view(layer.id, "weight"),
            c: dx,
            m: count,
            n: inputSize,
            k: outputSize,
            accumulate: this.#isShared(inputs[0]),
          });
        break;
      }
      case "conv2d": {
        const geometry = { ...layer, ...windowGeometry(planned), batch: count };
        const dbias = layer.bias ? this.#gradientView(layer.id, "bias") : undefined;
        conv2dBackwardWeight(kernels, {
          ...geometry,
          x,
          dy,
          dweight: this.#gradientView(layer.id, "weight"),
          dbias,
        });
        if (dx) conv2dBackwardInput(kernels, { ...geometry, weight: this.#view(layer.id, "weight"), dy, dx });
        break;
      }
      case "averagePool":
        if (dx) averagePoolBackward(kernels, { ...this.#poolGeometry(planned, count), dy, dx });
        break;
      case "maxPool":
        if (dx)
          maxPoolBackward(kernels, {
            ...this.#poolGeometry(planned, count),
            dy,
            dx,
            index: this.#poolIndexes.get(layer.id) as Int32Array,
          });
        break;
      case "batchNorm":
        this.#normaliseBackward(planned, count, x, dy);
        if (dx) addInto(kernels, { x: dy, y: dx });
        break;
      case "relu":
        this.#rectifyBackward(planned, x, dy);
        if (dx) addInto(kernels, { x: dy, y: dx });
        break;
      case "flatten":
        if (dx) addInto(kernels, { x: dy, y: dx });
        break;
      case "add":
        for (const id of inputs)
          if (id !== inputId) addInto(kernels, { x: dy, y: this.#slice(this.#gradients, id, dy.length) });
        break;
      case "concat":
        this.#eachPart(planned, count, (id, at, partAt, size) => {
          const part = this.#gradients.get(id);
          if (part) for (let i = 0; i < size; i++) part[partAt + i] += dy[at + i];
        });
        break;
      default:
        throw new TypeError(`unknown layer ${JSON.stringify(layer satisfies never)}`);
    }
  }

  /** dy becomes the gradient of the layer's input, in place. */
  #rectifyBackward({ layer }: PlannedLayer, x: Float32Array, dy: Float32Array): void {
    const y = this.#slice(this.#values, layer.id, dy.length);
    const bound = this.#views.get(`${layer.id}.bound`)?.[0];
    if (bound === undefined) reluBackward(this.#kernels, { y, dy, dx: dy });
    else
      this.#gradientView(layer.id, "bound")[0] = boundedReluBackward(this.#kernels, {
        x,
        y,
        dy,
        dx: dy,
        bound,
      });
  }

  /** dy becomes the gradient of the layer's input, in place. */
  #normaliseBackward(
    { layer, inputShape }: PlannedLayer,
    count: number,
    x: Float32Array,
    dy: Float32Array,
  ): void {
    const [channels, height, width] = inputShape;
    batchNormBackward(this.#kernels, {
      x,
      dy,
      dx: dy,
      gamma: this.#view(layer.id, "gamma"),
      mean: this.#view(layer.id, "mean"),
      inverse: this.#inverses.get(`${layer.id}.inverse`) as Float32Array,
      dgamma: this.#gradientView(layer.id, "gamma"),
      dbeta: this.#gradientView(layer.id, "beta"),
      batch: count,
      channels,
      positions: height * width,
    });
  }

  /** Where each input's values of each image stand in a concatenation. */
  #eachPart(
    { inputs, outputSize }: PlannedLayer,
    count: number,
    visit: (id: string, at: number, partAt: number, size: number) => void,
  ): void {
    let offset = 0;
    for (const id of inputs) {
      const size =
        id === inputId
          ? sizeOf(this.#options.network.inputShape)
          : (this.#layers.find(({ layer }) => layer.id === id) as PlannedLayer).outputSize;
      for (let n = 0; n < count; n++) visit(id, n * outputSize + offset, n * size, size);
      offset += size;
    }
  }

  #poolGeometry(planned: PlannedLayer, count: number) {
    const { layer } = planned;
    const geometry = windowGeometry(planned);
    const { kernel, stride } = layer as Extract<PlannedLayer["layer"], { kind: "averagePool" | "maxPool" }>;
    return { ...geometry, kernel, stride, planes: count * geometry.channels };
  }

  /** Whether several layers use this output, so that gradients must be added rather than set. */
  #isShared(id: string): boolean {
    return (this.#users.get(id) ?? 0) > 1;
  }

  #view(layerId: string, name: string): Float32Array {
    return this.#views.get(`${layerId}.${name}`) as Float32Array;
  }

  #gradientView(layerId: string, name: string): Float32Array {
    return this.#gradientViews.get(`${layerId}.${name}`) as Float32Array;
  }

  #valuesOf(id: string): Float32Array {
    return this.#values.get(id) as Float32Array;
  }

  #slice(map: ReadonlyMap<string, Float32Array>, id: string, length: number): Float32Array {
    return (map.get(id) as Float32Array).subarray(0, length);
  }
}
