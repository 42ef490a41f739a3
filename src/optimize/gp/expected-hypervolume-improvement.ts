// How much hypervolume a design is expected to add to a front, and its slopes.
//
// For independent normal objectives and disjoint boxes [l, u] of the region not dominated (Emmerich et al. 2008;
// Yang et al. 2019), all minimised:
//
//   EHVI = Σ_boxes Π_j E[(u_j − max(Y_j, l_j))⁺] = Σ_boxes Π_j σ_j (h(z_u) − h(z_l)),  z_t = (t − μ_j)/σ_j
//   ∂/∂μ_j: −(Φ(z_u) − Φ(z_l)),   ∂/∂σ_j: φ(z_u) − φ(z_l)   of a factor
//
// in logarithms. Exact, where samples of the objectives would be noisy; with one objective it is the expected
// improvement. Over fantasies of unfinished or noisy trials the mean is taken: each has boxes of its own.

import { logNormalDensity, logNormalMass } from "../normal-distribution.ts";
import type { Boxes } from "./box-decomposition.ts";
import { logImprovement, logImprovementBetween } from "./expected-improvement.ts";

/** Objectives of a design as the processes expect them, and where the slopes of the result go. */
export interface ExpectedObjectives {
  /** [fantasies][objectives] */
  readonly means: readonly Float64Array[];
  /** Standard deviations, above 0. [objectives] */
  readonly deviations: Float64Array;
}

export interface ImprovementSlopes {
  /** Of the result along each mean. [fantasies][objectives] */
  readonly means: readonly Float64Array[];
  /** [objectives] */
  readonly deviations: Float64Array;
}

/** Computes log EHVI again and again over the same boxes, one decomposition a fantasy. */
export class HypervolumeImprovement {
  readonly #boxes: readonly Boxes[];
  /** Scores of the thresholds and log h of them, of the fantasy at hand. [objectives][thresholds] */
  readonly #scores: readonly Float64Array[];
  readonly #logs: readonly Float64Array[];
  /** Log of each factor and of their product, of every fantasy. */
  readonly #factors: readonly Float64Array[];
  readonly #terms: readonly Float64Array[];

  /** @param boxes - [fantasies] */
  constructor(boxes: readonly Boxes[]) {
    this.#boxes = boxes;
    const longest = (j: number): number => Math.max(...boxes.map(({ thresholds }) => thresholds[j].length));
    const room = (): Float64Array[] => boxes[0].thresholds.map((_, j) => new Float64Array(longest(j)));
    this.#scores = room();
    this.#logs = room();
    this.#factors = boxes.map(({ count, objectives }) => new Float64Array(count * objectives));
    this.#terms = boxes.map(({ count }) => new Float64Array(count));
  }

  /** @param slopes - filled when given */
  log(expected: ExpectedObjectives, slopes?: ImprovementSlopes): number {
    const { deviations } = expected;
    let scale = 0;
    for (const deviation of deviations) scale += Math.log(deviation);
    let highest = -Infinity;
    for (let f = 0; f < this.#boxes.length; f++)
      highest = Math.max(highest, this.#fillTerms(f, expected.means[f], deviations));
    if (highest === -Infinity) {
      for (const row of slopes?.means ?? []) row.fill(0);
      slopes?.deviations.fill(0);
      return highest;
    }
    let sum = 0;
    for (const terms of this.#terms) for (const term of terms) sum += Math.exp(term - highest);
    const total = highest + Math.log(sum);
    if (slopes !== undefined) {
      slopes.deviations.fill(0);
      for (let f = 0; f < this.#boxes.length; f++) this.#addSlopes(f, expected, total, slopes);
    }
    return total + scale - Math.log(this.#boxes.length);
  }

  /** Log of each box's product without the deviations; the largest is returned. */
  #fillTerms(f: number, means: Float64Array, deviations: Float64Array): number {
    const { count, objectives, low, high } = this.#boxes[f];
    this.#score(f, means, deviations);
    const factors = this.#factors[f];
    const terms = this.#terms[f];
    let highest = -Infinity;
    for (let k = 0, at = 0; k < count; k++) {
      let term = 0;
      for (let j = 0; j < objectives; j++, at++) {
        const [scores, logs] = [this.#scores[j], this.#logs[j]];
        const [a, b] = [low[at], high[at]];
        const factor = logImprovementBetween(scores[a], scores[b], logs[a], logs[b]);
        factors[at] = factor;
        term += factor;
      }
      // Two sides so near that their scores are one.
      terms[k] = Number.isNaN(term) ? -Infinity : term;
      highest = Math.max(highest, terms[k]);
    }
    return highest;
  }

  #score(f: number, means: Float64Array, deviations: Float64Array): void {
    const { thresholds } = this.#boxes[f];
    for (let j = 0; j < thresholds.length; j++) {
      for (let t = 0; t < thresholds[j].length; t++) {
        const z = (thresholds[j][t] - means[j]) / deviations[j];
        this.#scores[j][t] = z;
        this.#logs[j][t] = logImprovement(z);
      }
    }
  }

  #addSlopes(
    f: number,
    { means, deviations }: ExpectedObjectives,
    total: number,
    slopes: ImprovementSlopes,
  ): void {
    const { count, objectives, low, high } = this.#boxes[f];
    this.#score(f, means[f], deviations);
    slopes.means[f].fill(0);
    for (let k = 0; k < count; k++) {
      const share = Math.exp(this.#terms[f][k] - total);
      if (share < 1e-12) continue;
      for (let j = 0; j < objectives; j++) {
        const at = k * objectives + j;
        const [a, b] = [this.#scores[j][low[at]], this.#scores[j][high[at]]];
        const factor = this.#factors[f][at] + Math.log(deviations[j]);
        const rising = Math.exp(logNormalMass(a, b) - factor);
        const spread = Math.exp(logNormalDensity(b) - factor) - Math.exp(logNormalDensity(a) - factor);
        slopes.means[f][j] -= share * rising;
        slopes.deviations[j] += share * spread;
      }
    }
  }
}
