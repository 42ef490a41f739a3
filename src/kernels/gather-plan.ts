// How a convolution of codes lies in memory for steps of many spikes: assembly/gather-convolution.ts.
//
// Only for stride 1 and one group. A tile of 8, 16 or 32 output channels walks with the sums of 3, 5 or 7
// output rows in registers, of which there are 16. Spikes of one place are merged, and those of a few channels
// there: what they weigh together is stored for all their counts, so that they cost what one does.

import { channelOf, type IntConvolution, int16, lanesPerVector, laneVectorsOf } from "./int-convolution.ts";
import type { Kernels } from "./kernels.ts";
import type { SpikeConvolutionShape } from "./spike-convolution.ts";

export interface GatherPlan {
  /** What the kernel reads. */
  readonly numbers: Int32Array;
  readonly sumVectors: number;
  /** Spikes of a segment from which on gathering is faster than scattering. */
  readonly leastSpikes: number;
}

/** More would not stay in a core's cache. */
const mostWeightBytes = 512 * 1024;
/** Within these, channels are merged. */
const mergedWeightBytes = 64 * 1024;
/** A place and a byte share 32 bits. */
const mostTallyBytes = 2 ** 24;
const vectorBytes = 16;
/** A row of counts is read 64 bytes at a time. */
const blockBytes = 64;

/** @returns undefined where this convolution is none to be gathered */
export function planGather(kernels: Kernels, convolution: IntConvolution): GatherPlan | undefined {
  const { shape, multiplicity } = convolution;
  const { input, output, kernel, padding, stride, groups } = shape;
  const form = formOf(shape);
  if (stride[0] !== 1 || stride[1] !== 1 || groups !== 1 || form === undefined) return undefined;
  const laneVectors = laneVectorsOf(shape);
  const tiles = laneVectors / form.lanes;
  const tapBytes = form.rows * form.lanes * vectorBytes;
  const { base, perBlock, levels, blocks } = blockingOf(input[0], multiplicity, tiles * kernel[1] * tapBytes);
  const levelBytes = blocks * kernel[1] * tapBytes;
  if (tiles * levels * levelBytes > mostWeightBytes) return undefined;
  const weights = int16(kernels, (tiles * levels * levelBytes) / 2);
  layCodes(convolution, form, { base, perBlock, levels, blocks }, weights);
  const columns = output[2] + kernel[1] - 1;
  const columnBytes = columnBytesOf(blocks);
  const rowBytes = Math.ceil((columns * columnBytes) / blockBytes) * blockBytes;
  const tallyBytes = input[1] * rowBytes;
  if (tallyBytes >= mostTallyBytes) return undefined;
  const entryOf = kernels.int32(rowBytes);
  for (let byte = 0; byte < rowBytes; byte++) {
    const block = byte % columnBytes;
    entryOf[byte] = (block * kernel[1] + (byte - block) / columnBytes) * tapBytes;
  }
  const numbers = kernels.int32(27);
  numbers.set([
    weights.byteOffset,
    layPlaces(kernels, convolution, { base, perBlock }, { columns, columnBytes, rowBytes }).byteOffset,
    // One more for events that go nowhere.
    kernels.uint8(tallyBytes + 1).byteOffset,
    entryOf.byteOffset,
    kernels.int32(blocks * input[1] * columns).byteOffset,
    kernels.int32(input[1] * (rowBytes / columnBytes + 1)).byteOffset,
    rowBytes,
    input[1],
    columnBytes,
    levelBytes,
    tapBytes,
    kernel[1],
    padding[0] - form.rows + 1,
    output[2],
    output[1],
    tiles,
    levels * levelBytes,
    laneVectors,
    8 * form.rows + form.lanes,
    ...[0, output[1], output[2], laneVectors, output[2] * laneVectors, laneVectors, output[0], 1],
  ]);
  return {
    numbers,
    sumVectors: output[1] * output[2] * laneVectors,
    leastSpikes: leastSpikesOf(shape, tallyBytes, tiles),
  };
}

interface GatherForm {
  /** Output rows in registers. */
  readonly rows: number;
  /** Vectors of lanes in registers. */
  readonly lanes: number;
}

function formOf(shape: SpikeConvolutionShape): GatherForm | undefined {
  const height = shape.kernel[0];
  if (height > 7) return undefined;
  const rows = height <= 3 ? 3 : height <= 5 ? 5 : 7;
  const laneVectors = laneVectorsOf(shape);
  const fitting = [4, 2, 1].filter((lanes) => rows * lanes <= 12 && laneVectors % lanes === 0);
  return { rows, lanes: fitting[0] };
}

/** How channels share bytes: a byte has a digit a channel, which is its count. */
interface Blocking {
  readonly base: number;
  readonly perBlock: number;
  /** Values of a byte, but for 0. */
  readonly levels: number;
  readonly blocks: number;
}

/** @param channelBytes - of one channel's weights */
function blockingOf(channels: number, multiplicity: number, channelBytes: number): Blocking {
  const base = multiplicity + 1;
  const of = (perBlock: number): Blocking => ({
    base,
    perBlock,
    levels: base ** perBlock - 1,
    blocks: Math.ceil(channels / perBlock),
  });
  let best = of(1);
  for (let next = of(2); next.perBlock <= channels; next = of(next.perBlock + 1)) {
    if (next.levels > 255 || next.levels * next.blocks * channelBytes > mergedWeightBytes) break;
    best = next;
  }
  return best;
}

/** Bytes of the counts of one column: a part of 64, or a multiple. */
function columnBytesOf(blocks: number): number {
  if (blocks > blockBytes) return Math.ceil(blocks / blockBytes) * blockBytes;
  return 2 ** Math.ceil(Math.log2(blocks));
}

/** By event: place of its byte, and in the lowest 8 bits what a spike adds to it. */
function layPlaces(
  kernels: Kernels,
  { shape, places }: IntConvolution,
  { base, perBlock }: Pick<Blocking, "base" | "perBlock">,
  tally: { readonly columns: number; readonly columnBytes: number; readonly rowBytes: number },
): Int32Array {
  const { input, padding } = shape;
  const steps = kernels.int32(places.length);
  for (let i = 0; i < places.length; i++) {
    const [c, y, x] = channelOf(places[i], input);
    const column = x + padding[1];
    const isSeen = c < input[0] && column < tally.columns;
    const inRow = column * tally.columnBytes + Math.floor(c / perBlock);
    const byte = isSeen ? y * tally.rowBytes + inRow : input[1] * tally.rowBytes;
    steps[i] = byte * 256 + base ** (c % perBlock);
  }
  return steps;
}

function layCodes(
  { codes, shape }: IntConvolution,
  { rows, lanes }: GatherForm,
  { base, perBlock, levels, blocks }: Blocking,
  weights: Int16Array,
): void {
  const { input, output, kernel } = shape;
  const tileLanes = lanes * lanesPerVector;
  let from = 0;
  for (let o = 0; o < output[0]; o++) {
    const tile = Math.floor(o / tileLanes);
    for (let c = 0; c < input[0]; c++) {
      const block = Math.floor(c / perBlock);
      const digit = base ** (c % perBlock);
      for (let ky = 0; ky < kernel[0]; ky++) {
        for (let kx = 0; kx < kernel[1]; kx++, from++) {
          const lane = (rows - 1 - ky) * tileLanes + (o % tileLanes);
          for (let level = 1; level <= levels; level++) {
            const count = Math.floor(level / digit) % base;
            const tap = ((tile * levels + level - 1) * blocks + block) * kernel[1] + kx;
            weights[tap * rows * tileLanes + lane] += count * codes[from];
          }
        }
      }
    }
  }
}

/** From the cost of an empty walk, and what a spike costs more if it is scattered; measured in cycles. */
function leastSpikesOf(
  { input, output, kernel }: SpikeConvolutionShape,
  tallyBytes: number,
  tiles: number,
): number {
  const walk = tallyBytes / 4 + tiles * output[2] * input[1] * 16;
  const saved = kernel[0] * kernel[1] * Math.ceil(output[0] / lanesPerVector);
  return Math.ceil(walk / saved);
}
