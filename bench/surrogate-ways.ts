// What do shorter ways back cost and save? A network of two hidden layers and rate-coded input, with derivatives through
// time, of neurons near their thresholds alone, and through firing rates: accuracy with two seeds, and a step of
// training in processor time, as machines that measure are shared. A step of a convolution network beside them.

import { loadDataset } from "../src/node/dataset-files.ts";
import { type BenchReport, type BenchRow, benchReport } from "./report.ts";
import { accuracyRow, type Recipe, stepRow } from "./surrogate-recipes.ts";

const deep: Recipe = {
  name: "784-512-512-10 LIF, 10 steps, rate-coded",
  hidden: [512, 512],
  neuron: "lif",
  steps: 10,
  coding: "rate",
  epochs: 3,
  images: 10_000,
  surrogate: {},
};
const ways: readonly Recipe[] = [
  deep,
  ...[0.2, 0.05].map((activeWidth) => ({
    ...deep,
    name: `${deep.name}, derivatives within ${activeWidth} of the threshold`,
    surrogate: { activeWidth },
  })),
  { ...deep, name: "784-512-512-10 IF, 10 steps, rate-coded", neuron: "if" },
  {
    ...deep,
    name: "784-512-512-10 IF, 10 steps, rate-coded, derivatives through rates",
    neuron: "if",
    surrogate: { backward: "rates" },
  },
];
const convolution: Recipe = {
  ...deep,
  name: "CNN 16-32 (5 × 5) and 128 LIF, 10 steps, rate-coded",
  kind: "cnn",
  hidden: [128],
};

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const mnist = await loadDataset("mnist");
  const rows: BenchRow[] = [];
  for (const recipe of ways)
    for (const seed of [0, 1]) rows.push(await accuracyRow(mnist, recipe, { seed, quick }));
  for (const recipe of [...ways, convolution]) rows.push(await stepRow(mnist, recipe, quick));
  return benchReport({ name: "surrogate-ways", quick, threads: 2, rows });
}
