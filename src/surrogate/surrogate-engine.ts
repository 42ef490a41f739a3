// Loss and gradient of one shard of a batch of a spiking network, by backpropagation through time with surrogate
// slopes. Forward, every value has the simulator's bits.
//
// Steps lie in memory together in runs of `stepsInMemory`. With fewer than all, the state before every run is kept
// going forward, and each run but the last is run once more on the way back (Chen et al. 2016): memory shrinks to a
// share, forward work doubles.
//
// Where threads share a batch, this is the counterpart of the ANN's gradient engine.

import type { ShardResult } from "../ann/gradient-engine.ts";
import type { ShardDraws, ShardEngine } from "../ann/gradient-source.ts";
import type { ParameterLayout } from "../ann/parameter-layout.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import { addInto } from "../kernels/elementwise.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { SurrogateName } from "../kernels/surrogate-functions.ts";
import type { Model } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";
import type { StepRange } from "./flow.ts";
import type { Pass, PassContext } from "./pass/pass.ts";
import { requireNoChoice } from "./require-trainable.ts";
import type { SeriesLoss } from "./series-losses.ts";
import { type TakenPasses, takePasses } from "./take-passes.ts";
import { type LearnableParameter, trainedLayout } from "./trained-layout.ts";

export interface SurrogateEngineOptions {
  /** A spiking network: shapes, inference, and the values of parameters that are not trained. */
  readonly model: Model;
  readonly loss: SeriesLoss;
  readonly surrogate: SurrogateName;
  readonly slope: number;
  /** Whether resets count as given when derivatives are taken. */
  readonly isDetached: boolean;
  /** Parameters of neurons that are learnt, where the neurons have them as tensors. Default: none. */
  readonly learnt?: readonly LearnableParameter[];
  /** Derivatives do not pass from a step that is a multiple of this to the one before; 0: they always do. */
  readonly truncation?: number;
  /** Distance from the threshold within which neurons pass derivatives; default 0: any. */
  readonly activeWidth?: number;
  /** Whether derivatives go through firing rates (DSR), not through time; default false. */
  readonly isByRates?: boolean;
  /** Steps in memory together; default: all. */
  readonly stepsInMemory?: number;
  /** A penalty on spikes: weight · (rate − target)² of every layer of neurons above its target rate. */
  readonly activity?: { readonly weight: number; readonly target: number };
  readonly labelSmoothing?: number;
  readonly maximumShard: number;
  /** The training set, for coding `events`. */
  readonly spikes?: InputSpikes | undefined;
  /** Of a regression: what every sample of the set should give. Shape [samples, steps, outputs]. */
  readonly targets?: Float32Array | undefined;
  /** Largest shift of the set's samples, each way, drawn by trial and sample; default 0. */
  readonly shiftInputs?: number;
}

export class SurrogateEngine implements ShardEngine {
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  readonly statistics: Float32Array;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** What the output gave in the last `compute`. Shape [steps, images, outputs]. */
  outputs = new Float32Array(0);
  /** What a regression should give; set before `compute`, or by it from the options'. Shape [steps, images, outputs]. */
  targets: Float32Array | undefined;
  /** Mean spikes a step in the last `compute`, of layers of neurons that others read. */
  rates: Readonly<Record<string, number>> = {};
  readonly #kernels: Kernels;
  readonly #options: SurrogateEngineOptions;
  readonly #passes: TakenPasses;
  readonly #all: readonly Pass[];
  readonly #steps: number;
  readonly #stepsInMemory: number;
  readonly #isAccumulated: boolean;

  /**
   * Takes kernel memory for parameters, gradient and all values of a shard over `stepsInMemory` steps.
   *
   * @throws {InvalidValueError} naming what of the network cannot be trained
   * @throws {ResourceError} when memory is short
   */
  constructor(kernels: Kernels, options: SurrogateEngineOptions) {
    const { model, maximumShard, surrogate, slope, isDetached, truncation = 0, spikes } = options;
    const { layout } = trainedLayout(model, options.learnt ?? []);
    this.#kernels = kernels;
    this.#options = options;
    this.layout = layout;
    this.parameters = kernels.float32(layout.parameterCount);
    this.gradient = kernels.float32(layout.parameterCount);
    this.statistics = kernels.float32(layout.statisticCount);
    this.pixels = kernels.uint8(maximumShard * sizeOf(model.network.inputShape));
    this.labels = new Uint8Array(maximumShard);
    this.#steps = model.inference?.steps ?? 0;
    this.#stepsInMemory = Math.min(this.#steps, options.stepsInMemory ?? this.#steps);
    requireWholeNorm(model, this.#stepsInMemory);
    const { activeWidth = 0, isByRates = false } = options;
    if (isByRates) requireNoChoice({ activeWidth, truncation });
    const context = this.#context(maximumShard);
    this.#passes = takePasses(context, {
      model,
      surrogate,
      slope,
      isDetached,
      truncation,
      activeWidth,
      isByRates,
      pixels: this.pixels,
      spikes,
      shiftInputs: options.shiftInputs ?? 0,
    });
    this.#all = this.#passes.groups.flatMap(({ passes }) => passes);
    const last = model.network.layers.find(({ id }) => id === this.#passes.output.id);
    this.#isAccumulated = last?.kind !== "neuron";
    requireLoss(options, last?.kind === "neuron" && last.emits !== "potential");
    for (const { name, offset, length } of layout.parameters)
      this.parameters.subarray(offset, offset + length).set(model.tensors[name].data);
  }

  /**
   * Compute loss and gradient of the staged shard with the present parameters.
   *
   * @param gradientScale - usually 1 / images of the whole batch
   * @param draws - names the images' random draws, and for coding `events` the images themselves
   */
  compute(images: number, gradientScale: number, draws: ShardDraws): ShardResult {
    const mark = this.#kernels.mark();
    const { feed, flows } = this.#passes;
    const { targets } = this.#options;
    if (targets !== undefined) this.targets = this.#drawnTargets(targets, draws.images, images);
    this.gradient.fill(0);
    feed.begin(images, draws);
    for (const { gradient, isHeld } of flows) if (isHeld) gradient?.fill(0);
    for (const pass of this.#all) pass.begin?.(images);
    const kept = this.#runForward(images);
    const result = this.#evaluate(images, gradientScale);
    this.#runBack(images, kept);
    for (const pass of this.#all.toReversed()) pass.finish?.(images);
    this.#kernels.release(mark);
    return result;
  }

  addGradientTo(sum: Float32Array): void {
    addInto(this.#kernels, { x: this.gradient, y: sum });
  }

  #drawnTargets(targets: Float32Array, samples: Uint32Array, images: number): Float32Array {
    const { size } = this.#passes.output;
    const drawn = new Float32Array(this.#steps * images * size);
    for (let step = 0; step < this.#steps; step++) {
      for (let n = 0; n < images; n++) {
        const from = (samples[n] * this.#steps + step) * size;
        drawn.set(targets.subarray(from, from + size), (step * images + n) * size);
      }
    }
    return drawn;
  }

  #meanRates(images: number): Readonly<Record<string, number>> {
    const { neurons } = this.#passes;
    return Object.fromEntries(
      neurons.map(({ layer, pass }) => [layer.id, pass.spikes / (images * this.#steps * pass.output.size)]),
    );
  }

  #context(maximumImages: number): PassContext {
    const { parameters, statistics } = this.layout;
    const place = new Map([...parameters, ...statistics].map((slot) => [slot.name, slot]));
    const trained = new Set(parameters.map(({ name }) => name));
    const viewOf = (data: Float32Array, name: string): Float32Array | undefined => {
      const slot = place.get(name);
      return slot && data.subarray(slot.offset, slot.offset + slot.length);
    };
    const { tensors } = this.#options.model;
    return {
      kernels: this.#kernels,
      maximumImages,
      maximumSteps: this.#stepsInMemory,
      parameter: (name) =>
        trained.has(name) ? viewOf(this.parameters, name) : (tensors[name]?.data as Float32Array | undefined),
      gradient: (name) => (trained.has(name) ? viewOf(this.gradient, name) : undefined),
      statistic: (name) => viewOf(this.statistics, name) as Float32Array,
    };
  }

  /** @returns the state before every run of steps */
  #runForward(images: number): readonly (readonly Float32Array[])[] {
    const { size } = this.#passes.output;
    this.outputs = new Float32Array(this.#steps * images * size);
    const kept: Float32Array[][] = [];
    for (let first = 0; first < this.#steps; first += this.#stepsInMemory) {
      kept.push(this.#all.flatMap(({ state = [] }) => state.map((own) => own.slice())));
      const steps = this.#forward(first, images);
      this.#readOutputs(first, steps, images);
      if (first + steps < this.#steps) for (const pass of this.#all) pass.endSteps?.(steps, images);
    }
    return kept;
  }

  /** Run the steps that lie in memory together, from a first one on. @returns how many */
  #forward(first: number, images: number): number {
    const steps = Math.min(this.#stepsInMemory, this.#steps - first);
    this.#passes.feed.beginSteps(first, steps, images);
    for (const pass of this.#all) pass.beginSteps?.(first, images);
    for (const { passes, isLoop } of this.#passes.groups) {
      for (const range of isLoop ? eachStep(steps, images) : [{ from: 0, to: steps, images }])
        for (const pass of passes) pass.forward?.(range);
    }
    return steps;
  }

  #runBack(images: number, kept: readonly (readonly Float32Array[])[]): void {
    for (let run = kept.length - 1; run >= 0; run--) {
      const first = run * this.#stepsInMemory;
      if (run < kept.length - 1) {
        const states = this.#all.flatMap(({ state = [] }) => state);
        kept[run].forEach((own, i) => {
          states[i].set(own);
        });
        this.#forward(first, images);
      }
      this.#backward(first, Math.min(this.#stepsInMemory, this.#steps - first), images);
    }
  }

  #backward(first: number, steps: number, images: number): void {
    for (const { gradient, isHeld, isGradientSet, stride } of this.#passes.flows)
      if (!isHeld && !isGradientSet) gradient?.fill(0, 0, steps * images * stride);
    this.#sendBack(first, steps, images);
    for (const pass of this.#all.toReversed()) pass.beginBack?.(steps, images);
    for (const { passes, isLoop } of this.#passes.groups.toReversed()) {
      const ranges = isLoop ? eachStep(steps, images).reverse() : [{ from: 0, to: steps, images }];
      for (const range of ranges) for (const pass of passes.toReversed()) pass.backward?.(range);
    }
  }

  /** What the output gave; dense and convolution layers accumulate. */
  #readOutputs(first: number, steps: number, images: number): void {
    const { size, stride, values, isHeld } = this.#passes.output;
    const { outputs } = this;
    const perStep = images * size;
    for (let row = 0; row < steps * images; row++) {
      const to = (first * images + row) * size;
      const from = (isHeld ? row % images : row) * stride;
      for (let j = 0; j < size; j++) {
        const before = this.#isAccumulated && to >= perStep ? outputs[to - perStep + j] : 0;
        outputs[to + j] = before + values[from + j];
      }
    }
  }

  #derivatives = new Float32Array(0);

  #evaluate(images: number, gradientScale: number): ShardResult {
    const { loss, labelSmoothing = 0, activity } = this.#options;
    const { size } = this.#passes.output;
    const { outputs, labels, targets } = this;
    const gradient = new Float32Array(outputs.length);
    const args = { values: outputs, steps: this.#steps, images, outputs: size, labels, targets, gradient };
    const result = loss.of({ ...args, gradientScale, smoothing: labelSmoothing });
    const perStep = images * size;
    if (this.#isAccumulated)
      for (let i = gradient.length - perStep - 1; i >= 0; i--) gradient[i] += gradient[i + perStep];
    this.#derivatives = gradient;
    this.rates = this.#meanRates(images);
    if (activity === undefined || activity.weight === 0) return result;
    return { ...result, loss: result.loss + this.#penalise(images, gradientScale, activity) };
  }

  /** @returns the penalty, summed over images */
  #penalise(
    images: number,
    gradientScale: number,
    { weight, target }: { readonly weight: number; readonly target: number },
  ): number {
    let penalty = 0;
    for (const { layer, pass } of this.#passes.neurons) {
      const excess = Math.max(0, this.rates[layer.id] - target);
      penalty += weight * excess * excess * images;
      pass.activityDerivative = (2 * weight * excess * gradientScale) / (this.#steps * pass.output.size);
    }
    return penalty;
  }

  #sendBack(first: number, steps: number, images: number): void {
    const { size, stride, gradient, isGradientSet } = this.#passes.output;
    if (gradient === null) return;
    for (let row = 0; row < steps * images; row++) {
      const from = (first * images + row) * size;
      for (let j = 0; j < size; j++) {
        const before = isGradientSet ? 0 : gradient[row * stride + j];
        gradient[row * stride + j] = before + this.#derivatives[from + j];
      }
    }
  }
}

function eachStep(steps: number, images: number): StepRange[] {
  return Array.from({ length: steps }, (_, step) => ({ from: step, to: step + 1, images }));
}

function requireWholeNorm({ network, inference }: Model, stepsInMemory: number): void {
  const norm = network.layers.find((layer) => layer.kind === "batchNorm" && layer.steps === undefined);
  if (norm === undefined || stepsInMemory === inference?.steps) return;
  const rule = "must have all steps in memory, over which it normalises";
  throw new InvalidValueError(
    `layer ${JSON.stringify(norm.id)} (batchNorm)`,
    rule,
    `${stepsInMemory} of them`,
  );
}

function requireLoss({ loss }: SurrogateEngineOptions, isSpiking: boolean): void {
  if (loss.isOfSpikes === isSpiking) return;
  const [rule, got] = isSpiking
    ? ["must be one of spikes for a spiking output", "one of potentials"]
    : ["must be one of potentials for an output that does not spike", "one of spikes"];
  throw new InvalidValueError("loss", rule, got);
}
