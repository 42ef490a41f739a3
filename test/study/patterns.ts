// A data set small enough to train on in a moment: three patterns of 4×4 pixels, blurred by noise.

import { Random } from "../../src/base/random.ts";
import type { Dataset, ImageSet } from "../../src/data/dataset.ts";

const patterns = ["1100110000000000", "0000000000110011", "0011001111001100"];

export const patternDataset: Dataset = {
  name: "patterns",
  train: images(600, 0),
  test: images(60, 1),
  classes: ["first", "second", "third"],
  sha256: "ab".repeat(32),
};

function images(count: number, index: number): ImageSet {
  const random = new Random({ seed: 1, trial: -1, purpose: "patterns", index });
  const labels = Uint8Array.from({ length: count }, () => random.integer(patterns.length));
  const pixels = Uint8Array.from({ length: 16 * count }, (_, i) => {
    const isLit = patterns[labels[Math.floor(i / 16)]][i % 16] === "1";
    return (isLit ? 140 : 0) + random.integer(116);
  });
  return { pixels, labels, count, imageShape: [1, 4, 4] };
}
