// Figures of the conversion benchmark: accuracies with their counts and intervals.

import { classify } from "../src/ann/classify.ts";
import { Forward } from "../src/ann/forward.ts";
import { foldBatchNorm } from "../src/convert/fold-batch-norm.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Model } from "../src/model/model.ts";
import { accuracyInterval } from "../src/statistics/accuracy-interval.ts";
import { type BenchRow, benchRow } from "./report.ts";

/** An ANN's accuracy. */
export function annRow(name: string, correct: number, images: ImageSet): BenchRow {
  return benchRow({
    case: name,
    unit: "% right",
    ours: (100 * correct) / images.count,
    better: "higher",
    note: interval(correct, images.count),
  });
}

/** Images an ANN decides right. */
export function countAnn(kernels: Kernels, model: Model, images: ImageSet): number {
  const mark = kernels.mark();
  try {
    const forward = new Forward(kernels, foldBatchNorm(model), { maximumBatch: 100 });
    return classify(forward, { ...images, isCancelled: () => false }).correct;
  } finally {
    kernels.release(mark);
  }
}

export function percent(correct: number, count: number): string {
  return ((100 * correct) / count).toFixed(2);
}

export function interval(correct: number, count: number): string {
  const { low, high } = accuracyInterval(correct, count);
  return `${percent(correct, count)} % of ${count} images (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}
