// A fault, as plain data: one stored or travelling value of a network that is wrong for some steps.
//
// Everything a fault model of the catalogue does comes down to a list of these, so that every engine, every
// result file and every paired comparison speaks of the same thing. A spike is a value of one bit: a dead
// neuron has its spike stuck at 0 in every step, a saturated one at 1.

/**
 * What holds the wrong value. `leak` is the stored parameter that says what a neuron keeps of its potential:
 * leak, rate or time constant, whichever its form has.
 */
export type FaultTarget = "weight" | "bias" | "threshold" | "leak" | "potential" | "spike" | "input";

/**
 * How the value is wrong. `bit` 0 is the lowest of the stored format; a spike has only bit 0. `set`, `scale` and
 * `add` speak of the value as stored: of a code where weights are codes. Results are rounded to the
 * nearest value the format holds and saturate at its ends.
 */
export type FaultChange =
  | { readonly kind: "flip" | "stuck0" | "stuck1"; readonly bit: number }
  | { readonly kind: "set"; readonly value: number }
  | { readonly kind: "scale"; readonly factor: number }
  | { readonly kind: "add"; readonly amount: number };

/**
 * In which steps, numbered from 0. `null`: in all of them, and for an ANN. A potential is struck before the
 * step's input is added; everything else is wrong as it is read in the step.
 */
export type FaultSteps = readonly number[] | null;

export interface Fault {
  readonly target: FaultTarget;
  /** Id of the layer: of the dense or convolution layer for weights and biases, of the neurons for the rest; `"input"`. */
  readonly layer: string;
  /** Index into the layer's tensor, neurons, or the network's inputs. */
  readonly element: number;
  readonly change: FaultChange;
  readonly steps: FaultSteps;
}
