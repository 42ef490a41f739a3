// When a network on a clock has decided, from when its input is presented: what makes latencies of different methods
// comparable. Steps that no class is read in are counted, too:
//
//   steps = step of the decision, warm-up (calibration) included + (D − 1) where layers work as a pipeline
//
// D layers of neurons in a row as a pipeline hear each other a step later each; in the simulator a spike passes
// all of them in one. Seconds are a profile's steps; none where its source gives no speed. An event network that
// decides at time t stands beside them as the step ⌈t/dt⌉ of the network it is discretised to.

import { InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import { spikingDepth } from "../model/spiking-depth.ts";
import type { EnergyProfile } from "./profile.ts";

export interface StepDecision {
  /** An SNN without delays. */
  readonly model: Model;
  /** Step after which the class is read, from 1; those of a warm-up are among them. */
  readonly step: number;
  readonly isPipelined: boolean;
}

/** @throws {InvalidValueError} for an ANN, and a step that is none of the network's, or within its warm-up */
export function decisionSteps({ model, step, isPipelined }: StepDecision): number {
  const { inference, network } = model;
  if (inference === null) throw new InvalidValueError("model", "must be an SNN", model.kind);
  const hidden = inference.warmUp?.steps ?? 0;
  if (!(Number.isInteger(step) && step > hidden && step <= inference.steps)) {
    throw new InvalidValueError("step", `must be a step from ${hidden + 1} to ${inference.steps}`, step);
  }
  return step + (isPipelined ? spikingDepth(network) - 1 : 0);
}

/** The same in seconds. @returns null where the profile gives no speed */
export function decisionSeconds(decision: StepDecision, { secondsPerStep }: EnergyProfile): number | null {
  const steps = decisionSteps(decision);
  return secondsPerStep === 0 ? null : steps * secondsPerStep;
}
