// Designs as coordinates for Gaussian processes, and moves between designs.
//
// A field whose values lie on a line becomes one coordinate in [0, 1] (its logarithm's share where it is
// logarithmic); a choice or flag one category; a matrix one category a cell, so that two matrices are as far apart
// as the cells in which they differ. Inactive fields stand at their defaults: designs that are equal have equal
// coordinates. With fidelity there is one coordinate more, which no move changes.

import { adjacencyNeighbours, cellsOf, encodeCells } from "../../space/adjacency.ts";
import type { Field } from "../../space/field.ts";
import { canonical, type DesignValues, isActive, isAllowed, type Space } from "../../space/space.ts";
import { countOf, freeFields, fromUnit, indexOf, isOnLine, toUnit, valueAt } from "../../space/unit-map.ts";

export interface DesignEncoder {
  readonly dimensions: number;
  /** 1 for a category. [dimensions] */
  readonly isCategory: Uint8Array;
  /** 1 where a search may move smoothly: many values on a line. [dimensions] */
  readonly isSmooth: Uint8Array;
  /** Fields a sampler may vary. */
  readonly names: readonly string[];
  /** @param fidelity - share of the full evaluation; 1 unless told */
  readonly encode: (design: DesignValues, fidelity?: number) => Float64Array;
  /** The canonical design nearest to the coordinates; it may be forbidden. */
  readonly decode: (x: Float64Array) => DesignValues;
  /** Coordinates of the design at places in [0, 1) of the fields `names`, or null where it is forbidden. */
  readonly fromPlaces: (places: readonly number[]) => Float64Array | null;
  /** `isSmooth` without coordinates of fields that are inactive in the design. [dimensions] */
  readonly movable: (design: DesignValues) => Uint8Array;
  /** Allowed canonical designs that differ in one field that has no smooth coordinate. */
  readonly neighbours: (design: DesignValues) => readonly DesignValues[];
}

/** Fields on a line with more values than this are moved smoothly, then rounded. */
const fewValues = 16;

export function designEncoder(space: Space, hasFidelity = false): DesignEncoder {
  const names = freeFields(space);
  const parts = names.map((name) => ({ name, field: space.fields[name], start: 0, length: 1 }));
  let dimensions = 0;
  for (const part of parts) {
    part.start = dimensions;
    if (part.field.kind === "adjacency") part.length = cellsOf(part.field, part.field.default).length;
    dimensions += part.length;
  }
  if (hasFidelity) dimensions++;
  const isCategory = new Uint8Array(dimensions);
  const isSmooth = new Uint8Array(dimensions);
  for (const { field, start, length } of parts) {
    isCategory.fill(isOnLine(field) ? 0 : 1, start, start + length);
    isSmooth[start] = isMovedSmoothly(field) ? 1 : 0;
  }
  const isPlain = Object.keys(space.conditions).length === 0 && space.forbidden.length === 0;
  const defaults = Object.fromEntries(
    Object.entries(space.fields).map(([name, field]) => [name, field.default]),
  );

  const encode = (design: DesignValues, fidelity = 1): Float64Array => {
    const x = new Float64Array(dimensions);
    for (const { name, field, start } of parts) write(x, field, start, design[name]);
    // Halving the evaluation is a tenth of the way, whatever it started from.
    if (hasFidelity) x[dimensions - 1] = 1 + Math.log2(fidelity) / 10;
    return x;
  };
  const decode = (x: Float64Array): DesignValues => {
    const design: Record<string, number | string | boolean> = { ...defaults };
    for (const { name, field, start, length } of parts) design[name] = read(x, field, start, length);
    return canonical(space, design);
  };
  const fromPlaces = (places: readonly number[]): Float64Array | null => {
    const design: Record<string, number | string | boolean> = { ...defaults };
    for (const [i, { name, field }] of parts.entries()) design[name] = fromUnit(field, places[i]);
    if (isPlain) return encode(design);
    const proper = canonical(space, design);
    return isAllowed(space, proper) ? encode(proper) : null;
  };
  const movable = (design: DesignValues): Uint8Array => {
    const mask = isSmooth.slice();
    if (isPlain) return mask;
    for (const { name, start } of parts) if (!isActive(space, name, design)) mask[start] = 0;
    return mask;
  };
  const neighbours = (design: DesignValues): readonly DesignValues[] =>
    parts
      .filter(({ name, field }) => !isMovedSmoothly(field) && isActive(space, name, design))
      .flatMap(({ name, field }) =>
        otherValues(field, design[name]).map((value) => canonical(space, { ...design, [name]: value })),
      )
      .filter((other) => isAllowed(space, other));
  return { dimensions, isCategory, isSmooth, names, encode, decode, fromPlaces, movable, neighbours };
}

function isMovedSmoothly(field: Field): boolean {
  return isOnLine(field) && countOf(field) > fewValues;
}

function write(x: Float64Array, field: Field, start: number, value: number | string | boolean): void {
  if (isOnLine(field)) x[start] = toUnit(field, value);
  else if (field.kind === "adjacency")
    for (const [i, { kind }] of cellsOf(field, value as string).entries()) x[start + i] = kind;
  else x[start] = indexOf(field, value);
}

function read(x: Float64Array, field: Field, start: number, length: number): number | string | boolean {
  if (isOnLine(field)) return fromUnit(field, Math.min(1 - 1e-12, Math.max(0, x[start])));
  if (field.kind === "adjacency") return encodeCells(field, [...x.subarray(start, start + length)]);
  return valueAt(field, x[start]);
}

function otherValues(field: Field, value: number | string | boolean): readonly (number | string | boolean)[] {
  if (field.kind === "adjacency") return adjacencyNeighbours(field, value as string);
  const here = indexOf(field, value);
  const all = Array.from({ length: countOf(field) }, (_, index) => index);
  return all.filter((index) => index !== here).map((index) => valueAt(field, index));
}
