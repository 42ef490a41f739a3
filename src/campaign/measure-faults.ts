// Every trial of a campaign on every image, in one thread: golden runs by the simulator, faults by differences.

import { throwIfCancelled } from "../base/cancel.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { sizeOf } from "../model/shapes.ts";
import type { SimulationRequest } from "../simulate/simulation-request.ts";
import { createSimulator } from "../simulate/simulator.ts";
import { constantSweep } from "./constant-sweep.ts";
import type { FaultCounts } from "./fault-counts.ts";
import type { FaultGraph } from "./fault-graph.ts";
import { faultOutcomes, maskedCode } from "./fault-outcome.ts";
import { FaultRunner } from "./fault-runner.ts";
import { LoadedImage } from "./loaded-image.ts";
import { outputSweep } from "./output-sweep.ts";
import { type FaultTrials, sortTrials } from "./weight-flips.ts";
import { weightSweep } from "./weight-sweep.ts";

export interface FaultMeasurement {
  readonly kernels: Kernels;
  readonly graph: FaultGraph;
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
export function measureFaults({
  kernels,
  graph,
  trials,
  request,
  onMargin,
  onImages,
}: FaultMeasurement): FaultCounts {
  const runner = new FaultRunner(graph);
  const image = new LoadedImage(runner);
  const width = faultOutcomes.length;
  const outcomes = new Uint32Array(trials.count * width);
  const { sweeps, others } = planSweeps(graph, trials, onMargin === undefined);
  const inputs = sizeOf(graph.model.network.inputShape);
  let goldenCorrect = 0;
  let done = 0;
  createSimulator(kernels, graph.model).run({
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
        if (image.decision === label) goldenCorrect++;
        for (const sweep of sweeps) sweep.run(image, outcomes);
        for (const { trial, struck } of others) {
          const now = runner.propagate(struck);
          const code = image.codeOf(now);
          if (code !== maskedCode) outcomes[trial * width + code]++;
          onMargin?.(
            trial,
            place,
            marginOf(now.scores, image.decision) - marginOf(image.scores, image.decision),
          );
          runner.restore();
        }
      }
      done += trace.images;
      onImages?.(done);
    },
  });
  for (let trial = 0; trial < trials.count; trial++) {
    let struck = 0;
    for (let code = 1; code < width; code++) struck += outcomes[trial * width + code];
    outcomes[trial * width] = request.count - struck;
  }
  return { trials: trials.count, images: request.count, goldenCorrect, outcomes };
}

interface Sweep {
  run(image: LoadedImage, outcomes: Uint32Array): void;
}

/** The fastest way there is for every trial. */
function planSweeps(
  graph: FaultGraph,
  trials: FaultTrials,
  isFast: boolean,
): { readonly sweeps: readonly Sweep[]; readonly others: ReturnType<typeof sortTrials>["others"] } {
  const sorted = sortTrials(graph, trials, isFast);
  const sweeps: Sweep[] = [];
  const others = [...sorted.others];
  for (const flips of sorted.flips) {
    const sweep = constantSweep(graph, flips) ?? weightSweep(graph, flips) ?? outputSweep(graph, flips);
    if (sweep) sweeps.push(sweep);
    else
      others.push(
        ...sortTrials(graph, only(trials, flips.trials), false).others.map(renumbered(flips.trials)),
      );
  }
  return { sweeps, others };
}

function only(trials: FaultTrials, numbers: Int32Array): FaultTrials {
  return { count: numbers.length, faultsOf: (i) => trials.faultsOf(numbers[i]) };
}

function renumbered<T extends { readonly trial: number }>(numbers: Int32Array): (of: T) => T {
  return (of) => ({ ...of, trial: numbers[of.trial] });
}

/** Score of a class less the best other's. */
function marginOf(scores: Float32Array, of: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < scores.length; c++) if (c !== of && scores[c] > best) best = scores[c];
  return scores[of] - best;
}
