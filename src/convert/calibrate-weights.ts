// Calibration of weights: each layer is trained to give the ANN's activations on the spikes it really gets.
//
//   min ‖a − q(W r + b)‖²   q(z) = (λ/T) clip(⌊z T/λ + h⌋, 0, T), straight through on 0 < z < λ
//
// a: the ANN's activations; r: activations that the layer's spikes stand for, all layers before it being
// trained already; Adam, the step falling as a cosine. Only layers right before their neurons are trained,
// those of additions and pooled sums stay. The network's weights are then no longer the ANN's.
// Source: Li et al. 2021, section 4.3 ("advanced").

import { Forward } from "../ann/forward.ts";
import { type PlannedLayer, planNetwork, windowGeometry } from "../ann/plan.ts";
import { throwIfCancelled } from "../base/cancel.ts";
import { Random } from "../base/random.ts";
import { conv2dBackwardWeight } from "../kernels/conv2d.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { matmul } from "../kernels/matmul.ts";
import { adamStep } from "../kernels/optimiser-step.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Layer, NeuronLayer } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { at } from "./broadcast.ts";
import { type CalibrationImages, watchAnn, watchSnn } from "./mean-activations.ts";
import { partOfSnn } from "./part-of-snn.ts";
import { fullCount } from "./rate-steps.ts";

export interface WeightCalibration {
  /** Makes the SNN of an ANN with changed weights; its thresholds may differ, its bounds not. */
  readonly convert: (ann: Model) => Model;
  /** Share of the threshold that neurons start with or are given over the steps. */
  readonly head: number;
}

const settings = { updates: 400, batch: 32, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** First step size as a share of the root mean square of a layer's weights. */
const firstStep = 3e-3;

/** Most spikes that a byte tells apart; more steps are told in 255ths. */
const largestByte = 255;

/**
 * @param ann - float32, batch norm folded
 * @returns the ANN with the trained weights
 * @throws {CancelledError}
 */
export function calibrateWeights(
  ann: Model,
  { convert, head }: WeightCalibration,
  images: CalibrationImages,
): Model {
  let model = ann;
  const trained: string[] = [];
  for (const neurons of convert(ann).network.layers) {
    if (neurons.kind !== "neuron") continue;
    const path = pathTo(ann, neurons.id);
    if (path === undefined) continue;
    const linear = path.layers.at(-1) as Layer;
    const snn = convert(model);
    const layer = new LayerTraining(model, snn, neurons, path, images);
    const weight = layer.train(targetsOf(ann, neurons.id, images), head);
    model = { ...model, tensors: { ...model.tensors, [`${linear.id}.weight`]: weight } };
    trained.push(linear.id);
  }
  const line = `weights changed: ${trained.join(", ")} trained on the spikes of ${images.count} training images`;
  return { ...model, provenance: { ...ann.provenance, history: [...ann.provenance.history, line] } };
}

/** From a layer of neurons, or the input, through pools to the dense or conv2d layer right before a relu. */
interface Path {
  readonly source: string;
  readonly layers: readonly Layer[];
}

function pathTo({ network }: Model, relu: string): Path | undefined {
  const layerOf = (id: string): Layer | undefined => network.layers.find((layer) => layer.id === id);
  const linear = layerOf(layerOf(relu)?.inputs[0].from ?? "");
  if (linear?.kind !== "dense" && linear?.kind !== "conv2d") return undefined;
  const layers: Layer[] = [linear];
  let source = linear.inputs[0].from;
  for (let layer = layerOf(source); layer !== undefined && layer.kind !== "relu"; layer = layerOf(source)) {
    if (layer.kind !== "averagePool" && layer.kind !== "maxPool" && layer.kind !== "flatten")
      return undefined;
    layers.unshift(layer);
    source = layer.inputs[0].from;
  }
  return { source, layers };
}

/** The ANN's activations. Shape [images, neurons]. */
function targetsOf(ann: Model, relu: string, images: CalibrationImages): Float32Array {
  const neurons = sizeOf(inferShapes(ann.network).get(relu) ?? []);
  const targets = new Float32Array(images.count * neurons);
  watchAnn(ann, images, (id, values, first) => {
    if (id === relu) targets.set(values, first * neurons);
  });
  return targets;
}

class LayerTraining {
  readonly #kernels: Kernels;
  readonly #images: CalibrationImages;
  readonly #part: Model;
  /** What stands for the layer's input, as pixels of the part. Shape [images, …]. */
  readonly #pixels: Uint8Array;
  readonly #steps: number;
  readonly #bounds: ArrayLike<number>;

  constructor(
    ann: Model,
    snn: Model,
    neurons: NeuronLayer,
    { source, layers }: Path,
    images: CalibrationImages,
  ) {
    this.#kernels = images.kernels;
    this.#images = images;
    this.#steps = fullCount(snn, neurons);
    this.#bounds = snn.tensors[`${neurons.id}.bound`].data;
    const isInput = source === inputId;
    this.#pixels = isInput ? images.images.pixels : spikesOf(snn, source, this.#steps, images);
    const shapes = inferShapes(ann.network);
    const linear = layers.at(-1) as Layer;
    const tensors = Object.entries(ann.tensors).filter(([name]) => name.startsWith(`${linear.id}.`));
    const scale = isInput ? [] : scalesOf(snn, source, this.#steps);
    this.#part = {
      ...ann,
      network: {
        name: linear.id,
        inputShape: shapes.get(source) ?? [],
        layers: layers.map((layer, i) =>
          i === 0 ? { ...layer, inputs: [{ from: inputId, delay: 0 }] } : layer,
        ),
        output: linear.id,
      },
      tensors: Object.fromEntries(tensors),
      preprocessing: isInput
        ? ann.preprocessing
        : { scale: scale.length === 1 ? scale[0] : scale, offset: 0 },
      classes: Array.from({ length: sizeOf(shapes.get(linear.id) ?? []) }, (_, i) => String(i)),
    };
  }

  /** @param targets - shape [images, neurons] */
  train(targets: Float32Array, head: number): Tensor {
    const mark = this.#kernels.mark();
    try {
      return this.#train(targets, head);
    } finally {
      this.#kernels.release(mark);
    }
  }

  #train(targets: Float32Array, head: number): Tensor {
    const kernels = this.#kernels;
    const { batch, updates } = settings;
    const forward = new Forward(kernels, this.#part, { maximumBatch: batch });
    const planned = planNetwork(this.#part.network).at(-1) as PlannedLayer;
    const name = `${planned.layer.id}.weight`;
    const { shape, data } = this.#part.tensors[name];
    const weight = kernels.float32From(data);
    const [gradient, m, v] = [0, 1, 2].map(() => kernels.float32(weight.length).fill(0));
    const dz = kernels.float32(batch * planned.outputSize);
    const pixels = new Uint8Array(batch * forward.inputSize);
    const square = weight.reduce((sum, w) => sum + w * w, 0) / weight.length;
    for (let step = 1; step <= updates; step++) {
      throwIfCancelled(this.#images.isCancelled, "calibration");
      const chosen = this.#draw(step, pixels, forward.inputSize);
      let x: Float32Array = new Float32Array(0);
      const z = forward.run(pixels, 0, batch, (id, values) => {
        if (id === planned.inputs[0]) x = values;
      });
      this.#errors(z, targets, chosen, head, dz);
      gradient.fill(0);
      weightGradient(kernels, planned, x, dz, gradient);
      const learningRate = firstStep * Math.sqrt(square) * 0.5 * (1 + Math.cos((Math.PI * step) / updates));
      adamStep(kernels, { ...settings, parameter: weight, gradient, m, v, learningRate, step });
      forward.setWeights(planned.layer.id, weight);
    }
    return { shape, data: weight.slice() };
  }

  /** Put a batch of images into `pixels`. @returns their places */
  #draw(step: number, pixels: Uint8Array, size: number): readonly number[] {
    const { seed, count } = this.#images;
    const purpose = `calibrate ${this.#part.network.name}`;
    const random = new Random({ seed, trial: -1, purpose, index: step });
    const chosen = Array.from({ length: settings.batch }, () => random.integer(count));
    for (const [n, image] of chosen.entries())
      pixels.set(this.#pixels.subarray(image * size, (image + 1) * size), n * size);
    return chosen;
  }

  /** Derivative of the squared error by every sum, straight through the floor. */
  #errors(
    z: Float32Array,
    targets: Float32Array,
    chosen: readonly number[],
    head: number,
    dz: Float32Array,
  ): void {
    const steps = this.#steps;
    const neurons = z.length / chosen.length;
    const perBound = neurons / this.#bounds.length;
    for (const [n, image] of chosen.entries()) {
      for (let i = 0; i < neurons; i++) {
        const sum = z[n * neurons + i];
        const bound = at(this.#bounds, Math.floor(i / perBound));
        const rate = (bound / steps) * Math.floor((sum * steps) / bound + head);
        const isOpen = sum > 0 && sum < bound;
        dz[n * neurons + i] = isOpen ? Math.min(bound, rate) - targets[image * neurons + i] : 0;
      }
    }
  }
}

function weightGradient(
  kernels: Kernels,
  planned: PlannedLayer,
  x: Float32Array,
  dy: Float32Array,
  dweight: Float32Array,
): void {
  const { layer, inputSize, outputSize } = planned;
  const { batch } = settings;
  if (layer.kind === "conv2d") {
    conv2dBackwardWeight(kernels, { ...layer, ...windowGeometry(planned), batch, x, dy, dweight });
    return;
  }
  matmul(kernels, { a: dy, b: x, c: dweight, m: outputSize, n: inputSize, k: batch, transposeA: true });
}

/** Spikes of a layer as bytes. Shape [images, neurons]. */
function spikesOf(snn: Model, source: string, steps: number, images: CalibrationImages): Uint8Array {
  let bytes = new Uint8Array(0);
  const perSpike = Math.min(1, largestByte / steps);
  watchSnn(partOfSnn(snn, source), images, ({ layer, firstImage, neurons, counts }) => {
    if (layer !== source) return;
    if (bytes.length === 0) bytes = new Uint8Array(images.count * neurons);
    for (let k = 0; k < counts.length; k++)
      bytes[firstImage * neurons + k] = Math.max(0, Math.round(counts[k] * perSpike));
  });
  return bytes;
}

/** Activation that one of these bytes stands for, by channel where bounds are. */
function scalesOf(snn: Model, source: string, steps: number): readonly number[] {
  const perByte = Math.max(1, steps / largestByte) / steps;
  return Array.from(snn.tensors[`${source}.bound`].data, (bound) => bound * perByte);
}
