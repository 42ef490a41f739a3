// Regularised evolution (Real et al. 2019) for several objectives: the population is the youngest trials, not
// the best; of a few drawn from it the best is the parent, and its child differs in one setting alone. Designs
// that were lucky once die of age. In spaces of matrices this is the search by single edges that others have
// to beat.
//
// The youngest: the last finished by number, so that the same history gives the same designs.

import { Random } from "../base/random.ts";
import { adjacencyNeighbours } from "../space/adjacency.ts";
import type { Field } from "../space/field.ts";
import { repaired } from "../space/repair.ts";
import { canonical, type DesignValues, isActive, type Space } from "../space/space.ts";
import { countOf, freeFields, fromUnit, indexOf, isOnLine, toUnit, valueAt } from "../space/unit-map.ts";
import { rankedTrials } from "./ranked-trials.ts";
import type { Sampler } from "./sampler.ts";
import { sobolSampler } from "./sobol-sampler.ts";

const populationSize = 32;
const tournamentSize = 8;
/** Widest change of a continuous number, as a share of its range. */
const widestStep = 0.3;
const retries = 20;

export const evolutionSampler: Sampler = (request) => {
  const { space, numbers, seed, startTrials, history, directions, pending = [] } = request;
  const youngest = history
    .filter(({ objectives }) => objectives !== null)
    .sort((a, b) => b.number - a.number)
    .slice(0, populationSize);
  const population = rankedTrials(youngest, directions);
  const tried = new Set(
    [...history, ...pending].map(({ design }) => JSON.stringify(canonical(space, design))),
  );
  return numbers.map((number) => {
    const random = new Random({ seed, trial: number, purpose: "sampler-evolution", index: 0 });
    let design = sobolSampler({ ...request, numbers: [number] })[0];
    if (number >= startTrials && population.length > 0) {
      // The population is sorted: the least of some places is the best of some members.
      const places = Array.from({ length: tournamentSize }, () => random.integer(population.length));
      design = repaired(space, population[Math.min(...places)].design, { seed, trial: number });
      design = oneChange(space, design, { seed, trial: number }, random);
    }
    for (let i = 0; i < retries && tried.has(JSON.stringify(design)); i++)
      design = oneChange(space, design, { seed, trial: number }, random);
    tried.add(JSON.stringify(design));
    return design;
  });
};

/** A design that differs in one active setting, and in those that come with it. */
function oneChange(
  space: Space,
  design: DesignValues,
  key: { readonly seed: number; readonly trial: number },
  random: Random,
): DesignValues {
  const names = freeFields(space).filter((name) => isActive(space, name, design));
  if (names.length === 0) return design;
  const name = names[random.integer(names.length)];
  return repaired(space, { ...design, [name]: otherValue(space.fields[name], design[name], random) }, key);
}

/** Another value: a near one where values have an order, a matrix one edge away, else any. */
function otherValue(
  field: Field,
  value: number | string | boolean,
  random: Random,
): number | string | boolean {
  if (field.kind === "adjacency") {
    const neighbours = adjacencyNeighbours(field, String(value));
    return neighbours[random.integer(neighbours.length)];
  }
  const count = countOf(field);
  if (!isOnLine(field))
    return valueAt(field, (indexOf(field, value) + 1 + random.integer(count - 1)) % count);
  const place = toUnit(field, value);
  const step = widestStep * (2 * random.uniform() - 1);
  const moved = fromUnit(field, within(place + step));
  if (moved !== value || count === Infinity) return moved;
  // A step too small for the grid: the neighbour on that side, or on the other at an end.
  const index = indexOf(field, value);
  const next = index + (step < 0 ? -1 : 1);
  return valueAt(field, next < 0 ? 1 : next >= count ? count - 2 : next);
}

/** Reflected at the ends of [0, 1). */
function within(place: number): number {
  return Math.min(1 - 1e-12, Math.abs(place > 1 ? 2 - place : place));
}
