// Training of event networks: epochs of shuffled batches, validation after each, the best epoch's weights kept.
//
// Everything random is keyed by (seed, epoch, sample), so a run resumed from a checkpoint gives the same weights to the
// last bit as one that was never stopped.

import { epochOrder } from "../ann/batches.ts";
import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { adamStep, sgdStep } from "../kernels/optimiser-step.ts";
import { planBatches } from "./batch-plan.ts";
import type { EventGradientSource } from "./event-gradient-source.ts";
import { type EventNetwork, eventShapes, neuronsOf } from "./event-network.ts";
import { type EventBatchResult, neuronStages, rowsOf } from "./event-shard.ts";
import { type EventTrainingSettings, eventLearningRate } from "./event-training-fields.ts";
import { type LabelledTrains, requireLabels } from "./labelled-trains.ts";
import { bumpSilent, type Silence } from "./wake-silent.ts";

export interface EventEpochLog {
  /** From 1. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Mean over the epoch, while the weights moved. */
  readonly trainingLoss: number;
  readonly trainingAccuracy: number;
  readonly validationLoss: number;
  readonly validationCorrect: number;
  readonly validationSamples: number;
  /** Mean spikes of every layer's neurons for a validation sample, all neurons together. Shape [layers]. */
  readonly validationSpikes: readonly number[];
  /** Batches that woke silent neurons in place of an update. */
  readonly bumps: number;
  /** Whether the outputs are silent, or fewer than half as many samples decided rightly as in the best epoch before. */
  readonly isCollapsed: boolean;
}

/** Everything training needs to go on; plain data. Weights are in tiles. */
export interface EventCheckpoint {
  /** Epochs done. */
  readonly epoch: number;
  /** Updates done. */
  readonly updates: number;
  readonly silence: Silence;
  readonly weights: Float32Array;
  /** Adam's m and v, or the velocity and zeros. */
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  readonly bestEpoch: number;
  readonly bestWeights: Float32Array;
  readonly log: readonly EventEpochLog[];
}

export interface EventTrainingProgress {
  /** Epochs done, fractions included. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the epoch so far. */
  readonly loss: number;
  /** Best so far; 0 before the first validation. */
  readonly bestValidationAccuracy: number;
  /** What the last validation said. */
  readonly isCollapsed: boolean;
}

export interface FitEventsOptions {
  readonly network: EventNetwork;
  readonly settings: EventTrainingSettings;
  readonly seed: number;
  readonly train: LabelledTrains;
  readonly validation: LabelledTrains;
  /** Starting weights, in tiles as `BatchEngine` has them. */
  readonly weights: Float32Array;
  readonly gradients: EventGradientSource;
  readonly resume?: EventCheckpoint | undefined;
  readonly onProgress?: (progress: EventTrainingProgress) => void;
  readonly onCheckpoint?: (checkpoint: EventCheckpoint) => void;
  readonly isCancelled: IsCancelled;
}

export interface FitEventsResult {
  /** Of the best epoch, in tiles. */
  readonly weights: Float32Array;
  readonly bestEpoch: number;
  readonly log: readonly EventEpochLog[];
}

/**
 * Train an event network.
 *
 * @throws {InvalidValueError} for labels that are no outputs
 * @throws {StateError} naming layer, epoch and batch when a gradient is not finite
 * @throws {CancelledError} when cancelled; the last checkpoint stands
 */
export function fitEvents(kernels: Kernels, options: FitEventsOptions): FitEventsResult {
  const shapes = eventShapes(options.network);
  const classes = neuronsOf(shapes[shapes.length - 1]);
  requireLabels("training", options.train, classes);
  requireLabels("validation", options.validation, classes);
  const mark = kernels.mark();
  try {
    return fitInMemory(kernels, options);
  } finally {
    kernels.release(mark);
  }
}

function fitInMemory(kernels: Kernels, options: FitEventsOptions): FitEventsResult {
  const { settings, resume, gradients, isCancelled, validation } = options;
  const state = new EventTrainingState(kernels, options);
  const log = [...(resume?.log ?? [])];
  let best = { epoch: resume?.bestEpoch ?? 0, weights: resume?.bestWeights ?? state.weights.slice() };
  const bestCorrect = (): number => (best.epoch === 0 ? -1 : log[best.epoch - 1].validationCorrect);
  for (let epoch = resume?.epoch ?? 0; epoch < settings.epochs; epoch++) {
    if (epoch - best.epoch >= settings.patience) break;
    const bestShare = Math.max(0, bestCorrect()) / validation.trains.samples;
    const { isCollapsed = false } = log[epoch - 1] ?? {};
    const trained = runEpoch(kernels, options, { state, epoch, bestShare, isCollapsed });
    throwIfCancelled(isCancelled, "training");
    const validated = gradients.validate(state.weights);
    log.push(epochLog(options, epoch, trained, validated, bestCorrect()));
    if (validated.correct > bestCorrect()) best = { epoch: epoch + 1, weights: state.weights.slice() };
    options.onCheckpoint?.(state.checkpoint(epoch + 1, best, log));
  }
  const { epoch: bestEpoch, weights } = best;
  return { weights, bestEpoch, log };
}

function epochLog(
  { settings, train, validation }: FitEventsOptions,
  epoch: number,
  { loss, correct, bumps }: TrainedEpoch,
  validated: EventBatchResult,
  bestCorrect: number,
): EventEpochLog {
  const [trained, held] = [train.trains.samples, validation.trains.samples];
  return {
    epoch: epoch + 1,
    learningRate: eventLearningRate(settings, epoch),
    trainingLoss: loss / trained,
    trainingAccuracy: correct / trained,
    validationLoss: validated.loss / held,
    validationCorrect: validated.correct,
    validationSamples: held,
    validationSpikes: Array.from(validated.spikes, (spikes) => spikes / held),
    bumps,
    isCollapsed: validated.spikes[validated.spikes.length - 1] === 0 || 2 * validated.correct < bestCorrect,
  };
}

/** Weights and the optimiser's state, in kernel memory. */
class EventTrainingState {
  readonly weights: Float32Array;
  readonly gradient: Float32Array;
  readonly silent: Uint32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;
  readonly #options: FitEventsOptions;
  #silence: Silence;
  #updates: number;

  constructor(kernels: Kernels, options: FitEventsOptions) {
    const { network, weights, resume } = options;
    const { weights: length } = planBatches(network);
    this.weights = kernels.float32(length);
    this.gradient = kernels.float32(length);
    this.#first = kernels.float32(length);
    this.#second = kernels.float32(length);
    this.silent = new Uint32Array(rowsOf(network));
    this.#options = options;
    this.#updates = resume?.updates ?? 0;
    this.#silence = resume?.silence ?? { layer: -1, bump: 0 };
    this.weights.set(resume?.weights ?? weights);
    if (resume === undefined) return;
    this.#first.set(resume.firstMoment);
    this.#second.set(resume.secondMoment);
  }

  /** One step along `gradient`, or silent neurons woken where too many are. @returns whether any were */
  update(kernels: Kernels, learningRate: number, samples: number): boolean {
    const { network, settings } = this.#options;
    const [parameter, gradient] = [this.weights, this.gradient];
    if (settings.bump > 0) {
      const { silent } = this;
      const bumped = { stages: neuronStages(network), weights: parameter, silent, samples, settings };
      this.#silence = bumpSilent(bumped, this.#silence);
      if (this.#silence.layer >= 0) return true;
    }
    this.#updates++;
    if (settings.optimiser === "adam") {
      const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, learningRate };
      const moments = { m: this.#first, v: this.#second };
      adamStep(kernels, { parameter, gradient, ...moments, ...constants, step: this.#updates });
    } else {
      const constants = { learningRate, momentum: 0, weightDecay: 0, nesterov: false };
      sgdStep(kernels, { parameter, gradient, velocity: this.#first, ...constants });
    }
    return false;
  }

  checkpoint(
    epoch: number,
    best: { readonly epoch: number; readonly weights: Float32Array },
    log: readonly EventEpochLog[],
  ): EventCheckpoint {
    return {
      epoch,
      updates: this.#updates,
      silence: this.#silence,
      weights: this.weights.slice(),
      firstMoment: this.#first.slice(),
      secondMoment: this.#second.slice(),
      bestEpoch: best.epoch,
      bestWeights: best.weights,
      log: [...log],
    };
  }
}

interface TrainedEpoch {
  readonly loss: number;
  readonly correct: number;
  readonly bumps: number;
}

function runEpoch(
  kernels: Kernels,
  { settings, seed, train, gradients, onProgress, isCancelled }: FitEventsOptions,
  place: Pick<EventTrainingProgress, "epoch" | "isCollapsed"> & {
    readonly state: EventTrainingState;
    readonly bestShare: number;
  },
): TrainedEpoch {
  const { state, epoch, bestShare, isCollapsed } = place;
  const { samples } = train.trains;
  const order = epochOrder(seed, epoch, samples);
  let [loss, correct, bumps] = [0, 0, 0];
  for (let from = 0; from < samples; from += settings.batch) {
    throwIfCancelled(isCancelled, "training");
    const count = Math.min(settings.batch, samples - from);
    const request = { order, epoch, from, count };
    const result = gradients.compute(request, state.weights, state.gradient, state.silent);
    loss += result.loss;
    correct += result.correct;
    if (state.update(kernels, eventLearningRate(settings, epoch), count)) bumps++;
    const done = from + count;
    onProgress?.({
      epoch: epoch + done / samples,
      epochs: settings.epochs,
      loss: loss / done,
      bestValidationAccuracy: bestShare,
      isCollapsed,
    });
  }
  return { loss, correct, bumps };
}
