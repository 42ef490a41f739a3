// Softmax regression, to see what a straight line makes of data: features standardised on the training part (constant
// ones left as they are), full batches, Adam with a falling rate, a little decay.

const [epochs, rate, decay] = [150, 0.05, 1e-3];

export interface LabelledFeatures {
  /** Shape [samples, features]. */
  readonly values: Float64Array;
  readonly labels: Uint8Array;
}

/** @returns how many of the test samples are decided rightly */
export function softmaxCorrect(
  train: LabelledFeatures,
  test: LabelledFeatures,
  features: number,
  classes: number,
): number {
  const standard = standardiser(train.values, features);
  const weights = fitted(standard(train.values), train.labels, features, classes);
  const scores = new Float64Array(classes);
  const values = standard(test.values);
  return test.labels.reduce((correct, label, n) => {
    score(weights, values, n, features, scores);
    return correct + (scores.indexOf(scores.reduce((a, b) => Math.max(a, b))) === label ? 1 : 0);
  }, 0);
}

/** @returns weights and, last of every class, biases. Shape [classes, features + 1] */
function fitted(values: Float64Array, labels: Uint8Array, features: number, classes: number): Float64Array {
  const size = classes * (features + 1);
  const [weights, first, second] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const scores = new Float64Array(classes);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const gradient = new Float64Array(size);
    for (let n = 0; n < labels.length; n++) {
      score(weights, values, n, features, scores);
      toErrors(scores, labels[n]);
      for (let c = 0; c < classes; c++) {
        const at = c * (features + 1);
        const error = scores[c] / labels.length;
        for (let f = 0; f < features; f++) gradient[at + f] += error * values[n * features + f];
        gradient[at + features] += error;
      }
    }
    const step = rate * (1 - epoch / (epochs + 1));
    for (let i = 0; i < size; i++) {
      const slope = gradient[i] + decay * weights[i];
      first[i] = 0.9 * first[i] + 0.1 * slope;
      second[i] = 0.999 * second[i] + 0.001 * slope * slope;
      const mean = first[i] / (1 - 0.9 ** epoch);
      weights[i] -= (step * mean) / (Math.sqrt(second[i] / (1 - 0.999 ** epoch)) + 1e-8);
    }
  }
  return weights;
}

function score(
  weights: Float64Array,
  values: Float64Array,
  sample: number,
  features: number,
  scores: Float64Array,
): void {
  for (let c = 0; c < scores.length; c++) {
    const at = c * (features + 1);
    let sum = weights[at + features];
    for (let f = 0; f < features; f++) sum += weights[at + f] * values[sample * features + f];
    scores[c] = sum;
  }
}

/** Scores become softmax minus target, in place. */
function toErrors(scores: Float64Array, label: number): void {
  const highest = scores.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    scores[c] = Math.exp(scores[c] - highest);
    sum += scores[c];
  }
  for (let c = 0; c < scores.length; c++) scores[c] = scores[c] / sum - (c === label ? 1 : 0);
}

function standardiser(values: Float64Array, features: number): (values: Float64Array) => Float64Array {
  const samples = values.length / features;
  const [mean, spread] = [new Float64Array(features), new Float64Array(features)];
  for (let i = 0; i < values.length; i++) mean[i % features] += values[i] / samples;
  for (let i = 0; i < values.length; i++)
    spread[i % features] += (values[i] - mean[i % features]) ** 2 / samples;
  const scale = spread.map((variance) => (variance > 1e-12 ? 1 / Math.sqrt(variance) : 1));
  return (own) => own.map((value, i) => (value - mean[i % features]) * scale[i % features]);
}
