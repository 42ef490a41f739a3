// A network with its parameters and everything needed to run and to trust it.
// One type for ANN and SNN; this is what a network file holds (formats/network-file.ts).

import type { Network, Shape } from "./network.ts";
import type { Preprocessing } from "./preprocessing.ts";

export type TensorData = Float32Array | Int8Array | Int32Array | Uint8Array;

export interface Tensor {
  readonly shape: Shape;
  readonly data: TensorData;
}

/**
 * How weights are stored, and so what a bit flip can do to them.
 * `int`: two's-complement codes in [−(2^(bits−1)−1), 2^(bits−1)−1], one Int8Array element each,
 * with a float32 scale in `<id>.scale`, [1] for the layer or [units or channels]; weight = scale · code.
 */
export type WeightFormat = { readonly kind: "float32" } | { readonly kind: "int"; readonly bits: number };

/** How an SNN is presented with input and read out. */
export interface Inference {
  readonly steps: number;
  /** How pixels enter (the codes of `coding`); `events`: the input already is spikes. */
  readonly coding: "constant" | "rate" | "poisson" | "latency" | "latencyLog" | "phase" | "ttfs" | "events";
  /** Steps in which pixels that become spikes are presented; behind them nothing comes. Default: all steps. */
  readonly inputSteps?: number;
  /**
   * What decides after step t. Spiking output: `count` most spikes so far, `firstSpike` the earliest spike
   * (no class before it). Other output: `membrane` the accumulated sums, or an integrator's potential;
   * `average` the mean of that up to t. Behind ttfs neurons the integrators are ttfs, too, and nothing is
   * decided before their window.
   */
  readonly readout: "count" | "firstSpike" | "membrane" | "average";
  /** Physical length of a step. Used for export only; the simulator never reads it. */
  readonly dtMs: number;
  /** Default: none. */
  readonly warmUp?: WarmUp;
  /** Default: float32. */
  readonly arithmetic?: Arithmetic;
}

/**
 * Steps that come before those that are read: part of all `steps`, so of latency and energy, but no class is
 * decided in them. At their end every neuron starts again from its initial potential, and max pools count
 * anew. Only for networks without loops, of if and lif neurons under spikefront semantics that reset by
 * subtraction.
 *
 * `residual` (Hao et al. 2023a, SRP): all layers run; neurons whose potential then is at most θ/1000 are mute
 * from there on.
 *
 * `offset` (Hao et al. 2023b, COS): layer after layer, neurons correct their initial potential by one spike
 * too many or too few (neuron/warm-up.ts). Published code hands every layer the spikes of layers that are
 * already corrected, a first time to be corrected and a second time to run, and counts none of these steps.
 * Here they add up: with D spiking layers in a row `steps` is a multiple of D, and in each D-th the layers
 * before run once more from their start while one is corrected and those behind it rest. Constant input, no
 * delays and no signed neurons.
 */
export interface WarmUp {
  readonly rule: "residual" | "offset";
  /** From 1 to one less than all steps. */
  readonly steps: number;
}

/**
 * In what numbers potentials are held. `integer`: int8 codes, whole-numbered biases, thresholds and
 * potentials; a leak λ is round(4096 λ)/4096, its product rounded toward 0; sums are int32, potentials
 * beyond their bits saturate or wrap.
 */
export type Arithmetic =
  | { readonly kind: "float32" }
  | {
      readonly kind: "integer";
      readonly potentialBits: 16 | 32;
      readonly overflow: "saturate" | "wrap";
    };

/** Where a model comes from. Strings are "" where unknown. */
export interface Provenance {
  /** SHA-256 of the training images and labels. */
  readonly data: string;
  readonly seed: number;
  readonly commit: string;
  /** Kernel build that made it: `"simd"`, `"relaxed"` or `"scalar"`. */
  readonly kernels: string;
  /** SHA-256 of the network file this one was made from; "" for a trained one. */
  readonly parent: string;
  /** What was done, one line each, oldest first, e.g. `"trained 8 epochs"`, `"batch norm folded"`. */
  readonly history: readonly string[];
}

/**
 * A model.
 *
 * SNN semantics, per step t = 1…T and neuron layer: charge with what arrives, spike, reset, in the order
 * and arithmetic of the layer's form (neuron/step-neuron.ts). In converted SNNs the weights are the ANN's
 * stored ones (codes as they are, never multiplied by their scale): thresholds and biases carry all layer
 * scales. A dense or convolution layer that is the output integrates without leak, spike or reset.
 */
export interface Model {
  readonly kind: "ann" | "snn";
  readonly network: Network;
  readonly weightFormat: WeightFormat;
  /** By `<layer id>.<parameter>`. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly preprocessing: Preprocessing;
  /** null for an ANN. */
  readonly inference: Inference | null;
  readonly classes: readonly string[];
  readonly provenance: Provenance;
}

/** A tensor by layer and parameter, or undefined. */
export function tensorOf(model: Model, layer: string, parameter: string): Tensor | undefined {
  return model.tensors[`${layer}.${parameter}`];
}
