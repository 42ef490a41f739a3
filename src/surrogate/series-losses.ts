// Losses of a network's output over time, and their derivatives at every step.
//
// With s the output's spikes and v its potentials (a dense output's accumulated sums), CE softmax and cross-entropy:
//
//   countCrossEntropy     CE(Σ_t s)                              rateCrossEntropy      mean over t of CE(s_t)
//   countMeanSquared      mean over classes of (Σ_t s − ⌊T r⌋)² / T, r one rate for the class, one for the others
//   firstSpike            CE(−t₁), t₁ the first spike's step, the last where there is none; ∂t₁/∂s = −1 there
//   potentialCrossEntropy mean over t of CE(v_t)                 lastPotential         CE(v_T)
//   meanPotential         CE(mean_t v_t)                         highestPotential      CE(max_t v_t)
//
// The first four as in snnTorch (ce_count, ce_rate, mse_count and ce_temporal with negated times).

import type { Inference } from "../model/model.ts";

export interface SeriesLossArgs {
  /** Shape [steps, images, outputs]. */
  readonly values: Float32Array;
  readonly steps: number;
  readonly images: number;
  readonly outputs: number;
  /** Shape [images]. */
  readonly labels: Uint8Array;
  /** What a regression should give. Shape [steps, images, outputs]. */
  readonly targets?: Float32Array | undefined;
  /** Output, zeroed: derivatives by `values` times `gradientScale`. */
  readonly gradient: Float32Array;
  readonly gradientScale: number;
  /** Share of the target given to all classes alike. */
  readonly smoothing: number;
}

export interface SeriesLoss {
  readonly about: string;
  /** Whether it reads spikes; else potentials. */
  readonly isOfSpikes: boolean;
  /** The readout that decides as the loss does, or nearest to it. */
  readonly readout: Inference["readout"];
  /** @returns the loss summed over images, and how many are decided rightly */
  readonly of: (args: SeriesLossArgs) => { readonly loss: number; readonly correct: number };
}

/** Regression: the mean over steps and outputs of (v − target)². Nothing is decided. */
export const meanSquaredSeries: SeriesLoss = {
  about: "mean squared distance of potentials from targets at every step",
  isOfSpikes: false,
  readout: "membrane",
  of({ values, targets, gradient, gradientScale, steps, outputs }) {
    if (targets === undefined) throw new TypeError("no targets");
    const share = 1 / (steps * outputs);
    let loss = 0;
    for (let i = 0; i < values.length; i++) {
      const difference = values[i] - targets[i];
      loss += share * difference * difference;
      gradient[i] = 2 * share * difference * gradientScale;
    }
    return { loss, correct: 0 };
  },
};

export const seriesLosses = {
  countCrossEntropy: {
    about: "cross-entropy of the output's spike counts",
    isOfSpikes: true,
    readout: "count",
    of: (args) => byImage(args, (image) => image.summed(1)),
  },
  rateCrossEntropy: {
    about: "mean over steps of the cross-entropy of a step's spikes",
    isOfSpikes: true,
    readout: "count",
    of: (args) => byImage(args, (image) => image.everyStep()),
  },
  countMeanSquared: {
    about: "squared distance of spike counts from every step for the class and none for the others",
    isOfSpikes: true,
    readout: "count",
    of: (args) => byImage(args, (image) => image.squaredCounts(1, 0)),
  },
  firstSpike: {
    about: "cross-entropy of how early the first spike comes",
    isOfSpikes: true,
    readout: "firstSpike",
    of: (args) => byImage(args, (image) => image.firstSpikes()),
  },
  potentialCrossEntropy: {
    about: "mean over steps of the cross-entropy of the output's potentials",
    isOfSpikes: false,
    readout: "average",
    of: (args) => byImage(args, (image) => image.everyStep()),
  },
  meanPotential: {
    about: "cross-entropy of the mean over steps of the output's potentials",
    isOfSpikes: false,
    readout: "average",
    of: (args) => byImage(args, (image) => image.summed(1 / args.steps)),
  },
  lastPotential: {
    about: "cross-entropy of the output's potentials after the last step",
    isOfSpikes: false,
    readout: "membrane",
    of: (args) => byImage(args, (image) => image.picked(() => args.steps - 1)),
  },
  highestPotential: {
    about: "cross-entropy of the highest potential of every output",
    isOfSpikes: false,
    readout: "average",
    of: (args) => byImage(args, (image) => image.picked((j) => image.highest(j))),
  },
  meanSquared: meanSquaredSeries,
} as const satisfies Readonly<Record<string, SeriesLoss>>;

export type SeriesLossName = keyof typeof seriesLosses;

/**
 * Coefficient of determination of every output over all rows: 1 − Σ (v − target)² / Σ (target − mean)².
 *
 * @param values - shape [rows, outputs], as `targets`
 */
export function rSquared(values: Float32Array, targets: Float32Array, outputs: number): Float64Array {
  const rows = values.length / outputs;
  return Float64Array.from({ length: outputs }, (_, j) => {
    let mean = 0;
    for (let i = j; i < targets.length; i += outputs) mean += targets[i] / rows;
    let [rest, all] = [0, 0];
    for (let i = j; i < targets.length; i += outputs) {
      rest += (values[i] - targets[i]) ** 2;
      all += (targets[i] - mean) ** 2;
    }
    return 1 - rest / all;
  });
}

interface Outcome {
  readonly loss: number;
  readonly isRight: boolean;
}

function byImage(
  args: SeriesLossArgs,
  of: (image: ImageSeries) => Outcome,
): { readonly loss: number; readonly correct: number } {
  let [loss, correct] = [0, 0];
  for (let n = 0; n < args.images; n++) {
    const outcome = of(new ImageSeries(args, n));
    loss += outcome.loss;
    correct += outcome.isRight ? 1 : 0;
  }
  return { loss, correct };
}

/** One image's outputs over time. */
class ImageSeries {
  readonly #args: SeriesLossArgs;
  readonly #image: number;
  readonly #scores: Float64Array;

  constructor(args: SeriesLossArgs, image: number) {
    this.#args = args;
    this.#image = image;
    this.#scores = new Float64Array(args.outputs);
  }

  /** Scores are a share of the sum over steps. */
  summed(share: number): Outcome {
    const { values, steps } = this.#args;
    const scores = this.#scores;
    for (let t = 0; t < steps; t++)
      for (let j = 0; j < scores.length; j++) scores[j] += values[this.#at(t, j)];
    for (let j = 0; j < scores.length; j++) scores[j] *= share;
    const isRight = this.#isRight();
    const loss = this.#crossEntropy();
    for (let t = 0; t < steps; t++)
      for (let j = 0; j < scores.length; j++) this.#send(t, j, share * scores[j]);
    return { loss, isRight };
  }

  /** Scores are those of one step, one after the other; the sum decides. */
  everyStep(): Outcome {
    const { values, steps } = this.#args;
    const scores = this.#scores;
    const sums = new Float64Array(scores.length);
    let loss = 0;
    for (let t = 0; t < steps; t++) {
      for (let j = 0; j < scores.length; j++) {
        scores[j] = values[this.#at(t, j)];
        sums[j] += scores[j];
      }
      loss += this.#crossEntropy() / steps;
      for (let j = 0; j < scores.length; j++) this.#send(t, j, scores[j] / steps);
    }
    scores.set(sums);
    return { loss, isRight: this.#isRight() };
  }

  squaredCounts(rightRate: number, otherRate: number): Outcome {
    const { values, steps, labels } = this.#args;
    const scores = this.#scores;
    let loss = 0;
    for (let t = 0; t < steps; t++)
      for (let j = 0; j < scores.length; j++) scores[j] += values[this.#at(t, j)];
    const isRight = this.#isRight();
    const share = 1 / (scores.length * steps);
    for (let j = 0; j < scores.length; j++) {
      const rate = j === labels[this.#image] ? rightRate : otherRate;
      const difference = scores[j] - Math.floor(steps * rate);
      loss += share * difference * difference;
      for (let t = 0; t < steps; t++) this.#send(t, j, 2 * share * difference);
    }
    return { loss, isRight };
  }

  firstSpikes(): Outcome {
    const { values, steps } = this.#args;
    const scores = this.#scores;
    const first = Int32Array.from(scores, (_, j) => {
      for (let t = 0; t < steps; t++) if (values[this.#at(t, j)] !== 0) return t;
      return steps - 1;
    });
    for (let j = 0; j < scores.length; j++) scores[j] = -first[j];
    const isRight = this.#isRight();
    const loss = this.#crossEntropy();
    for (let j = 0; j < scores.length; j++) this.#send(first[j], j, scores[j]);
    return { loss, isRight };
  }

  /** Every output's score is its value at one step. */
  picked(stepOf: (output: number) => number): Outcome {
    const scores = this.#scores;
    const steps = Array.from(scores, (_, j) => stepOf(j));
    steps.forEach((t, j) => {
      scores[j] = this.#args.values[this.#at(t, j)];
    });
    const isRight = this.#isRight();
    const loss = this.#crossEntropy();
    steps.forEach((t, j) => {
      this.#send(t, j, scores[j]);
    });
    return { loss, isRight };
  }

  /** The first step at which an output is highest. */
  highest(output: number): number {
    const { values, steps } = this.#args;
    let best = 0;
    for (let t = 1; t < steps; t++)
      if (values[this.#at(t, output)] > values[this.#at(best, output)]) best = t;
    return best;
  }

  #at(step: number, output: number): number {
    return (step * this.#args.images + this.#image) * this.#args.outputs + output;
  }

  #send(step: number, output: number, derivative: number): void {
    this.#args.gradient[this.#at(step, output)] += derivative * this.#args.gradientScale;
  }

  #isRight(): boolean {
    const scores = this.#scores;
    let best = 0;
    for (let j = 1; j < scores.length; j++) if (scores[j] > scores[best]) best = j;
    return best === this.#args.labels[this.#image];
  }

  /** Softmax and cross-entropy of the scores, which become the derivatives. */
  #crossEntropy(): number {
    const { labels, smoothing } = this.#args;
    const scores = this.#scores;
    const highest = scores.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (const score of scores) sum += Math.exp(score - highest);
    const logSum = Math.log(sum) + highest;
    let loss = 0;
    for (let j = 0; j < scores.length; j++) {
      const target = (j === labels[this.#image] ? 1 - smoothing : 0) + smoothing / scores.length;
      if (target > 0) loss += target * (logSum - scores[j]);
      scores[j] = Math.exp(scores[j] - logSum) - target;
    }
    return loss;
  }
}
