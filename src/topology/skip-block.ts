// Blocks of layers and the skip connections they may have (Benmeziane et al. 2023): nodes are the block's input (0)
// and its layers, and a strictly upper-triangular matrix says of each pair what leads from one to the other:
// nothing, an addition to the other's input, or a concatenation with it.
//
// In a chained block every layer is fed by the one before it, and the matrix speaks of skips alone; in one that is
// not, the matrix is all there is, and layers on no way from input to output are left out.

import { InvalidValueError } from "../base/errors.ts";
import { type AdjacencyField, adjacency, encodeCells } from "../space/adjacency.ts";

/** Kinds of a cell, in the order of the digits of a matrix's text. */
export const skipKinds = ["none", "add", "concat"] as const;
export type SkipKind = (typeof skipKinds)[number];

export interface SkipBlock {
  readonly kind: "dense" | "conv";
  /** Units, or channels, of each layer. */
  readonly widths: readonly number[];
  /** conv: side of the square kernels, odd, padded so that they keep the size. Default 3. */
  readonly kernel?: number;
  /** conv: stride of the first layer; skips from the block's input are projected with it. Default 1. */
  readonly stride?: number;
  /** Default true. */
  readonly isChained?: boolean;
}

/**
 * The setting that a block's matrix is.
 *
 * @throws {InvalidValueError} for a block with too few layers, or with more matrices than can be told apart
 */
export function skipField(block: SkipBlock, about = "skip connections of the block"): AdjacencyField {
  const { widths, isChained = true } = block;
  const least = isChained ? 2 : 1;
  if (widths.length < least)
    throw new InvalidValueError("block.widths", `must be of at least ${least} layers`, widths.length);
  const layers = isChained ? widths.length : widths.length + 1;
  const plain = adjacency({ about, layers, cells: skipKinds, isChained, default: emptyMatrix(layers) });
  if (isChained) return plain;
  // Without a chain the plainest block is one: cells next to the diagonal, which begin the rows.
  const chain = plain.default
    .split("|")
    .map((row) => `1${row.slice(1)}`)
    .join("|");
  return { ...plain, default: chain };
}

/** The matrix with everything concatenated: that of the supernet. */
export function fullMatrix(block: SkipBlock): string {
  const field = skipField(block);
  const cells = field.default.replaceAll("|", "").length;
  return encodeCells(field, new Array<number>(cells).fill(skipKinds.indexOf("concat")));
}

function emptyMatrix(layers: number): string {
  return Array.from({ length: layers - 1 }, (_, i) => "0".repeat(layers - 1 - i)).join("|");
}
