// What a layer of neurons is told to be: model, whose semantics, reset, and options. Parameters are
// tensors beside it (neuron-parameters.ts); the arithmetic follows from both (dynamics.ts).

export const neuronModels = ["if", "lif", "cubaLif", "adaptiveLif", "ttfs"] as const;
export type NeuronModelName = (typeof neuronModels)[number];

/**
 * Whose order of operations, comparison and rounding is followed.
 *
 * `spikefront`: charge, spike at v ≥ θ, reset in the same step.
 * `snntorch`: spike at v > θ, reset with the next step's charge; `resetDelay: false` is followed bug for bit.
 * `snntorchCorrected`: as `snntorch` with `resetDelay: false`, but a spike is all that resets.
 * `spikingjelly`: charge, spike at v ≥ θ, reset; leaks by division through a time constant.
 * `norse`: forward Euler, spike at v > θ.
 * `sinabs`: current is added before it decays, spike at v ≥ θ, several a step if allowed.
 */
export const semanticsNames = [
  "spikefront",
  "snntorch",
  "snntorchCorrected",
  "spikingjelly",
  "norse",
  "sinabs",
] as const;
export type Semantics = (typeof semanticsNames)[number];

/** What a spike does: subtract the threshold, start at 0, start at `resetPotential`, nothing. */
export const resetNames = ["subtract", "zero", "value", "none"] as const;
export type ResetName = (typeof resetNames)[number];

export interface NeuronForm {
  readonly model: NeuronModelName;
  readonly reset: ResetName;
  /** Default `spikefront`. */
  readonly semantics?: Semantics;
  /** Steps after a spike in which the potential stands still and nothing fires. Default 0. */
  readonly refractorySteps?: number;
  /** Most spikes of a neuron in one step: ⌊v/θ⌋ up to so many. Default 1. */
  readonly maximumSpikes?: number;
  /** cubaLif under spikefront semantics only: spikes of a neuron in a whole run, silent after them. Default: any number. */
  readonly spikeBudget?: number;
  /** snntorch only: whether a spike's reset waits for the next step. Default true there. */
  readonly resetDelay?: boolean;
  /** spikingjelly lif only: whether the input is divided by the time constant, too. Default true there. */
  readonly decayInput?: boolean;
  /**
   * if and lif under spikefront semantics, reset by subtraction, one spike a step: whether a neuron takes back
   * what it has sent too much by spikes worth −1 (step-signed.ts).
   */
  readonly isSigned?: true;
  /** ttfs only, and needed there: first step of listening, from 0, and the steps of listening and of firing each. */
  readonly startStep?: number;
  readonly windowSteps?: number;
  /** `potential` makes a leaky integrator: it never fires and hands its potential on. Default `spikes`. */
  readonly emits?: "spikes" | "potential";
}
