// Where and when a fault model strikes: the dose picks places, the persistence their steps.
//
// Chances draw from a stream for each layer and target, so that the weights of an ANN and of the SNN made from
// it are struck alike, whatever else of the SNN is struck. Counts and densities draw from all sites at once,
// or from those of each layer.

import { Random, type StreamKey } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import { chanceOf, type Dose, drawByChance, drawByCount, isPerStep } from "./dose.ts";
import type { FaultSteps, FaultTarget } from "./fault.ts";
import type { FaultSites } from "./fault-sites.ts";
import { drawSteps, type Persistence, stepsFrom } from "./persistence.ts";

export interface DrawnPlace {
  readonly element: number;
  /** 0 where whole elements are struck. */
  readonly bit: number;
  readonly steps: FaultSteps;
}

export interface DrawnPlaces {
  readonly sites: FaultSites;
  /** In the order of elements and bits, none twice. */
  readonly places: readonly DrawnPlace[];
}

export interface PlaceRequest {
  readonly model: Model;
  readonly sites: readonly FaultSites[];
  /** Checked. */
  readonly dose: Dose;
  /** Checked. */
  readonly persistence: Persistence;
  /** What a dose counts: stored bits, or whole values. */
  readonly strikes: "bit" | "element";
}

/**
 * @returns for each of the sites, in their order, what is struck
 * @throws {InvalidValueError} for a count above the sites, and a dose by second where a step's length is not known
 */
export function drawPlaces(request: PlaceRequest, key: StreamKey): readonly DrawnPlaces[] {
  const { model, sites, dose, persistence, strikes } = request;
  const steps = model.inference?.steps ?? 1;
  const place = (own: FaultSites, cell: number, when: FaultSteps): DrawnPlace => {
    const perElement = strikes === "bit" ? own.bits : 1;
    const bit = cell % perElement;
    const always = model.inference === null && when !== null && when.length > 0;
    return { element: (cell - bit) / perElement, bit, steps: always ? null : when };
  };
  const placesOf = (own: FaultSites, cells: readonly number[]): DrawnPlaces => {
    const random = new Random(streamOf(key, own, "when"));
    return {
      sites: own,
      places: cells.map((cell) => place(own, cell, drawSteps(persistence, steps, random))),
    };
  };
  if (dose.kind === "count" || dose.kind === "density") {
    const cells = drawCells(request, dose, key);
    return sites.map((own, i) => placesOf(own, cells[i]));
  }
  const chance = chanceOf(dose, model);
  return sites.map((own) => {
    const where = streamOf(key, own, "where");
    if (!isPerStep(dose)) return placesOf(own, drawByChance(cellsOf(own, strikes), chance, where));
    const drawn = drawByChance(cellsOf(own, strikes) * steps, chance, where);
    const places = startsByCell(drawn, steps).map(([cell, starts]) =>
      place(own, cell, stepsFrom(persistence, starts, steps)),
    );
    return { sites: own, places };
  });
}

/** A stream for a part of a draw, of one layer and target where they are given. */
export function streamOf(
  key: StreamKey,
  { layer = "", target }: { readonly layer?: string; readonly target?: FaultTarget },
  part: "where" | "when" | "change",
): StreamKey {
  return { ...key, purpose: `${key.purpose}/${layer}/${target ?? ""}/${part}` };
}

function cellsOf({ elements, bits }: FaultSites, strikes: PlaceRequest["strikes"]): number {
  return strikes === "bit" ? elements * bits : elements;
}

/** Cells struck in each of the sites, ascending. */
function drawCells(
  { sites, strikes }: PlaceRequest,
  dose: Extract<Dose, { kind: "count" | "density" }>,
  key: StreamKey,
): readonly (readonly number[])[] {
  const drawn = sites.map(() => [] as number[]);
  for (const group of groupsOf(sites, dose.spread ?? "network")) {
    const sizes = group.map((i) => cellsOf(sites[i], strikes));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const { layer } = sites[group[0]];
    const isByLayer = dose.spread === "layer";
    const where = isByLayer ? `layer ${JSON.stringify(layer)}` : "the network";
    const stream = streamOf(key, isByLayer ? { layer } : {}, "where");
    let k = 0;
    let first = 0; // cell of the k-th sites of the group
    for (const cell of drawByCount(total, dose, where, stream)) {
      while (cell >= first + sizes[k]) first += sizes[k++];
      drawn[group[k]].push(cell - first);
    }
  }
  return drawn;
}

/** Indices of the sites that share a dose. */
function groupsOf(sites: readonly FaultSites[], spread: "network" | "layer"): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [i, { layer }] of sites.entries()) {
    const name = spread === "layer" ? layer : "";
    groups.set(name, [...(groups.get(name) ?? []), i]);
  }
  return [...groups.values()];
}

/** Steps in which each cell is struck; of what is drawn the step counts fastest. */
function startsByCell(drawn: readonly number[], steps: number): readonly (readonly [number, number[]])[] {
  const cells: [number, number[]][] = [];
  for (const index of drawn) {
    const step = index % steps;
    const cell = (index - step) / steps;
    const last = cells[cells.length - 1];
    if (last?.[0] === cell) last[1].push(step);
    else cells.push([cell, [step]]);
  }
  return cells;
}
