// Outcomes of single faults, summed over cells: one a site, bit and output. Every table and interval of a
// campaign is made of these, so each fault is looked at once.

import type { FaultPopulation } from "../fault/enumerate.ts";
import type { FaultTarget } from "../fault/fault.ts";
import type { Model } from "../model/model.ts";
import { faultOutcomes } from "./fault-outcome.ts";
import type { FaultTable } from "./fault-table.ts";
import { siteGeometry } from "./site-geometry.ts";

/** Sums over the faults drawn. Shares are of images. */
export interface CellSums {
  readonly population: number;
  sampled: number;
  /** Of the share whose class changes, and of its square. */
  critical: number;
  criticalSquares: number;
  /** Of the share turned from right to wrong less that turned right. */
  lost: number;
  lostSquares: number;
  /** Faults that change any image's scores. */
  effective: number;
  /** Faults that change any image's class. */
  deciding: number;
  /** Images by outcome. Shape [outcomes]. */
  readonly outcomes: Float64Array;
}

export interface FaultCell extends CellSums {
  readonly site: number;
  readonly target: FaultTarget;
  readonly layer: string;
  /** null where whole elements are struck. */
  readonly bit: number | null;
  readonly output: number;
}

const width = faultOutcomes.length;
const [changed, harmed, healed] = ["changed", "harmed", "healed"].map((outcome) =>
  faultOutcomes.indexOf(outcome as "changed"),
);

/** Cells without a single fault drawn are there, too. */
export function faultCells(
  model: Model,
  population: FaultPopulation,
  table: FaultTable,
  images: number,
): readonly FaultCell[] {
  const { sites, bits, firsts, steps } = population;
  const geometries = sites.map((own) => siteGeometry(model, own));
  const starts = [0];
  for (const [i, { outputs }] of geometries.entries()) starts.push(starts[i] + outputs * bits[i].length);
  const cells = sites.flatMap(({ target, layer }, site) =>
    Array.from(
      { length: geometries[site].outputs * bits[site].length },
      (_, k): FaultCell => ({
        site,
        target,
        layer,
        bit: bits[site][k % bits[site].length],
        output: Math.floor(k / bits[site].length),
        ...emptySums(geometries[site].perOutput * steps),
      }),
    ),
  );
  let site = 0;
  for (let k = 0; k < table.count; k++) {
    const index = table.indices[k];
    // Neighbours in the order of a campaign are mostly of one site.
    if (index < firsts[site] || index >= firsts[site + 1])
      site = firsts.findIndex((first, i) => index >= first && index < firsts[i + 1]);
    const within = Math.floor((index - firsts[site]) / steps);
    const bit = within % bits[site].length;
    const element = (within - bit) / bits[site].length;
    const output = Math.floor(element / geometries[site].perOutput);
    addFault(cells[starts[site] + output * bits[site].length + bit], table, k, images);
  }
  return cells;
}

export function emptySums(population: number): CellSums {
  return {
    population,
    sampled: 0,
    critical: 0,
    criticalSquares: 0,
    lost: 0,
    lostSquares: 0,
    effective: 0,
    deciding: 0,
    outcomes: new Float64Array(width),
  };
}

/** Add trial `k` of a table, in place. */
export function addFault(sums: CellSums, { outcomes }: FaultTable, k: number, images: number): void {
  const first = k * width;
  const critical = outcomes[first + changed] + outcomes[first + harmed] + outcomes[first + healed];
  const lost = (outcomes[first + harmed] - outcomes[first + healed]) / images;
  sums.sampled++;
  sums.critical += critical / images;
  sums.criticalSquares += (critical / images) ** 2;
  sums.lost += lost;
  sums.lostSquares += lost * lost;
  if (outcomes[first] < images) sums.effective++;
  if (critical > 0) sums.deciding++;
  for (let code = 0; code < width; code++) sums.outcomes[code] += outcomes[first + code];
}

/** Sums of several cells as of one. */
export function joinedSums(cells: readonly CellSums[]): CellSums {
  const joined = emptySums(cells.reduce((sum, { population }) => sum + population, 0));
  for (const cell of cells) {
    joined.sampled += cell.sampled;
    joined.critical += cell.critical;
    joined.criticalSquares += cell.criticalSquares;
    joined.lost += cell.lost;
    joined.lostSquares += cell.lostSquares;
    joined.effective += cell.effective;
    joined.deciding += cell.deciding;
    for (let code = 0; code < width; code++) joined.outcomes[code] += cell.outcomes[code];
  }
  return joined;
}
