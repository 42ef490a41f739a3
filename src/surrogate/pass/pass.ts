// A layer in training: forward over a range of steps, and back.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Flow, StepRange } from "../flow.ts";

export interface Pass {
  readonly output: Flow;
  /** Once a batch, before the first step: lay out parameters, compute what is held, clear state and sums. */
  begin?(images: number): void;
  /** Once a run of steps that lie in memory together. @param firstStep - the number of its first step, from 0 */
  beginSteps?(firstStep: number, images: number): void;
  forward?(range: StepRange): void;
  /** Set or add the derivatives by the inputs and add those by the parameters. */
  backward?(range: StepRange): void;
  /** Once a run of steps, when the steps behind it are to be run. @param steps - of the run */
  endSteps?(steps: number, images: number): void;
  /** Once a run of steps, before its derivatives are taken. */
  beginBack?(steps: number, images: number): void;
  /** Once a batch, after the first step's derivatives: what is held, and sums of parameters. */
  finish?(images: number): void;
  /** What must be kept to come back to a step: read, or written back. */
  readonly state?: readonly Float32Array[];
}

/** Where passes find memory and parameters. */
export interface PassContext {
  readonly kernels: Kernels;
  readonly maximumImages: number;
  /** Steps that lie in memory together. */
  readonly maximumSteps: number;
  /** Present values of a tensor, by `<layer id>.<name>`; undefined where the model has none. */
  readonly parameter: (name: string) => Float32Array | undefined;
  /** What its derivative is added to; undefined where it is not trained. */
  readonly gradient: (name: string) => Float32Array | undefined;
  /** Batch statistics, for normalisation. */
  readonly statistic: (name: string) => Float32Array;
}
