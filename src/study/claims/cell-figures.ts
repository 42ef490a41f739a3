// The figures of one topology on one data set, each with its interval, from what was measured of it.

import { profiles } from "../../energy/profiles.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import { equivalenceConfidence } from "../../statistics/equivalence-test.ts";
import { type Interval, usualConfidence } from "../../statistics/interval.ts";
import { pairedDifference } from "../../statistics/mean-estimate.ts";
import { meanInterval, studentInterval } from "../../statistics/mean-interval.ts";
import { pairedRatio, resampledRatio } from "../../statistics/paired-ratio.ts";
import {
  accuraciesOf,
  type CellMeasures,
  energiesOf,
  faultsAt,
  resampledDrops,
  rhoOf,
} from "./cell-measures.ts";
import { type Arm, arms } from "./claims-plan.ts";
import type { CellFigures, DropFigures, EnergyFigures, PickFigures } from "./claims-result.ts";
import {
  accountings,
  type ClaimsSettings,
  type Format,
  formats,
  type PickName,
  pickNames,
} from "./claims-settings.ts";

export function cellFigures(cell: CellMeasures, settings: ClaimsSettings): CellFigures {
  return {
    data: cell.data,
    topology: cell.spec.name,
    anns: cell.anns,
    designsTried: cell.designsTried,
    pickedAgainst: cell.pickedAgainst,
    picks: pickNames.map((pick) => {
      const { design, isWithinMargin, accuracy, energyPj, drop } = cell.picks[pick];
      const values: Readonly<Record<string, string | number | boolean>> = design;
      return {
        pick,
        design: Object.fromEntries(Object.keys(settings.designs).map((field) => [field, values[field]])),
        isWithinMargin,
        validationAccuracy: accuracy,
        validationEnergyPj: energyPj,
        validationDrop: drop,
      };
    }),
    figures: pickNames.flatMap((pick) => formats.map((format) => pickFigures(cell, settings, pick, format))),
  };
}

function pickFigures(
  cell: CellMeasures,
  { figures: { bitErrorRates } }: ClaimsSettings,
  pick: PickName,
  format: Format,
): PickFigures {
  const { design } = cell.picks[pick];
  return {
    pick,
    format,
    arms: arms.map((arm) => {
      const measured = cell.measured(arm, format, design);
      return {
        arm,
        correct: measured.clean.map(({ correctPerStep }) => correctPerStep.at(-1) ?? 0),
        accuracy: meanInterval(accuraciesOf(measured), [0, 1], "networks"),
        rho: rhoOf(measured),
      };
    }),
    accuracyDifference: accuracyDifference(cell, pick, format, equivalenceConfidence(usualConfidence)),
    energy: energyFigures(cell, pick, format),
    drop: bitErrorRates.map((bitErrorRate) => dropFigures(cell, pick, format, bitErrorRate)),
  };
}

/** SNN − ANN, paired by network. */
export function accuracyDifference(
  cell: CellMeasures,
  pick: PickName,
  format: Format,
  confidence: number,
): Interval {
  const { design } = cell.picks[pick];
  const [snn, ann] = (["snn", "ann"] as const).map((arm) => accuraciesOf(cell.measured(arm, format, design)));
  return studentInterval(pairedDifference(snn, ann), [-1, 1], "networks", confidence);
}

function energyFigures(cell: CellMeasures, pick: PickName, format: Format): readonly EnergyFigures[] {
  const against = ["ann", "ann-skip", "levels-skip"] as const;
  return Object.keys(profiles).flatMap((profile) =>
    accountings.flatMap((accounting) =>
      against.map((other): EnergyFigures => {
        const { others, snns } = energyPairs(cell, { pick, format, profile, accounting, against: other });
        const mean = (values: readonly number[] | null): number | null =>
          values === null ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
        const ratio = others === null || snns === null ? null : energyRatio(others, snns, usualConfidence);
        return { profile, accounting, against: other, otherPj: mean(others), snnPj: mean(snns), ratio };
      }),
    ),
  );
}

/** Energies of an inference by network, null where the profile has no price. */
export function energyPairs(
  cell: CellMeasures,
  choice: Pick<EnergyFigures, "profile" | "accounting" | "against"> & {
    readonly pick: PickName;
    readonly format: Format;
  },
): { readonly others: readonly number[] | null; readonly snns: readonly number[] | null } {
  const { pick, format, accounting, against } = choice;
  const { design } = cell.picks[pick];
  const profile = profiles[choice.profile];
  const arm: Arm = against === "levels-skip" ? "levels" : "ann";
  const skipsZeros = against !== "ann";
  return {
    others: energiesOf(cell.measured(arm, format, design), profile, accounting, skipsZeros),
    snns: energiesOf(cell.measured("snn", format, design), profile, accounting, false),
  };
}

/** other / SNN; the profile's own uncertainty, common to both, is not in it. */
export function energyRatio(
  others: readonly number[],
  snns: readonly number[],
  confidence: number,
): Interval | null {
  const range = [0, Number.MAX_VALUE] as const;
  return pairedRatio({ numerator: others, denominator: snns, range, confidence, what: "networks" }).ratio;
}

function dropFigures(cell: CellMeasures, pick: PickName, format: Format, bitErrorRate: number): DropFigures {
  const means = resampledDrops(cell, { pick, format, bitErrorRate });
  const snn = arms.indexOf("snn");
  const others = arms.filter((arm) => arm !== "snn");
  const pairs = others.map((arm) => ({
    arm,
    ...resampledRatio(means, { numerator: arms.indexOf(arm), denominator: snn }),
  }));
  const drops = Object.fromEntries([
    ...pairs.map(({ arm, numerator }) => [arm, numerator]),
    ["snn", pairs[0].denominator],
  ]) as Record<Arm, Interval>;
  const struck = (arm: Arm): Evaluation["faults"] =>
    cell
      .measured(arm, format, cell.picks[pick].design)
      .struck.flatMap((blocks) => blocks.map((block) => faultsAt(block, bitErrorRate)));
  const masks = struck("ann").flatMap(({ seeds }) => seeds);
  const changed = Object.fromEntries(arms.map((arm) => [arm, changedShare(struck(arm))]));
  return {
    bitErrorRate,
    flippedBits: masks.reduce((sum, { flippedBits }) => sum + flippedBits, 0) / masks.length,
    drops,
    changed: changed as Record<Arm, number>,
    against: pairs.map(({ arm, difference, ratio, reason }) => ({ arm, difference, ratio, reason })),
  };
}

function changedShare(results: Evaluation["faults"]): number {
  let [changed, decisions] = [0, 0];
  for (const { images, seeds } of results) {
    for (const seed of seeds) changed += seed.changed ?? 0;
    decisions += images * seeds.length;
  }
  return changed / decisions;
}
