// What the scalar network reads, leaves on its tape and gives.

import type { Model } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import type { Surrogate } from "./surrogates.ts";

/** Parameters by `<layer id>.<name>`, as float64. */
export type ScalarParameters = Readonly<Record<string, Float64Array>>;

export interface ScalarGradientOptions {
  readonly model: Model;
  readonly parameters: ScalarParameters;
  /** The input at every step. Shape [steps][inputs]. */
  readonly input: readonly Float64Array[];
  readonly surrogate: Surrogate;
  readonly slope: number;
  readonly isDetached: boolean;
  /** Whether spikes are smoothed. */
  readonly isSmooth: boolean;
  readonly truncation: number;
  /** Distance from the threshold within which neurons pass derivatives; 0: any. */
  readonly activeWidth: number;
  /** Derivatives of the loss by the outputs, which accumulate where they are dense or convolution sums. */
  readonly lossOf: (outputs: readonly Float64Array[]) => readonly Float64Array[];
}

export interface ScalarGradient {
  /** Shape [steps][outputs]. */
  readonly outputs: readonly Float64Array[];
  /** By parameter, those that the network reads. */
  readonly gradient: Readonly<Record<string, Float64Array>>;
}

/** A value of the network at a step, and the loss's derivative by it. */
export interface Node {
  readonly x: Float64Array;
  readonly d: Float64Array;
}

/** What operations read and leave behind. */
export interface Tape {
  readonly options: ScalarGradientOptions;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly gradient: Record<string, Float64Array>;
  /** What takes derivatives, in the order of the operations. */
  readonly back: (() => void)[];
}

export function node(length: number): Node {
  return { x: new Float64Array(length), d: new Float64Array(length) };
}
