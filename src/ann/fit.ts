// Training: epochs of shuffled batches, validation after each, the best epoch's weights kept.
//
// Everything random is keyed by (seed, epoch, place), so a run resumed from a checkpoint gives the
// same weights to the last bit as one that was never stopped.

import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError, StateError } from "../base/errors.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { adamStep, sgdStep } from "../kernels/optimiser-step.ts";
import type { Model } from "../model/model.ts";
import type { CodeFormat } from "../model/quantise-codes.ts";
import { epochOrder } from "./batches.ts";
import { fakeQuantise } from "./fake-quantise.ts";
import type { GradientSource } from "./gradient-source.ts";
import { type ParameterLayout, pack, unpack } from "./parameter-layout.ts";
import { learningRateAt } from "./schedule.ts";
import { annForm, type TrainedForm } from "./trained-form.ts";
import type { TrainingSettings } from "./training-fields.ts";

export interface EpochLog {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch, while the weights moved. */
  readonly trainingLoss: number;
  readonly trainingAccuracy: number;
  readonly validationCorrect: number;
  readonly validationImages: number;
}

/** Everything training needs to go on; plain data. */
export interface Checkpoint {
  /** Epochs done. */
  readonly epoch: number;
  /** Updates done. */
  readonly updates: number;
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  /** Adam's m and v, or the velocity and zeros. */
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly bestEpoch: number;
  readonly bestParameters: Float32Array;
  readonly bestStatistics: Float32Array;
  readonly log: readonly EpochLog[];
}

export interface TrainingProgress {
  /** Epochs done, fractions included. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the epoch so far. */
  readonly loss: number;
  /** Best so far; 0 before the first validation. */
  readonly bestValidationAccuracy: number;
}

export interface FitOptions {
  /** Starting point: shapes, preprocessing, initial parameters. */
  readonly model: Model;
  readonly settings: TrainingSettings;
  readonly seed: number;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly gradients: GradientSource;
  /**
   * Train for weights stored so: gradients and validation see the codes. The network must have no batch norm.
   * Default: float32.
   */
  readonly codes?: CodeFormat | undefined;
  /** What is trained and who judges; default: an ANN. `gradients` are by the same layout. */
  readonly form?: TrainedForm | undefined;
  readonly resume?: Checkpoint | undefined;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  readonly isCancelled: IsCancelled;
}

export interface FitResult {
  /** With the weights of the best epoch, float32 whatever was trained for. */
  readonly model: Model;
  readonly bestEpoch: number;
  readonly log: readonly EpochLog[];
}

/**
 * Train a model.
 *
 * @throws {InvalidValueError} for `codes` and batch norm
 * @throws {StateError} when the loss is no longer a number
 * @throws {CancelledError} when cancelled; the last checkpoint stands
 */
export function fit(kernels: Kernels, options: FitOptions): FitResult {
  const norm = options.model.network.layers.find(({ kind }) => kind === "batchNorm");
  if (options.codes !== undefined && norm !== undefined) {
    const rule = "must be folded before training for stored codes";
    throw new InvalidValueError(`layer "${norm.id}"`, rule, "batchNorm", "Call foldBatchNorm first.");
  }
  const mark = kernels.mark();
  try {
    return fitInMemory(kernels, options);
  } finally {
    kernels.release(mark);
  }
}

function fitInMemory(kernels: Kernels, options: FitOptions): FitResult {
  const { settings, train, validation, isCancelled, resume } = options;
  const form = options.form ?? annForm(options.model);
  const { layout } = form;
  const state = new TrainingState(kernels, form, options);
  const log: EpochLog[] = [...(resume?.log ?? [])];
  let best = bestOf(resume, state);
  for (let epoch = resume?.epoch ?? 0; epoch < settings.epochs; epoch++) {
    if (epoch - best.epoch >= settings.patience) break;
    const { loss, correct } = runEpoch(kernels, options, state, epoch, accuracyOf(log, best.epoch));
    const validationCorrect = validate(kernels, form, state.validated(), validation, isCancelled);
    log.push({
      epoch: epoch + 1,
      trainingLoss: loss / train.count,
      trainingAccuracy: correct / train.count,
      validationCorrect,
      validationImages: validation.count,
    });
    const isBest = best.epoch === 0 || validationCorrect > log[best.epoch - 1].validationCorrect;
    if (isBest)
      best = { epoch: epoch + 1, parameters: state.parameters.slice(), statistics: state.statistics.slice() };
    options.onCheckpoint?.(state.checkpoint(epoch + 1, best, log));
  }
  const tensors = {
    ...options.model.tensors,
    ...unpack(layout.parameters, best.parameters),
    ...unpack(layout.statistics, best.statistics),
  };
  return { model: { ...options.model, tensors }, bestEpoch: best.epoch, log };
}

interface Best {
  readonly epoch: number;
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

function bestOf(resume: Checkpoint | undefined, state: TrainingState): Best {
  if (resume === undefined)
    return { epoch: 0, parameters: state.parameters.slice(), statistics: state.statistics.slice() };
  return { epoch: resume.bestEpoch, parameters: resume.bestParameters, statistics: resume.bestStatistics };
}

function accuracyOf(log: readonly EpochLog[], epoch: number): number {
  return epoch === 0 ? 0 : log[epoch - 1].validationCorrect / log[epoch - 1].validationImages;
}

/** Parameters and optimiser state, in kernel memory. */
class TrainingState {
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  readonly statistics: Float32Array;
  readonly batchStatistics: Float32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #options: FitOptions;
  readonly #layout: ParameterLayout;
  readonly #momentum: Float32Array;
  /** What gradients are taken at where weights are trained for codes. */
  readonly #coded: Float32Array | undefined;
  readonly #limits: TrainedForm["limits"];
  #updates: number;

  constructor(kernels: Kernels, { layout, limits }: TrainedForm, options: FitOptions) {
    const { model, resume } = options;
    const { parameterCount, statisticCount } = layout;
    this.parameters = kernels.float32(parameterCount);
    this.gradient = kernels.float32(parameterCount);
    this.#first = kernels.float32(parameterCount);
    this.#second = kernels.float32(parameterCount);
    this.statistics = kernels.float32(statisticCount);
    this.batchStatistics = kernels.float32(statisticCount);
    this.#options = options;
    this.#layout = layout;
    this.#coded = options.codes && new Float32Array(parameterCount);
    this.#momentum = momentumOf(layout, model);
    this.#limits = limits;
    this.#updates = resume?.updates ?? 0;
    if (resume === undefined) {
      pack(layout.parameters, model.tensors, this.parameters);
      pack(layout.statistics, model.tensors, this.statistics);
    } else {
      this.parameters.set(resume.parameters);
      this.statistics.set(resume.statistics);
      this.#first.set(resume.firstMoment);
      this.#second.set(resume.secondMoment);
    }
  }

  /** One step along the gradient held in `gradient`. */
  update(kernels: Kernels, learningRate: number): void {
    const { parameters: parameter, gradient } = this;
    const { optimiser, weightDecay, momentum, nesterov } = this.#options.settings;
    const decayed = learningRate * weightDecay;
    const before = this.#limits.map(({ offset, length }) => parameter.slice(offset, offset + length));
    this.#updates++;
    if (optimiser === "adam") {
      const constants = {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay,
        learningRate,
        step: this.#updates,
      };
      adamStep(kernels, { parameter, gradient, m: this.#first, v: this.#second, ...constants });
    } else {
      sgdStep(kernels, {
        parameter,
        gradient,
        velocity: this.#first,
        learningRate,
        momentum,
        weightDecay,
        nesterov,
      });
    }
    for (const [k, { offset, length, low, high, isFreeOfDecay }] of this.#limits.entries()) {
      for (let i = 0; i < length; i++) {
        const given = parameter[offset + i] + (isFreeOfDecay ? decayed * before[k][i] : 0);
        parameter[offset + i] = Math.min(high, Math.max(low, given));
      }
    }
    for (let i = 0; i < this.statistics.length; i++) {
      this.statistics[i] += this.#momentum[i] * (this.batchStatistics[i] - this.statistics[i]);
    }
  }

  /** Parameters that the network computes with: weights as they will be stored. */
  effective(): Float32Array {
    const [{ model, codes }, layout, out] = [this.#options, this.#layout, this.#coded];
    if (codes === undefined || out === undefined) return this.parameters;
    fakeQuantise({ network: model.network, layout, codes, parameters: this.parameters, out });
    return out;
  }

  /** The model that is validated. */
  validated(): Model {
    const { parameters, statistics } = this.#layout;
    const { model } = this.#options;
    const trained = { ...unpack(parameters, this.effective()), ...unpack(statistics, this.statistics) };
    return { ...model, tensors: { ...model.tensors, ...trained } };
  }

  checkpoint(epoch: number, best: Best, log: readonly EpochLog[]): Checkpoint {
    return {
      epoch,
      updates: this.#updates,
      parameters: this.parameters.slice(),
      statistics: this.statistics.slice(),
      firstMoment: this.#first.slice(),
      secondMoment: this.#second.slice(),
      bestEpoch: best.epoch,
      bestParameters: best.parameters,
      bestStatistics: best.statistics,
      log: [...log],
    };
  }
}

/** Share of a new batch in each running statistic. */
function momentumOf({ statistics, statisticCount }: ParameterLayout, { network }: Model): Float32Array {
  const momentum = new Float32Array(statisticCount);
  for (const { name, offset, length } of statistics) {
    const layer = network.layers.find(({ id }) => name.startsWith(`${id}.`));
    if (layer?.kind === "batchNorm") momentum.fill(layer.momentum, offset, offset + length);
  }
  return momentum;
}

function runEpoch(
  kernels: Kernels,
  options: FitOptions,
  state: TrainingState,
  epoch: number,
  best: number,
): { loss: number; correct: number } {
  const { settings, train, seed, gradients, onProgress } = options;
  const order = epochOrder(seed, epoch, train.count);
  let [loss, correct] = [0, 0];
  for (let from = 0; from < train.count; from += settings.batch) {
    const count = Math.min(settings.batch, train.count - from);
    const result = gradients.compute(
      { order, epoch, from, count },
      state.effective(),
      state.gradient,
      state.batchStatistics,
    );
    loss += result.loss;
    correct += result.correct;
    if (!Number.isFinite(loss)) {
      throw new StateError(
        `training must have a finite loss, but got ${loss} in epoch ${epoch + 1}. Use a smaller learning rate than ${settings.learningRate}.`,
      );
    }
    state.update(kernels, learningRateAt(settings, epoch + from / train.count));
    const done = from + count;
    onProgress?.({
      epoch: epoch + done / train.count,
      epochs: settings.epochs,
      loss: loss / done,
      bestValidationAccuracy: best,
    });
  }
  requireFinite(state.parameters, epoch, settings.learningRate);
  return { loss, correct };
}

/** Neurons that only spike hide from the loss what is no number: they stay silent. */
function requireFinite(weights: Float32Array, epoch: number, learningRate: number): void {
  const stray = weights.find((weight) => !Number.isFinite(weight));
  if (stray !== undefined)
    throw new StateError(
      `training must keep weights finite, but got ${stray} in epoch ${epoch + 1}. Use a smaller learning rate than ${learningRate}.`,
    );
}

function validate(
  kernels: Kernels,
  { countCorrect }: TrainedForm,
  model: Model,
  images: ImageSet,
  isCancelled: IsCancelled,
): number {
  throwIfCancelled(isCancelled, "training");
  const mark = kernels.mark();
  try {
    return countCorrect(kernels, model, images, isCancelled);
  } finally {
    kernels.release(mark);
  }
}
