// The two ways in which the neurons of a converted network speak: by how often they fire, or by when.
//
// Rates: T steps, a spike each worth λ/T. A sum of unit σ brings a neuron to its threshold at z = λ every
// step, so θ = λ/σ, and the bias b/σ comes with it.
//
// First spikes (T2FSNN, Park et al. 2020; LC-TTFS, Yang et al. 2023; linear kernel): windows of W steps, one
// layer's listening window being the one the layer before fires in. A spike with t steps of its window to go
// stands for λ t/W and counts t times, a bias comes W times and counts W (W+1)/2 in all (neuron/step-ttfs.ts):
//   θ = W λ/σ,   b' = 2 b/((W+1) σ),   constant input x, which counts as a bias does: σ = 2/(W+1) of its unit
// Branches of different depth meet by delays of whole windows.

import { InvalidValueError } from "../base/errors.ts";
import type { Inference } from "../model/model.ts";
import type { Network, NeuronLayer } from "../model/network.ts";
import { spikingDepth } from "../model/spiking-depth.ts";
import type { ConversionSettings } from "./conversion-fields.ts";

type NeuronShape = Omit<NeuronLayer, "id" | "kind" | "inputs">;

export interface Speech {
  /** What the network's input stands for, if it were 1 for a rate. */
  readonly inputUnit: number;
  /** Factor on a bias in units of the sum. */
  readonly biasShare: number;
  /** Steps that something `layers` less deep is held back. */
  delay(layers: number): number;
  /** @param depth - layers of neurons before these */
  form(depth: number): NeuronShape;
  /** Tensors of neurons that reach their bound at `ratio` λ/σ. */
  parameters(ratio: Float64Array): Readonly<Record<string, ArrayLike<number>>>;
  /** Neurons that read the output's sums; null where it needs none. @param depth - of the output */
  integrator(depth: number): NeuronShape | null;
  /** Total steps and codes. */
  inferenceOf(network: Network): Inference;
}

/** Neurons that fire as often as they are active. */
export class Rates implements Speech {
  readonly inputUnit = 1;
  readonly biasShare = 1;
  readonly #settings: ConversionSettings;
  readonly #inference: Inference;

  /** @param inference - its steps are those that are read */
  constructor(settings: ConversionSettings, inference: Inference) {
    this.#settings = settings;
    this.#inference = inference;
  }

  delay(): number {
    return 0;
  }

  form(): NeuronShape {
    const { neuron, reset, signed } = this.#settings;
    return { model: neuron === "lif" ? "lif" : "if", reset, ...(signed && { isSigned: true }) };
  }

  parameters(ratio: Float64Array): Readonly<Record<string, ArrayLike<number>>> {
    const { neuron, leak, initialPotential } = this.#settings;
    return {
      threshold: ratio,
      initialPotential: ratio.map((threshold) => initialPotential * threshold),
      ...(neuron === "lif" && { leak: [leak] }),
    };
  }

  integrator(): null {
    return null;
  }

  /** A warm-up comes on top; one by offset takes its steps for every layer in a row. */
  inferenceOf(network: Network): Inference {
    const { warmUp: rule, warmUpSteps } = this.#settings;
    if (rule === "none") return this.#inference;
    const steps = warmUpSteps * (rule === "offset" ? spikingDepth(network) : 1);
    return { ...this.#inference, steps: this.#inference.steps + steps, warmUp: { rule, steps } };
  }
}

/** Neurons that fire once, the earlier the more active they are. */
export class FirstSpikes implements Speech {
  readonly inputUnit: number;
  readonly biasShare: number;
  readonly #windowSteps: number;
  readonly #inference: Inference;

  /** @param inference - its steps are those of a window */
  constructor(inference: Inference) {
    this.#inference = inference;
    this.#windowSteps = inference.steps;
    if (!(Number.isInteger(inference.steps) && inference.steps >= 1)) {
      throw new InvalidValueError("inference.steps", "must be a whole number of at least 1", inference.steps);
    }
    this.biasShare = 2 / (this.#windowSteps + 1);
    this.inputUnit = inference.coding === "constant" ? this.biasShare : 1;
  }

  delay(layers: number): number {
    return layers * this.#windowSteps;
  }

  form(depth: number): NeuronShape {
    const windowSteps = this.#windowSteps;
    return { model: "ttfs", reset: "none", windowSteps, startStep: depth * windowSteps };
  }

  parameters(ratio: Float64Array): Readonly<Record<string, ArrayLike<number>>> {
    return { threshold: ratio.map((one) => this.#windowSteps * one) };
  }

  integrator(depth: number): NeuronShape {
    return { ...this.form(depth), emits: "potential" };
  }

  inferenceOf(network: Network): Inference {
    const { coding, ...rest } = this.#inference;
    const windowSteps = this.#windowSteps;
    const steps = windowSteps * (spikingDepth(network) + 1);
    if (coding === "constant") return { ...rest, coding, steps };
    return { ...rest, coding: "ttfs", inputSteps: windowSteps, steps };
  }
}
