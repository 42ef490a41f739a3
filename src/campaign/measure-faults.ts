// Every trial of a campaign on every image, in one thread: golden runs by the simulator, faults by differences.
//
// Weights of a convolution that reads held input spread to whole maps at every step: those trials are simulated
// as a whole, and so is everything in networks whose differences cannot be followed.

import { throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { Fault } from "../fault/fault.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";
import type { SimulationRequest } from "../simulate/simulation-request.ts";
import { createSimulator } from "../simulate/simulator.ts";
import type { FaultCounts } from "./fault-counts.ts";
import { faultOutcomes, maskedCode } from "./fault-outcome.ts";
import { type FaultGraph, faultGraph, type SumNode } from "./follow/fault-graph.ts";
import { FaultRunner } from "./follow/fault-runner.ts";
import { constantSweep } from "./sweep/constant-sweep.ts";
import { heldSweep } from "./sweep/held-sweep.ts";
import { LoadedImage } from "./sweep/loaded-image.ts";
import { outputSweep } from "./sweep/output-sweep.ts";
import { type FaultTrials, type SortedTrials, sortTrials } from "./sweep/weight-flips.ts";
import { weightSweep } from "./sweep/weight-sweep.ts";
import { marginOf, simulateFaults } from "./sweep/whole-simulation.ts";

export interface FaultMeasurement {
  readonly kernels: Kernels;
  readonly model: Model;
  readonly trials: FaultTrials;
  /** Which images. `trace` and `observe` are not read. */
  readonly request: SimulationRequest;
  /**
   * Told how far a trial moved the margin between the golden class and the best other, in units of the scores.
   * Takes time: all trials then go the general way.
   */
  readonly onMargin?: (trial: number, image: number, change: number) => void;
  /** Told after every piece of images. */
  readonly onImages?: (done: number) => void;
}

/**
 * @throws {InvalidValueError} for faults the network cannot have, and as the simulator's runs do
 * @throws {CancelledError} within a piece of images
 */
export function measureFaults(measurement: FaultMeasurement): FaultCounts {
  const { model, trials, request } = measurement;
  const outcomes = new Uint32Array(trials.count * width);
  const graph = graphOf(model);
  const goldenCorrect =
    graph instanceof Error
      ? simulateAll(measurement, graph, outcomes)
      : followAll(measurement, graph, outcomes);
  for (let trial = 0; trial < trials.count; trial++) {
    let struck = 0;
    for (let code = 1; code < width; code++) struck += outcomes[trial * width + code];
    outcomes[trial * width] = request.count - struck;
  }
  return { trials: trials.count, images: request.count, goldenCorrect, outcomes };
}

const width = faultOutcomes.length;

/** The graph, or why there is none. */
export function graphOf(model: Model): FaultGraph | InvalidValueError {
  try {
    return faultGraph(model);
  } catch (error) {
    if (error instanceof InvalidValueError) return error;
    throw error;
  }
}

/** @param reason - why nothing can be followed */
function simulateAll(measurement: FaultMeasurement, reason: Error, outcomes: Uint32Array): number {
  const { model, trials, request, onImages } = measurement;
  for (let trial = 0; trial < trials.count; trial++) {
    const [jitter] = trials.jittersOf?.(trial) ?? [];
    if (jitter) {
      const rule = "must not move spikes in this network";
      throw new InvalidValueError(
        `trials[${trial}]`,
        rule,
        jitter.layer,
        `It needs differences: ${reason.message}`,
      );
    }
    const passing = trials
      .faultsOf(trial)
      .find(
        ({ steps, target }) =>
          steps !== null || target === "potential" || target === "spike" || target === "input",
      );
    if (passing === undefined) continue;
    throw new InvalidValueError(
      `trials[${trial}]`,
      "must be permanent faults of weights, biases, thresholds or leaks in this network",
      passing.steps === null ? passing.target : `${passing.target} in steps ${passing.steps.join(", ")}`,
      `Others need differences that can be followed: ${reason.message}`,
    );
  }
  const numbers = Array.from({ length: trials.count }, (_, trial) => trial);
  const goldenCorrect = simulateFaults({ ...measurement, model, numbers }, outcomes);
  onImages?.(request.count);
  return goldenCorrect;
}

function followAll(
  { kernels, model, trials, request, onMargin, onImages }: FaultMeasurement,
  graph: FaultGraph,
  outcomes: Uint32Array,
): number {
  const runner = new FaultRunner(graph);
  const image = new LoadedImage(runner);
  const { sweeps, others, whole } = planSweeps(kernels, graph, trials, onMargin === undefined);
  if (whole.length > 0) simulateFaults({ kernels, model, trials, numbers: whole, request }, outcomes);
  const inputs = sizeOf(graph.model.network.inputShape);
  let goldenCorrect = 0;
  let done = 0;
  createSimulator(kernels, model).run({
    ...request,
    boundsPotentials: false,
    trace: (trace) => {
      for (let b = 0; b < trace.images; b++) {
        throwIfCancelled(request.isCancelled, "the fault campaign");
        const place = trace.firstImage + b;
        const label = request.labels[place];
        image.take(
          label,
          runner.load(trace, b, request.pixels.subarray(place * inputs, (place + 1) * inputs)),
        );
        if (image.golden.decision === label) goldenCorrect++;
        for (const sweep of sweeps) sweep.run(image, outcomes);
        for (const { trial, struck } of others) {
          const now = runner.propagate(struck);
          const code = image.codeOf(now);
          if (code !== maskedCode) outcomes[trial * width + code]++;
          onMargin?.(trial, place, marginChange(now.scores, image));
          runner.restore();
        }
      }
      // What waits was worked out from this piece's flows, which are gone after it; the last image is at work.
      for (const sweep of sweeps) sweep.flush?.(image, outcomes);
      done += trace.images;
      onImages?.(done);
    },
  });
  return goldenCorrect;
}

function marginChange(now: Float32Array, { golden: { scores, decision } }: LoadedImage): number {
  return marginOf(now, 0, now.length, decision) - marginOf(scores, 0, scores.length, decision);
}

interface Sweep {
  run(image: LoadedImage, outcomes: Uint32Array): void;
  /** Count what was put off. */
  flush?(image: LoadedImage, outcomes: Uint32Array): void;
}

/** The fastest way there is for every trial. */
function planSweeps(
  kernels: Kernels,
  graph: FaultGraph,
  trials: FaultTrials,
  isFast: boolean,
): {
  readonly sweeps: readonly Sweep[];
  readonly others: SortedTrials["others"];
  readonly whole: readonly number[];
} {
  const sorted = sortTrials(graph, trials, isFast);
  const sweeps: Sweep[] = [];
  const others: SortedTrials["others"][number][] = [];
  const whole: number[] = [];
  for (const other of sorted.others) {
    if (isFast && other.struck.jitters.size === 0 && spreads(graph, trials.faultsOf(other.trial)))
      whole.push(other.trial);
    else others.push(other);
  }
  for (const flips of sorted.flips) {
    if (isWideSource(flips.node)) {
      whole.push(...flips.trials);
      continue;
    }
    const sweep =
      constantSweep(graph, flips) ??
      heldSweep(kernels, graph, flips) ??
      weightSweep(kernels, graph, flips) ??
      outputSweep(graph, flips);
    if (sweep) sweeps.push(sweep);
    else
      others.push(
        ...sortTrials(graph, only(trials, flips.trials), false).others.map(renumbered(flips.trials)),
      );
  }
  return { sweeps, others, whole };
}

/** Whether one of its weights moves a whole map in every step. */
function isWideSource({ heldFrom, layer }: SumNode): boolean {
  return heldFrom !== null && layer.kind === "conv2d";
}

/** Whether simulating everything takes less time than following these faults, and can be done. */
function spreads({ sums }: FaultGraph, faults: readonly Fault[]): boolean {
  const wide = sums.filter(isWideSource).map(({ id }) => id);
  const isStored = faults.every(
    ({ target, steps }) => steps === null && (target === "weight" || target === "bias"),
  );
  return isStored && faults.some(({ layer }) => wide.includes(layer));
}

function only(trials: FaultTrials, numbers: Int32Array): FaultTrials {
  return { count: numbers.length, faultsOf: (i) => trials.faultsOf(numbers[i]) };
}

function renumbered<T extends { readonly trial: number }>(numbers: Int32Array): (of: T) => T {
  return (of) => ({ ...of, trial: numbers[of.trial] });
}
