// A protection: a design that keeps faults in stored weights from reaching the network, at a price.
//
// What a network reads is a function of what its memory holds: protect(model, struck, …) -> weights. Nothing
// a protection stores is immune: check bits, copies and bounds are cells like any other, and are flipped at
// the same rate (redundant-flips.ts). Prices are counts, in the terms of the energy room, never joules.

import type { Model } from "../../model/model.ts";
import type { Fields, Values } from "../../space/field.ts";
import type { StoredWeights } from "../weight-bit-flip.ts";

/** Flipped cells of a protection's own memory: ascending indexes by layer id. Layers without any may be absent. */
export type RedundantFlips = Readonly<Record<string, Uint32Array>>;

/** What a protection does beyond the unprotected network whenever something happens once. May be fractions. */
export interface Overhead {
  /** Bits read beyond the weight's own. */
  readonly bitsRead: number;
  /** Additions and comparisons at the width of the network's sums. */
  readonly additions: number;
  readonly comparisons: number;
  /** Two-input logic gates that switch: AND, OR, XOR. */
  readonly gates: number;
}

export const noOverhead: Overhead = { bitsRead: 0, additions: 0, comparisons: 0, gates: 0 };

/** What a protection costs where nothing is said of it. */
export const noCost: ProtectionCost = {
  extraBits: 0,
  perWeightRead: noOverhead,
  perNeuronUpdate: noOverhead,
  perSpike: noOverhead,
  perInference: noOverhead,
};

export interface ProtectionCost {
  /** Cells beyond the unprotected network's. */
  readonly extraBits: number;
  /** For each weight read. Weights that share a word are taken to be read together, once. */
  readonly perWeightRead: Overhead;
  /** For each update of a neuron, or each activation of an ANN. */
  readonly perNeuronUpdate: Overhead;
  /** For each spike that neurons emit. */
  readonly perSpike: Overhead;
  /** For each inference, whatever it does: a scrub's share of it, for example. */
  readonly perInference: Overhead;
}

/** What every protection tells of itself, whatever it guards. */
export interface ProtectionDesign<F extends Fields = Fields> {
  readonly name: string;
  readonly about: string;
  readonly fields: F;
  cost(model: Model, settings: Values<F>): ProtectionCost;
}

export interface StruckMemory<F extends Fields = Fields> {
  /** The network as it was stored, without faults. */
  readonly model: Model;
  /** What the weight memory holds now; layers that are not listed are sound. Not changed. */
  readonly struck: StoredWeights;
  readonly redundantFlips: RedundantFlips;
  readonly settings: Values<F>;
}

/** A protection of the stored weights. */
export interface WeightProtection<F extends Fields = Fields> extends ProtectionDesign<F> {
  /** Cells of its own that stand beside a layer's weights; all of them together are the cost's `extraBits`. */
  redundantBits(model: Model, layer: string, settings: Values<F>): number;
  /**
   * What the network reads, by layer: copies of at least the layers struck.
   *
   * @throws {InvalidValueError} when the struck weights are not of the model's layers, format and sizes
   */
  protect(memory: StruckMemory<F>): StoredWeights;
}
