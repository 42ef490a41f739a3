// What a campaign found, as data: over all faults, and by layer, bit, layer and bit, and neuron.
//
// A rate is a mean over faults (fault-estimate.ts), so that what is reported does not depend on how many images
// each fault was tried on, and its interval says how well the faults not drawn are known. Parts of a stratified
// sample count by their share of the population, also within a layer or neuron.

import type { FaultTarget } from "../fault/fault.ts";
import type { Model } from "../model/model.ts";
import type { Interval } from "../statistics/interval.ts";
import { judgeLook } from "../statistics/stopping-rule.ts";
import type { CampaignPlan } from "./campaign-plan.ts";
import type { CampaignSettings } from "./campaign-settings.ts";
import { addFault, type CellSums, emptySums, type FaultCell, faultCells, joinedSums } from "./fault-cells.ts";
import { meanOfFaults, type SampledStratum, shareOfFaults } from "./fault-estimate.ts";
import { type FaultOutcome, faultOutcomes } from "./fault-outcome.ts";
import type { FaultTable } from "./fault-table.ts";

/** How much some faults do. */
export interface Vulnerability {
  /** Faults run. */
  readonly faults: number;
  /** Faults there are; null for draws, which have no end. */
  readonly population: number | null;
  /** Mean share of images whose class a fault changes: the rate of critical faults. */
  readonly critical: Interval;
  /** Mean accuracy a fault costs. */
  readonly accuracyLost: Interval;
  /** Share of faults that change any image's scores. */
  readonly effective: Interval;
  /** Share of faults that change any image's class. */
  readonly deciding: Interval;
  /** Mean share of images, by outcome; they add up to 1. */
  readonly outcomes: Readonly<Record<FaultOutcome, number>>;
}

export interface LayerVulnerability extends Vulnerability {
  readonly target: FaultTarget;
  readonly layer: string;
}

export interface BitVulnerability extends Vulnerability {
  readonly bit: number;
}

export interface NeuronVulnerability {
  readonly target: FaultTarget;
  readonly layer: string;
  /** Output of the layer: a row of dense weights, a channel of a convolution, else the struck value itself. */
  readonly output: number;
  readonly faults: number;
  readonly population: number;
  readonly critical: Interval;
  readonly accuracyLost: Interval;
}

export interface CampaignSummary {
  readonly images: number;
  /** Images whose class is right without faults. */
  readonly goldenCorrect: number;
  readonly overall: Vulnerability;
  readonly byLayer: readonly LayerVulnerability[];
  readonly byBit: readonly BitVulnerability[];
  readonly byLayerAndBit: readonly (LayerVulnerability & BitVulnerability)[];
  readonly byNeuron: readonly NeuronVulnerability[];
}

export interface CampaignResult {
  readonly model: Model;
  readonly settings: CampaignSettings;
  readonly plan: CampaignPlan;
  readonly table: FaultTable;
  readonly images: number;
  readonly goldenCorrect: number;
}

export function campaignSummary(result: CampaignResult): CampaignSummary {
  const { model, settings, plan, table, images, goldenCorrect } = result;
  const nothing = { byLayer: [], byBit: [], byLayerAndBit: [], byNeuron: [] };
  if (plan.population === null)
    return {
      images,
      goldenCorrect,
      overall: vulnerability([drawSums(table, images)], images, settings, "draws"),
      ...nothing,
    };
  const cells = faultCells(model, plan.population, table, images);
  const of = (own: readonly FaultCell[]): Vulnerability =>
    vulnerability(inStrata(own, settings), images, settings, "faults");
  const place = ({ target, layer }: FaultCell) => ({ target, layer });
  const hasBits = (cell: FaultCell): cell is FaultCell & { bit: number } => cell.bit !== null;
  const layers = grouped(cells, ({ site }) => String(site));
  return {
    images,
    goldenCorrect,
    overall: of(cells),
    byLayer: layers.map((own) => ({ ...place(own[0]), ...of(own) })),
    byBit: grouped(cells.filter(hasBits), ({ bit }) => String(bit))
      .map((own) => ({ bit: own[0].bit, ...of(own) }))
      .sort((a, b) => a.bit - b.bit),
    byLayerAndBit: layers.flatMap((layer) =>
      grouped(layer.filter(hasBits), ({ bit }) => String(bit)).map((own) => ({
        ...place(own[0]),
        bit: own[0].bit,
        ...of(own),
      })),
    ),
    byNeuron: layers.flatMap((layer) =>
      grouped(layer, ({ output }) => String(output)).map((own) => {
        const { faults, population, critical, accuracyLost } = of(own);
        const { output } = own[0];
        return { ...place(own[0]), output, faults, population: population ?? 0, critical, accuracyLost };
      }),
    ),
  };
}

/**
 * Whether to stop at a look, and the rate of critical faults there, by the widest interval its shares allow: looks
 * at results must not be fooled by a sample in which nothing has happened yet.
 *
 * @param look - as many trials as the look says are in the table
 */
export function judgeCampaign(
  { model, settings, plan, table, images }: CampaignResult,
  look: number,
): { readonly isDone: boolean; readonly interval: Interval } {
  if (plan.population === null || plan.rule === null) throw new TypeError("a campaign without looks");
  const cells = faultCells(model, plan.population, table, images);
  const strata = inStrata(cells, settings).map((sums) => of(sums, "critical"));
  return judgeLook(plan.rule, look, (confidence) => shareOfFaults(strata, confidence));
}

function drawSums(table: FaultTable, images: number): CellSums {
  const sums = emptySums(Infinity);
  for (let k = 0; k < table.count; k++) addFault(sums, table, k, images);
  return sums;
}

function vulnerability(
  strata: readonly CellSums[],
  images: number,
  { confidence }: CampaignSettings,
  what: string,
): Vulnerability {
  const { population, sampled } = joinedSums(strata);
  const shares = (name: "effective" | "deciding"): Interval =>
    shareOfFaults(
      strata.map((sums) => of(sums, name)),
      confidence,
      what,
    );
  const means = (name: "critical" | "lost", least: number): Interval =>
    meanOfFaults(
      strata.map((sums) => of(sums, name)),
      [least, 1],
      confidence,
      what,
    );
  const seen = strata.filter((sums) => sums.sampled > 0);
  const covered = seen.reduce((sum, own) => sum + own.population, 0);
  const outcome = (code: number): number =>
    seen.reduce((sum, own) => {
      const weight = seen.length === 1 ? 1 : own.population / covered;
      return sum + (weight * own.outcomes[code]) / (own.sampled * images);
    }, 0);
  return {
    faults: sampled,
    population: population === Infinity ? null : population,
    critical: means("critical", 0),
    accuracyLost: means("lost", -1),
    effective: shares("effective"),
    deciding: shares("deciding"),
    outcomes: Object.fromEntries(faultOutcomes.map((name, code) => [name, outcome(code)])) as Record<
      FaultOutcome,
      number
    >,
  };
}

function of(sums: CellSums, name: "critical" | "lost" | "effective" | "deciding"): SampledStratum {
  const { population, sampled } = sums;
  const squares =
    name === "critical" ? sums.criticalSquares : name === "lost" ? sums.lostSquares : sums[name];
  return { population, sampled, sum: sums[name], squares };
}

/** One sum for each stratum the sample was drawn from. */
function inStrata(
  cells: readonly FaultCell[],
  { sampling, stratifyBy }: CampaignSettings,
): readonly CellSums[] {
  if (sampling !== "stratified") return [joinedSums(cells)];
  const name = ({ site, bit }: FaultCell): string =>
    stratifyBy === "layer" ? String(site) : stratifyBy === "bit" ? String(bit) : `${site} ${bit}`;
  return grouped(cells, name).map(joinedSums);
}

function grouped<T>(all: readonly T[], name: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(name(one));
    if (group === undefined) groups.set(name(one), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
