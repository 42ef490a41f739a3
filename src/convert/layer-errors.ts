// What the spikes of one layer get wrong, and why.
//
// The error of every neuron and image, ANN activation a against λ n/T (n spikes in T counted steps, h the
// share of the threshold neurons start with), is a sum of four, exactly:
//   clipping    a − ā                    ā = min(a, λ): activations above the bound
//   flooring    ā − (λ/T) k(a)           k(x) = clip(⌊x T/λ + h⌋, 0, T): the grid of T + 1 rates
//   inherited   (λ/T) (k(a) − m)         m = clip(⌊(v(T) + θ n)/θ⌋, 0, T), the spikes that the charge which
//                                        did arrive is worth: the errors of earlier layers
//   unevenness  (λ/T) (m − n)            the same charge in another order
// For neurons that lose charge (leak, reset to zero), m cannot be told: unevenness holds both then. Sources:
// Rueckauer et al. 2017; Bu et al. 2022b, section 4 (the three errors). Means of absolute values over all
// neurons and images, as shares of the mean activation.

import type { Model } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import { at } from "./broadcast.ts";
import { fullCount } from "./rate-steps.ts";

export interface LayerDiagnosis {
  readonly layer: string;
  readonly neurons: number;
  /** Mean activation of the ANN. */
  readonly meanActivation: number;
  /** Share of the activations above 0 that lie above the bound. */
  readonly clippedShare: number;
  /** Means of absolute errors over the mean activation. */
  readonly clipping: number;
  readonly flooring: number;
  /** null where it cannot be told from unevenness. */
  readonly inherited: number | null;
  readonly unevenness: number;
  /** Pearson's, of activations and rates; 0 where either never varies. */
  readonly correlation: number;
  /** Neurons that never fired on any image though the ANN's were active, and that fired at every step of some image. */
  readonly deadNeurons: number;
  readonly saturatedNeurons: number;
}

/** Adds up one layer's errors: `keep` the ANN's activations of some images, then `compare` the same images. */
export class LayerErrors {
  readonly #layer: NeuronLayer;
  readonly #neurons: number;
  readonly #steps: number;
  readonly #head: number;
  readonly #bounds: ArrayLike<number>;
  readonly #thresholds: ArrayLike<number>;
  readonly #keepsCharge: boolean;
  readonly #fired: Uint8Array;
  readonly #saturated: Uint8Array;
  readonly #active: Uint8Array;
  readonly #sums = { clipping: 0, flooring: 0, inherited: 0, unevenness: 0 };
  readonly #moments = { n: 0, a: 0, r: 0, aa: 0, rr: 0, ar: 0 };
  #activations = new Float32Array(0);
  #positive = 0;
  #clipped = 0;

  constructor(snn: Model, layer: NeuronLayer, neurons: number, head: number) {
    this.#layer = layer;
    this.#neurons = neurons;
    this.#steps = fullCount(snn, layer);
    this.#head = head;
    this.#bounds = snn.tensors[`${layer.id}.bound`].data;
    this.#thresholds = snn.tensors[`${layer.id}.threshold`].data;
    this.#keepsCharge =
      layer.model === "if" && layer.reset === "subtract" && snn.inference?.warmUp === undefined;
    this.#fired = new Uint8Array(neurons);
    this.#saturated = new Uint8Array(neurons);
    this.#active = new Uint8Array(neurons);
  }

  /** @param values - the ANN's activations from image `first` on. Shape [images, neurons] */
  keep(values: Float32Array, first: number): void {
    const end = first * this.#neurons + values.length;
    if (this.#activations.length < end) {
      const larger = new Float32Array(end);
      larger.set(this.#activations);
      this.#activations = larger;
    }
    this.#activations.set(values, first * this.#neurons);
  }

  /**
   * @param counts - spikes, shape [images, neurons]
   * @param potentials - after the last step, shape [images, neurons]
   */
  compare(counts: Int32Array, potentials: Float32Array, firstImage: number): void {
    const perBound = this.#neurons / this.#bounds.length;
    const perThreshold = this.#neurons / this.#thresholds.length;
    for (let k = 0; k < counts.length; k++) {
      const i = k % this.#neurons;
      const bound = at(this.#bounds, Math.floor(i / perBound));
      const threshold = at(this.#thresholds, Math.floor(i / perThreshold));
      this.#addNeuron(
        i,
        this.#activations[firstImage * this.#neurons + k],
        counts[k],
        potentials[k],
        bound,
        threshold,
      );
    }
  }

  finish(): LayerDiagnosis {
    const { n, a, r, aa, rr, ar } = this.#moments;
    const spread = Math.sqrt((aa - (a * a) / n) * (rr - (r * r) / n));
    const share = (error: number): number => (a > 0 ? error / a : 0);
    const { clipping, flooring, inherited, unevenness } = this.#sums;
    let dead = 0;
    for (let i = 0; i < this.#neurons; i++) if (this.#active[i] && !this.#fired[i]) dead++;
    return {
      layer: this.#layer.id,
      neurons: this.#neurons,
      meanActivation: n > 0 ? a / n : 0,
      clippedShare: this.#positive > 0 ? this.#clipped / this.#positive : 0,
      clipping: share(clipping),
      flooring: share(flooring),
      inherited: this.#keepsCharge ? share(inherited) : null,
      unevenness: share(unevenness),
      correlation: spread > 0 ? (ar - (a * r) / n) / spread : 0,
      deadNeurons: dead,
      saturatedNeurons: this.#saturated.reduce((sum, flag) => sum + flag, 0),
    };
  }

  // Called for every neuron of every image: nothing is allocated.
  #addNeuron(i: number, a: number, count: number, potential: number, bound: number, threshold: number): void {
    const steps = this.#steps;
    const unit = bound / steps;
    const clipped = a < bound ? a : bound;
    const floored = limited((clipped * steps) / bound + this.#head, steps);
    const sums = this.#sums;
    sums.clipping += a - clipped;
    sums.flooring += Math.abs(clipped - floored * unit);
    if (this.#keepsCharge) {
      const arrived = limited((potential + threshold * count) / threshold, steps);
      sums.inherited += Math.abs(floored - arrived) * unit;
      sums.unevenness += Math.abs(arrived - count) * unit;
    } else {
      sums.unevenness += Math.abs(floored - count) * unit;
    }
    if (a > 0) this.#positive++;
    if (a > bound) this.#clipped++;
    if (floored > 0) this.#active[i] = 1;
    if (count !== 0) this.#fired[i] = 1;
    if (count === steps) this.#saturated[i] = 1;
    const rate = count * unit;
    const moments = this.#moments;
    moments.n++;
    moments.a += a;
    moments.r += rate;
    moments.aa += a * a;
    moments.rr += rate * rate;
    moments.ar += a * rate;
  }
}

/** Whole spikes that a charge in thresholds is worth. */
function limited(charge: number, steps: number): number {
  const whole = Math.floor(charge);
  return whole < 0 ? 0 : whole > steps ? steps : whole;
}
