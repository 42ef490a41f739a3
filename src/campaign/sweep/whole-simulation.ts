// Trials simulated as a whole: for networks whose differences cannot be followed, and where a fault spreads so
// far that following it would take longer. Permanent faults of stored values only.

import { throwIfCancelled } from "../../base/cancel.ts";
import { struckModel } from "../../fault/struck-model.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import { decide } from "../../simulate/decide.ts";
import { firstReadStep, known } from "../../simulate/simulation-plan.ts";
import type { SimulationRequest } from "../../simulate/simulation-request.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { planWarmUp } from "../../simulate/warm-up-plan.ts";
import { maskedCode, outcomeCode } from "../fault-outcome.ts";
import { readScores } from "./output-reader.ts";
import type { FaultTrials } from "./weight-flips.ts";

export interface WholeSimulation {
  readonly kernels: Kernels;
  readonly model: Model;
  readonly trials: FaultTrials;
  /** Which of the trials. */
  readonly numbers: readonly number[];
  readonly request: SimulationRequest;
  readonly onMargin?: ((trial: number, image: number, change: number) => void) | undefined;
}

/**
 * @param outcomes - shape [trials, 8]; raised in place
 * @returns how many images are right without faults
 * @throws {InvalidValueError} for faults that are not permanent ones of stored values, and as runs do
 */
export function simulateFaults(
  { kernels, model, trials, numbers, request, onMargin }: WholeSimulation,
  outcomes: Uint32Array,
): number {
  const golden = scoresOf(kernels, model, request);
  const classes = model.classes.length;
  const { labels, firstImage, count } = request;
  const decisions = Uint8Array.from({ length: count }, (_, i) => decide(golden, i * classes, classes));
  for (const trial of numbers) {
    throwIfCancelled(request.isCancelled, "the fault campaign");
    const now = scoresOf(kernels, struckModel(model, trials.faultsOf(trial)), request);
    for (let i = 0; i < count; i++) {
      const first = i * classes;
      const was = decisions[i];
      const code = isSame(golden, now, first, classes)
        ? maskedCode
        : outcomeCode(
            labels[firstImage + i],
            was,
            golden[first + was],
            decide(now, first, classes),
            now[first + was],
          );
      if (code !== maskedCode) outcomes[trial * 8 + code]++;
      onMargin?.(
        trial,
        firstImage + i,
        marginOf(now, first, classes, was) - marginOf(golden, first, classes, was),
      );
    }
  }
  return decisions.reduce((right, decision, i) => right + Number(decision === labels[firstImage + i]), 0);
}

/** Shape [images, classes]. */
function scoresOf(kernels: Kernels, model: Model, request: SimulationRequest): Float32Array {
  const classes = model.classes.length;
  const all = new Float32Array(request.count * classes);
  const { inference } = model;
  if (inference === null) return all;
  const firstStep = firstReadStep(model, planWarmUp(model));
  createSimulator(kernels, model).run({
    ...request,
    boundsPotentials: false,
    trace: ({ firstImage, images, flows }) => {
      const output = known(flows, model.network.output);
      for (let b = 0; b < images; b++) {
        const at = (firstImage - request.firstImage + b) * classes;
        readScores(output, b, inference, firstStep, all.subarray(at, at + classes));
      }
    },
  });
  return all;
}

function isSame(a: Float32Array, b: Float32Array, first: number, classes: number): boolean {
  for (let c = first; c < first + classes; c++)
    if (a[c] !== b[c] && !(Number.isNaN(a[c]) && Number.isNaN(b[c]))) return false;
  return true;
}

/** Score of a class less the best other's. */
export function marginOf(scores: Float32Array, first: number, classes: number, of: number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) if (c !== of && scores[first + c] > best) best = scores[first + c];
  return scores[first + of] - best;
}
