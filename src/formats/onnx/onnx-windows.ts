// Windows that go over images: their padding, and kernels as our convolutions have them, with taps side by side
// and as many zeros on both sides. Windows over signals [channels, length] go over images of width 1.

import { sizeOf } from "../../model/shapes.ts";
import { refuse, textAttribute, wholeAttributes } from "./onnx-attributes.ts";
import type { Builder } from "./onnx-builder.ts";
import type { Node } from "./onnx-graph.ts";

/** Along one axis of an image. */
export interface Window {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Zeros around an image, by axis. */
export type Pads = readonly (readonly [begin: number, end: number])[];

/** As given, or as much as auto_pad says. */
export function paddingOf(node: Node, windows: readonly Window[]): Pads {
  const rank = windows.length;
  const auto = textAttribute(node, "auto_pad", "NOTSET");
  if (auto === "VALID") return windows.map(() => [0, 0]);
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    return windows.map(({ size, kernel, stride, dilation }) => {
      const reach = (Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1;
      const total = Math.max(0, reach - size);
      const less = Math.floor(total / 2);
      return auto === "SAME_UPPER" ? [less, total - less] : [total - less, less];
    });
  }
  if (auto !== "NOTSET") refuse(node, "must have a known auto_pad", auto);
  const pads = wholeAttributes(node, "pads") ?? new Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank || pads.some((pad) => pad < 0 || pad > 65_536)) {
    refuse(node, `must have ${2 * rank} pads from 0 to 65536`, pads);
  }
  return windows.map((_, axis) => [pads[axis], pads[axis + rank]]);
}

/** One positive number for each of `rank` axes; 1 where the file has none. */
export function sizesAttribute(node: Node, name: string, rank: number): readonly number[] {
  const sizes = wholeAttributes(node, name) ?? new Array<number>(rank).fill(1);
  if (sizes.length !== rank || sizes.some((size) => size < 1 || size > 65_536)) {
    refuse(node, `must have ${rank} ${name} from 1 to 65536`, sizes);
  }
  return sizes;
}

/** Sizes of one or two axes as those of an image; those of a missing width are `otherwise`. */
export function pairOf(sizes: readonly number[], otherwise: number): readonly [number, number] {
  return [sizes[0], sizes[1] ?? otherwise];
}

/** Taps a kernel may grow to, however few it has; and how many times as many. */
const [leastGrown, mostGrowth] = [2 ** 22, 32];

export interface Kernel {
  /** [outer, inner, height, width] */
  readonly shape: readonly [number, number, number, number];
  readonly data: ArrayLike<number>;
  readonly dilations: readonly [number, number];
  readonly pads: Pads;
}

export interface EvenKernel {
  readonly shape: Kernel["shape"];
  readonly data: ArrayLike<number>;
  readonly padding: readonly [number, number];
}

/**
 * The same convolution with dilation 1 and as much padding on both sides: gaps become taps of 0, and where there
 * are more zeros on one side, taps of 0 stand on the other. Output o = Σ w[i] x[o s + d i − begin] stays what it is.
 */
export function evenKernel(node: Node, kernel: Kernel, builder: Builder): EvenKernel {
  const { shape, data, dilations, pads } = kernel;
  const padding = pairOf(
    pads.map(([begin, end]) => Math.max(begin, end)),
    0,
  );
  const isEven = pads.every(([begin, end]) => begin === end);
  if (isEven && dilations.every((dilation) => dilation === 1)) return { shape, data, padding };
  const [rows, columns] = [0, 1].map((axis) => {
    const [begin, end] = pads[axis] ?? [0, 0];
    const [size, spread] = [shape[axis + 2], dilations[axis]];
    const taps = (size - 1) * spread + 1 + Math.abs(end - begin);
    return { size, spread, taps, first: Math.max(0, end - begin) };
  });
  const grown = [shape[0], shape[1], rows.taps, columns.taps] as const;
  if (sizeOf(grown) > Math.max(leastGrown, mostGrowth * data.length)) {
    refuse(node, "must have padding and dilation that a kernel can take in", `a kernel of [${grown}]`);
  }
  const wide = new Float64Array(sizeOf(grown));
  for (let plane = 0; plane < shape[0] * shape[1]; plane++) {
    for (let i = 0; i < rows.size; i++) {
      for (let j = 0; j < columns.size; j++) {
        const [row, column] = [rows.first + i * rows.spread, columns.first + j * columns.spread];
        wide[(plane * rows.taps + row) * columns.taps + column] =
          data[(plane * rows.size + i) * columns.size + j];
      }
    }
  }
  builder.notes.add(
    isEven
      ? "dilated kernels filled by taps of 0"
      : "kernels of convolutions with more padding on one side widened by taps of 0",
  );
  return { shape: grown, data: wide, padding };
}
