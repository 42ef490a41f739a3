// What was measured of one topology on one data set, and the figures that follow from it without another
// run: accuracies, energies and rho by trained network, and resampled means of the drops of all arms.

import type { InputAccounting } from "../../energy/counts.ts";
import { energyOf } from "../../energy/energy-of.ts";
import type { EnergyProfile } from "../../energy/profile.ts";
import type { SnnDesign } from "../../pipeline/design-space.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import { hierarchicalMeans, type ResampledMeans } from "../../statistics/hierarchical-means.ts";
import type { Arm } from "./claims-plan.ts";
import { arms } from "./claims-plan.ts";
import type { Format, PickName, TrainedSpec } from "./claims-settings.ts";
import type { Pick } from "./pick-design.ts";

/** One arm on test images. */
export interface ArmMeasures {
  /** Without faults, by network. */
  readonly clean: readonly Evaluation[];
  /** [networks][blocks] under faults. */
  readonly struck: readonly (readonly Evaluation[])[];
}

export interface CellMeasures {
  readonly data: string;
  readonly spec: TrainedSpec;
  readonly seed: number;
  /** SHA-256 of the trained networks' files. */
  readonly anns: readonly string[];
  readonly designsTried: number;
  /** Validation accuracy of the int8 ANN that designs were picked against. */
  readonly pickedAgainst: number;
  readonly picks: Readonly<Record<PickName, Pick>>;
  readonly measured: (arm: Arm, format: Format, design: SnnDesign) => ArmMeasures;
}

/** Share of right decisions, by network. */
export function accuraciesOf({ clean }: ArmMeasures): readonly number[] {
  return clean.map(({ correctPerStep, images }) => (correctPerStep.at(-1) ?? 0) / images);
}

/**
 * Mean energy of an inference in pJ, by network; null where the profile cannot price the network.
 *
 * @param skipsZeros - an ANN on hardware that skips products with a zero input
 */
export function energiesOf(
  { clean }: ArmMeasures,
  profile: EnergyProfile,
  accounting: InputAccounting,
  skipsZeros: boolean,
): readonly number[] | null {
  const energies: number[] = [];
  for (const { counts, zeroSkippingCounts } of clean) {
    const { energyPj } = energyOf(skipsZeros ? (zeroSkippingCounts ?? counts) : counts, profile, accounting);
    if (energyPj === null) return null;
    energies.push(energyPj);
  }
  return energies;
}

/** Synaptic operations of an inference / products of a dense ANN's, all networks together; null: of all layers. */
export function rhoOf({
  clean,
}: ArmMeasures): readonly { readonly layer: string | null; readonly rho: number }[] {
  const totals = new Map<string, { operations: number; products: number }>();
  for (const { counts } of clean) {
    for (const { layer, synapticOperations, denseProducts } of counts.layers) {
      if (denseProducts === 0) continue;
      const total = totals.get(layer) ?? { operations: 0, products: 0 };
      total.operations += synapticOperations;
      total.products += denseProducts;
      totals.set(layer, total);
    }
  }
  const all = [...totals.values()];
  const sum = (of: (total: { operations: number; products: number }) => number): number =>
    all.reduce((so, total) => so + of(total), 0);
  return [
    ...[...totals].map(([layer, { operations, products }]) => ({ layer, rho: operations / products })),
    { layer: null, rho: sum(({ operations }) => operations) / sum(({ products }) => products) },
  ];
}

/** Which drops: arms are those of the picked design. */
export interface DropChoice {
  readonly pick: PickName;
  readonly format: Format;
  readonly bitErrorRate: number;
}

/**
 * Means of the accuracy lost under one rate, arms in the order of `arms`, resampled over networks, masks
 * and blocks of images together.
 */
export function resampledDrops(cell: CellMeasures, choice: DropChoice): ResampledMeans {
  const { pick, format, bitErrorRate } = choice;
  const { design } = cell.picks[pick];
  const measured = arms.map((arm) => cell.measured(arm, format, design).struck);
  const [first] = measured[0];
  const [networks, blocks] = [measured[0].length, first.length];
  const masks = faultsAt(first[0], bitErrorRate).seeds.length;
  const means = hierarchicalMeans({
    arms: measured.map((struck) => dropsOf(struck, bitErrorRate)),
    networks,
    masks,
    images: blocks,
    key: { seed: cell.seed, trial: -1, purpose: `claims ${cell.data} ${cell.spec.name}`, index: 0 },
  });
  const images = faultsAt(first[0], bitErrorRate).images;
  const method = `hierarchical bootstrap, ${networks} networks × ${masks} masks × ${blocks} blocks of ${images} images`;
  return { ...means, method };
}

/** [networks, masks, blocks] */
function dropsOf(struck: ArmMeasures["struck"], bitErrorRate: number): Float64Array {
  const values: number[] = [];
  for (const blocks of struck) {
    const results = blocks.map((evaluation) => faultsAt(evaluation, bitErrorRate));
    for (let mask = 0; mask < results[0].seeds.length; mask++) {
      for (const { cleanCorrect, images, seeds } of results)
        values.push((cleanCorrect - seeds[mask].correct) / images);
    }
  }
  return Float64Array.from(values);
}

/** The faults of one rate. */
export function faultsAt({ faults }: Evaluation, bitErrorRate: number): Evaluation["faults"][number] {
  return faults.find((fault) => fault.bitErrorRate === bitErrorRate) as Evaluation["faults"][number];
}
