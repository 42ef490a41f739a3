// Adjacency matrices of a block of layers as values of a field: which layer feeds which, and how.
//
// A value is one text: a digit a cell (its place in `cells`, 0 for the first: no edge), row by row, rows
// separated by "|". Row i holds the edges that leave node i, in the order of the nodes they enter:
//
//   chained (skip connections; Benmeziane et al. 2023): nodes 0 (the block's input) … L, every layer is fed by
//     the one before it, and the cells are the pairs (i, j) with j ≥ i + 2
//   not chained: nodes 0 (input) … L − 1 (output), and the cells are all pairs (i, j) with i < j
//
// Both have L·(L − 1)/2 cells. Without a chain a node may lie on no path from input to output; its edges make
// no difference, so the canonical matrix has none there. Canonical matrices are equal when the texts are.

import { InvalidValueError } from "../base/errors.ts";

/** A strictly upper-triangular matrix of cells. */
export interface AdjacencyField {
  readonly kind: "adjacency";
  /** What the setting means, as a phrase that ends a sentence. */
  readonly about: string;
  /** L: layers of the block (chained), or nodes (not chained). */
  readonly layers: number;
  /** Kinds of a cell; the first is no edge. */
  readonly cells: readonly string[];
  readonly isChained: boolean;
  readonly default: string;
  /** Set by `narrow`: only the default. */
  readonly isFixed?: boolean;
}

/** One cell: the edge from node `from` to node `to`. */
export interface AdjacencyCell {
  readonly from: number;
  readonly to: number;
  /** Place of its kind in the field's `cells`; 0 is no edge. */
  readonly kind: number;
}

/** So many matrices still have places of their own on a line of 53-bit numbers. */
const mostMatrices = 2 ** 48;

/**
 * @throws {InvalidValueError} when there are fewer than 2 layers or kinds of cells or more than 10 kinds, more
 *   matrices than samplers tell apart, or the default is no such matrix
 */
export function adjacency(
  options: Omit<AdjacencyField, "kind" | "isFixed" | "isChained" | "default"> &
    Partial<Pick<AdjacencyField, "isChained" | "default">>,
): AdjacencyField {
  const { layers, cells, about } = options;
  const where = `field "${about}"`;
  if (!(Number.isInteger(layers) && layers >= 2))
    throw new InvalidValueError(where, "must have at least 2 layers", layers);
  if (cells.length < 2 || cells.length > 10 || new Set(cells).size < cells.length)
    throw new InvalidValueError(where, "must have 2 to 10 different kinds of cells", cells);
  if (cells.length ** cellCount(layers) > mostMatrices)
    throw new InvalidValueError(
      where,
      "must have at most 2^48 matrices",
      `${cells.length}^${cellCount(layers)}`,
      "Use several smaller blocks.",
    );
  const empty = Array.from({ length: layers - 1 }, (_, i) => "0".repeat(layers - 1 - i)).join("|");
  const field: AdjacencyField = { kind: "adjacency", isChained: true, default: empty, ...options };
  if (!isAdjacency(field, field.default))
    throw new InvalidValueError(
      where,
      `must have a matrix such as ${JSON.stringify(empty)} as its default`,
      field.default,
    );
  return field;
}

/** Whether the value is a matrix of the field, canonical or not. */
export function isAdjacency({ layers, cells }: AdjacencyField, value: unknown): value is string {
  if (typeof value !== "string") return false;
  const rows = value.split("|");
  return (
    rows.length === layers - 1 &&
    rows.every(
      (row, i) =>
        row.length === layers - 1 - i &&
        [...row].every((digit) => digit >= "0" && Number(digit) < cells.length),
    )
  );
}

/** All cells in the order of the text, the empty ones too. The value is one of the field's. */
export function cellsOf({ isChained }: AdjacencyField, value: string): AdjacencyCell[] {
  const gap = isChained ? 2 : 1;
  return value
    .split("|")
    .flatMap((row, from) => [...row].map((digit, k) => ({ from, to: from + gap + k, kind: Number(digit) })));
}

/** The text of a matrix: the kinds of its cells in the order of `cellsOf`. */
export function encodeCells({ layers }: AdjacencyField, kinds: readonly number[]): string {
  const digits = kinds.join("");
  let start = 0;
  const rows = Array.from({ length: layers - 1 }, (_, i) => {
    const row = digits.slice(start, start + layers - 1 - i);
    start += row.length;
    return row;
  });
  return rows.join("|");
}

/** The matrix without edges that make no difference: those of nodes on no path from input to output. */
export function canonicalAdjacency(field: AdjacencyField, value: string): string {
  if (field.isChained) return value; // every node lies on the chain
  const cells = cellsOf(field, value);
  const edges = cells.filter(({ kind }) => kind > 0);
  const fed = new Set([0]);
  const used = new Set([field.layers - 1]);
  // Edges go from lower to higher nodes, and cells stand by rows: one pass each way is enough.
  for (const { from, to } of edges) if (fed.has(from)) fed.add(to);
  for (const { from, to } of edges.toReversed()) if (used.has(to)) used.add(from);
  const isAlive = ({ from, to }: AdjacencyCell): boolean => fed.has(from) && used.has(to);
  return encodeCells(
    field,
    cells.map((cell) => (isAlive(cell) ? cell.kind : 0)),
  );
}

/** How many texts there are, canonical or not. */
export function adjacencyCount({ layers, cells }: AdjacencyField): number {
  return cells.length ** cellCount(layers);
}

/** The matrix of an index below `adjacencyCount`: the text's digits as a number. */
export function adjacencyAt(field: AdjacencyField, index: number): string {
  const base = field.cells.length;
  const kinds = new Array<number>(cellCount(field.layers)).fill(0);
  let rest = index;
  for (let i = kinds.length - 1; i >= 0; i--) {
    kinds[i] = rest % base;
    rest = Math.floor(rest / base);
  }
  return encodeCells(field, kinds);
}

/** The index of a matrix, as in `adjacencyAt`. */
export function adjacencyIndex(field: AdjacencyField, value: string): number {
  return cellsOf(field, value).reduce((index, { kind }) => index * field.cells.length + kind, 0);
}

/** Every canonical matrix once, in the order of the texts. */
export function* canonicalAdjacencies(field: AdjacencyField): Generator<string> {
  const count = adjacencyCount(field);
  for (let index = 0; index < count; index++) {
    const value = adjacencyAt(field, index);
    if (canonicalAdjacency(field, value) === value) yield value;
  }
}

/**
 * The canonical matrices one change away: a cell of another kind (an edge flipped), or an edge moved to an empty
 * cell that begins or ends where it did. Each once, without the matrix itself.
 */
export function adjacencyNeighbours(field: AdjacencyField, value: string): readonly string[] {
  const cells = cellsOf(field, value);
  const kinds = cells.map(({ kind }) => kind);
  const found = new Set<string>();
  const add = (changes: readonly (readonly [cell: number, kind: number])[]): void => {
    const changed = [...kinds];
    for (const [cell, kind] of changes) changed[cell] = kind;
    found.add(canonicalAdjacency(field, encodeCells(field, changed)));
  };
  for (const [i, cell] of cells.entries()) {
    for (let kind = 0; kind < field.cells.length; kind++) if (kind !== cell.kind) add([[i, kind]]);
    if (cell.kind === 0) continue;
    for (const [j, other] of cells.entries()) {
      if (other.kind === 0 && (other.from === cell.from || other.to === cell.to))
        add([
          [i, 0],
          [j, cell.kind],
        ]);
    }
  }
  found.delete(canonicalAdjacency(field, value));
  return [...found];
}

function cellCount(layers: number): number {
  return (layers * (layers - 1)) / 2;
}
