// Which images make up each batch, and how they enter: shuffled by epoch, shifted if asked.
// Both depend only on (seed, epoch, place in the epoch), so any thread can stage any shard.

import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";

/** A shuffled order of `count` images. */
export function epochOrder(seed: number, epoch: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  new Random({ seed, trial: -1, purpose: "shuffle", index: epoch }).shuffle(order);
  return order;
}

/** Where shard `shard` of `shards` begins in a batch of `count`. */
export function shardStart(count: number, shards: number, shard: number): number {
  return Math.floor((count * shard) / shards);
}

export interface StageOptions {
  readonly images: ImageSet;
  /** Order of the epoch; images [from, from + count) of it are staged. */
  readonly order: Uint32Array;
  readonly from: number;
  readonly count: number;
  readonly shiftPixels: number;
  readonly seed: number;
  readonly epoch: number;
  /** Outputs: [count, …image] and [count]. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** Copy images, each moved by up to `shiftPixels` each way; what comes in from outside is 0. */
export function stageImages(options: StageOptions): void {
  const { images, order, from, count, shiftPixels, pixels, labels } = options;
  const size = images.imageShape[0] * images.imageShape[1] * images.imageShape[2];
  for (let n = 0; n < count; n++) {
    const image = order[from + n];
    labels[n] = images.labels[image];
    const source = images.pixels.subarray(image * size, (image + 1) * size);
    const target = pixels.subarray(n * size, (n + 1) * size);
    if (shiftPixels === 0) target.set(source);
    else shiftImage(source, target, images.imageShape, drawShift(options, from + n));
  }
}

function drawShift(
  { seed, epoch, order, shiftPixels }: StageOptions,
  place: number,
): readonly [dy: number, dx: number] {
  const random = new Random({ seed, trial: -1, purpose: "shift", index: epoch * order.length + place });
  const span = 2 * shiftPixels + 1;
  return [random.integer(span) - shiftPixels, random.integer(span) - shiftPixels];
}

function shiftImage(
  source: Uint8Array,
  target: Uint8Array,
  shape: ImageSet["imageShape"],
  [dy, dx]: readonly [number, number],
): void {
  const [channels, height, width] = shape;
  target.fill(0);
  const first = Math.max(0, dx);
  const last = Math.min(width, width + dx);
  for (let c = 0; c < channels; c++) {
    for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
      const to = (c * height + y) * width;
      const from = (c * height + y - dy) * width - dx;
      target.set(source.subarray(from + first, from + last), to + first);
    }
  }
}
