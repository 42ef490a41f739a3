// Data sets for event networks by name: images as values, and those that are made rather than loaded.

import { createHash } from "node:crypto";
import type { Dataset, SplitName } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import { type LabelledValues, yinYang, yinYangClasses, yinYangSplits } from "../data/yin-yang.ts";
import { loadDataset } from "./dataset-files.ts";

export interface ValuesDataset {
  readonly name: string;
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<SplitName, LabelledValues>>;
  readonly sha256: string;
}

export interface MadeDataset {
  readonly about: string;
  readonly make: () => Omit<ValuesDataset, "name" | "sha256">;
}

/** Data sets that are made; they are always here. */
export const madeDatasets: Readonly<Record<string, MadeDataset>> = {
  "yin-yang": {
    about: "points of a yin-yang sign, the published 5,000, 1,000 and 1,000 bit for bit",
    make: () => ({
      classes: yinYangClasses,
      splits: {
        train: yinYang(yinYangSplits.train),
        validation: yinYang(yinYangSplits.validation),
        test: yinYang(yinYangSplits.test),
      },
    }),
  },
  "two-orders": { about: "two orders of four spikes; the same two samples in every split", make: twoOrders },
};

function twoOrders(): Omit<ValuesDataset, "name" | "sha256"> {
  // Spikes at 0, 0, 1 and 2, or 0, 0, 2 and 1, where a value of 1 is 0 and one of 0 is 2 (Bacho & Chu's toy).
  const both = {
    values: Float64Array.from([1, 1, 0.5, 0, 1, 1, 0, 0.5]),
    inputs: 4,
    labels: Uint8Array.of(0, 1),
  };
  return { classes: ["in order", "swapped"], splits: { train: both, validation: both, test: both } };
}

/**
 * Load or make a data set.
 *
 * @throws {StateError} and {FormatError} as `loadDataset` does
 */
export async function loadValues(name: string): Promise<ValuesDataset> {
  if (Object.hasOwn(madeDatasets, name)) {
    const made = { name, ...madeDatasets[name].make() };
    const hash = createHash("sha256");
    for (const { values, labels } of Object.values(made.splits)) {
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).update(labels);
    }
    return { ...made, sha256: hash.digest("hex") };
  }
  const dataset = await loadDataset(name);
  const { classes, sha256 } = dataset;
  const [train, validation, test] = (["train", "validation", "test"] as const).map((split) =>
    imageValues(dataset, split),
  );
  return { name, classes, sha256, splits: { train, validation, test } };
}

function imageValues(dataset: Dataset, split: SplitName): LabelledValues {
  const { pixels, labels, imageShape } = splitOf(dataset, split);
  return { values: pixels, inputs: imageShape.reduce((product, size) => product * size, 1), labels };
}
