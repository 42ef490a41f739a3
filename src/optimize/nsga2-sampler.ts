// NSGA-II (Deb et al. 2002), steady-state: the population is the best of everything finished, so no
// generation waits for its slowest trial. Order within the population: constraints first (less
// violation is better), then rank, then crowding. Parents by binary tournament; uniform crossover of
// fields, and of the cells of matrices, or for numbers simulated binary crossover; each field mutates with chance 1/d, numbers by a step in the unit
// cube, matrices by an edge flipped or moved, words by a new word.
// Designs already tried are avoided by mutating further.

import { Random } from "../base/random.ts";
import {
  type AdjacencyField,
  adjacencyNeighbours,
  canonicalAdjacency,
  cellsOf,
  encodeCells,
} from "../space/adjacency.ts";
import type { Field } from "../space/field.ts";
import { repaired } from "../space/repair.ts";
import { canonical, type DesignValues, type Space } from "../space/space.ts";
import { countOf, freeFields, fromUnit, isOnLine, toUnit } from "../space/unit-map.ts";
import { rankedTrials } from "./ranked-trials.ts";
import type { PastTrial, SampleRequest, Sampler } from "./sampler.ts";
import { simulatedBinaryChild } from "./simulated-binary-crossover.ts";
import { sobolSampler } from "./sobol-sampler.ts";

const populationSize = 24;
const crossoverChance = 0.9;
/** Width of a number's mutation, as a share of its range. */
const mutationWidth = 0.2;
/** η of simulated binary crossover. */
const crossoverIndex = 20;
const retries = 20;

export interface Nsga2Options {
  /** Of numbers: one parent's, or simulated binary crossover between both. */
  readonly crossover: "uniform" | "sbx";
}

export const nsga2Sampler: Sampler = nsga2SamplerWith({ crossover: "uniform" });

export function nsga2SamplerWith(options: Nsga2Options): Sampler {
  return (request) => sample(request, options);
}

function sample(request: SampleRequest, options: Nsga2Options): readonly DesignValues[] {
  const { space, numbers, seed, startTrials, history, pending = [] } = request;
  const population = rankedTrials(history, request.directions).slice(0, populationSize);
  const tried = new Set(
    [...history, ...pending].map(({ design }) => JSON.stringify(canonical(space, design))),
  );
  const names = freeFields(space);
  return numbers.map((number) => {
    const random = new Random({ seed, trial: number, purpose: "sampler-nsga2", index: 0 });
    const child: Record<string, number | string | boolean> = {};
    if (number < startTrials || population.length < 2) {
      Object.assign(child, sobolSampler({ ...request, numbers: [number] })[0]);
    } else {
      Object.assign(child, cross(space, population, names, random, options));
      mutate(space, names, child, 1 / names.length, random);
    }
    let design = repaired(space, child, { seed, trial: number });
    for (let i = 0; i < retries && tried.has(JSON.stringify(design)); i++) {
      mutate(space, names, child, 2 / names.length, random);
      design = repaired(space, child, { seed, trial: number });
    }
    tried.add(JSON.stringify(design));
    return design;
  });
}

/** Population is sorted, so the lower index wins a tournament. */
function tournament(population: readonly PastTrial[], random: Random): DesignValues {
  const [a, b] = [random.integer(population.length), random.integer(population.length)];
  return population[Math.min(a, b)].design;
}

function cross(
  space: Space,
  population: readonly PastTrial[],
  names: readonly string[],
  random: Random,
  { crossover }: Nsga2Options,
): DesignValues {
  const [first, second] = [tournament(population, random), tournament(population, random)];
  if (random.uniform() >= crossoverChance) return first;
  const child: Record<string, number | string | boolean> = { ...first };
  for (const name of names) {
    const field = space.fields[name];
    if (field.kind === "adjacency") {
      child[name] = crossMatrices(field, String(first[name]), String(second[name]), random);
    } else if (random.uniform() < 0.5) {
      const isBlended = crossover === "sbx" && isOnLine(field);
      child[name] = isBlended ? blend(field, first[name], second[name], random) : second[name];
    }
  }
  return child;
}

function blend(
  field: Field,
  first: number | string | boolean,
  second: number | string | boolean,
  random: Random,
): number | string | boolean {
  const place = simulatedBinaryChild(toUnit(field, first), toUnit(field, second), crossoverIndex, random);
  return fromUnit(field, Math.min(1 - 1e-12, place));
}

/** Every cell from one of the two. */
function crossMatrices(field: AdjacencyField, first: string, second: string, random: Random): string {
  const others = cellsOf(field, second);
  const kinds = cellsOf(field, first).map(({ kind }, i) => (random.uniform() < 0.5 ? kind : others[i].kind));
  return canonicalAdjacency(field, encodeCells(field, kinds));
}

/** In place. */
function mutate(
  space: Space,
  names: readonly string[],
  child: Record<string, number | string | boolean>,
  chance: number,
  random: Random,
): void {
  for (const name of names) {
    if (random.uniform() >= chance) continue;
    const field = space.fields[name];
    if (field.kind === "adjacency") {
      const neighbours = adjacencyNeighbours(field, String(child[name]));
      child[name] = neighbours[random.integer(neighbours.length)];
      continue;
    }
    if (!isOnLine(field)) {
      child[name] = fromUnit(field, random.uniform());
      continue;
    }
    // Sum of two uniforms: a triangular step, more often small than large; reflected at the ends.
    const step = mutationWidth * (random.uniform() + random.uniform() - 1);
    const place = toUnit(field, child[name]) + atLeastOneValue(countOf(field), step);
    child[name] = fromUnit(field, Math.min(1 - 1e-12, Math.abs(place > 1 ? 2 - place : place)));
  }
}

/** A value of a grid moves by one at least, or its mutation would often be none. */
function atLeastOneValue(count: number, step: number): number {
  const least = 1 / count;
  return Math.abs(step) >= least ? step : Math.sign(step) * least;
}
