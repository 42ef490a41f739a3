// Every design once: all values of discrete fields, and evenly spaced points of continuous ones (on the
// logarithm where the field is), ends included.
//
// The order spreads: a scrambled Sobol sequence walks over the cells of the grid, and a cell seen before is
// passed over, so that a search that ends early has looked everywhere. Cells that the walk leaves out follow
// at last. Inactive fields make designs equal; each design counts once. When all are asked, they come again.

import type { Field } from "../space/field.ts";
import { repaired } from "../space/repair.ts";
import { canonical, type DesignValues, isAllowed, type Space } from "../space/space.ts";
import { countOf, freeFields, fromUnit, valueAt } from "../space/unit-map.ts";
import type { Sampler } from "./sampler.ts";
import { owenSobolPoint, sobolShift } from "./sobol.ts";

/** Grids with more cells are walked over only, never counted. */
const mostCells = 100_000;

export const gridSampler: Sampler = gridSamplerWith({ points: 9 });

/** @param options.points - of a continuous field, at least 2 */
export function gridSamplerWith({ points }: { readonly points: number }): Sampler {
  return ({ space, numbers, seed }) => {
    const needed = Math.max(-1, ...numbers) + 1;
    const designs = firstDesigns(space, points, seed, needed);
    return numbers.map((number) => {
      if (designs.length > 0) return designs[number % designs.length];
      // None of the cells is allowed: a design between them, if there is one.
      return repaired(space, defaultsOf(space), { seed, trial: number });
    });
  };
}

/** The first designs of the order, or all if there are fewer. */
function firstDesigns(space: Space, points: number, seed: number, needed: number): readonly DesignValues[] {
  const names = freeFields(space);
  const counts = names.map((name) => levelsOf(space.fields[name], points));
  const cells = counts.reduce((product, count) => product * count, 1);
  const found = new Map<string, DesignValues>();
  const add = (valueAtIndex: (field: Field, index: number) => number | string | boolean): void => {
    const values = Object.fromEntries(names.map((name, i) => [name, valueAtIndex(space.fields[name], i)]));
    const design = canonical(space, { ...defaultsOf(space), ...values });
    if (isAllowed(space, design)) found.set(JSON.stringify(design), design);
  };
  const words = sobolShift(seed, names.length);
  const walk = 4 * Math.min(cells, mostCells) + 16;
  for (let i = 0; i < walk && found.size < needed; i++) {
    const places = owenSobolPoint(i, names.length, words);
    add((field, k) => valueNear(field, places[k], points));
  }
  if (found.size < needed && cells <= mostCells) {
    for (let cell = 0; cell < cells; cell++) {
      let rest = cell;
      add((field, k) => {
        const level = rest % counts[k];
        rest = Math.floor(rest / counts[k]);
        return valueOfLevel(field, level, points);
      });
    }
  }
  return [...found.values()];
}

function defaultsOf({ fields }: Space): DesignValues {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.default]));
}

function levelsOf(field: Field, points: number): number {
  const count = countOf(field);
  return count < Infinity ? count : points;
}

/** The grid's value at a place in [0, 1): near places on the field's own scale mean near values. */
function valueNear(field: Field, place: number, points: number): number | string | boolean {
  if (countOf(field) < Infinity) return fromUnit(field, place);
  return valueOfLevel(field, Math.floor(place * points), points);
}

function valueOfLevel(field: Field, level: number, points: number): number | string | boolean {
  return countOf(field) < Infinity ? valueAt(field, level) : fromUnit(field, level / (points - 1));
}
