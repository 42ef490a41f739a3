// What does training through time reach on MNIST's test images? 784-1000-10 leaky neurons, 25 steps, as the command line
// trains them, with two seeds.

import { loadDataset } from "../src/node/dataset-files.ts";
import { type BenchReport, type BenchRow, benchReport } from "./report.ts";
import { accuracyRow, type Recipe } from "./surrogate-recipes.ts";

const bar: Recipe = {
  name: "784-1000-10 LIF, 25 steps, constant input",
  data: "mnist",
  hidden: [1000],
  neuron: "lif",
  steps: 25,
  coding: "constant",
  epochs: 4,
  surrogate: {},
};
export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const mnist = await loadDataset("mnist");
  const rows: BenchRow[] = [];
  for (const seed of [0, 1]) rows.push(await accuracyRow(mnist, bar, { seed, quick, goal: 97.5 }));
  return benchReport({ name: "surrogate-training", quick, threads: 2, rows });
}
