// What do shorter ways back cost and save? A network of two hidden layers and rate-coded input: derivatives through
// time, cut off or with steps run again, of neurons near their thresholds alone, and through firing rates. Accuracy on
// MNIST with two seeds and on Fashion-MNIST with one; a step of training in processor time, as machines that measure are
// shared, and its memory. Steps run again give the same derivatives, so they are not trained. A step of a convolution
// network beside them. A full run writes docs/results/surrogate-ways.json.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../src/node/dataset-files.ts";
import { sourceRevision } from "../src/node/source-revision.ts";
import { type BenchReport, type BenchRow, benchReport } from "./report.ts";
import { accuracyRow, firstStepRows, type Recipe, stepRows } from "./surrogate-recipes.ts";

const seeds = { mnist: [0, 1], "fashion-mnist": [0] } as const;

const deep: Recipe = {
  name: "784-512-512-10 LIF",
  data: "mnist",
  hidden: [512, 512],
  neuron: "lif",
  steps: 10,
  coding: "rate",
  epochs: 3,
  images: 3000,
  judges: 1000,
  surrogate: {},
};
const byIf: Recipe = { ...deep, name: "784-512-512-10 IF", neuron: "if" };
const ways: readonly Recipe[] = [
  deep,
  ...[0.2, 0.05].map((activeWidth) => ({
    ...deep,
    name: `${deep.name}, derivatives within ${activeWidth} of the threshold`,
    surrogate: { activeWidth },
  })),
  { ...deep, name: `${deep.name}, derivatives cut off every 5 steps`, surrogate: { truncation: 5 } },
  byIf,
  { ...byIf, name: `${byIf.name}, derivatives through rates`, surrogate: { backward: "rates" } },
];
const again: Recipe = { ...deep, name: `${deep.name}, 2 steps in memory`, surrogate: { stepsInMemory: 2 } };
const convolution: Recipe = {
  ...deep,
  name: "CNN 16-32 (5 × 5) and 128 LIF",
  kind: "cnn",
  hidden: [128],
};

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const rows: BenchRow[] = [];
  const mnist = await loadDataset("mnist");
  for (const data of ["mnist", "fashion-mnist"] as const) {
    const dataset = data === "mnist" ? mnist : await loadDataset(data);
    for (const recipe of ways)
      for (const seed of seeds[data])
        rows.push(await accuracyRow(dataset, { ...recipe, data }, { seed, quick }));
  }
  for (const recipe of ways) rows.push(...(await stepRows(mnist, recipe, quick)));
  for (const recipe of [deep, again, convolution]) rows.push(...(await firstStepRows(mnist, recipe, quick)));
  const report = benchReport({ name: "surrogate-ways", quick, threads: 2, rows });
  if (!quick) {
    const told = { command: "npm run bench -- surrogate-ways", commit: sourceRevision(), seeds, ...report };
    const path = join(import.meta.dirname, "../docs/results/surrogate-ways.json");
    writeFileSync(path, `${JSON.stringify(told, null, 2)}\n`);
  }
  return report;
}
