// What the search was measured by and how it ended, a sentence a line; nothing for fronts of older studies.

import type { Front, ReferenceFigure } from "../study/front.ts";
import { formatCount, formatEnergy, formatNumber, formatShare, wordsOf } from "./format.ts";

const sources: Readonly<Record<ReferenceFigure["source"], string>> = {
  given: "as the study says",
  requirement: "the requirement's limit",
  ann: "the int8 ANN's, made worse",
};

export function searchLines(front: Front): readonly string[] {
  return [...referenceLines(front), ...halvingLines(front), ...endLines(front), ...raceLines(front)];
}

function referenceLines({ reference, hypervolume, objectives }: Front): readonly string[] {
  if (reference === undefined) return [];
  const unitOf = (name: string): string => objectives.find((other) => other.name === name)?.unit ?? "1";
  const values = reference.map(
    ({ objective, value, source }) =>
      `${wordsOf(objective)} ${showValue(value, unitOf(objective))} (${sources[source]})`,
  );
  const logs = reference.filter(({ scale }) => scale === "log").map(({ objective }) => wordsOf(objective));
  const counted = logs.length === 0 ? "" : `; ${logs.join(" and ")} by its logarithm`;
  const line = `Trials count from the reference point on: ${values.join(", ")}${counted}.`;
  const last = hypervolume.at(-1);
  if (last === undefined) return [line];
  const reached =
    last.hypervolume > 0
      ? `Hypervolume from there after ${formatCount(hypervolume.length, "trial")}: ${formatNumber(last.hypervolume)}.`
      : "No trial that meets the requirements lies within it; another may be declared as search.reference.";
  return [line, reached];
}

function halvingLines({ halving }: Front): readonly string[] {
  if (halving === undefined) return [];
  const { trials, rungs, failed, imagesSpent, imagesWithout } = halving;
  const stopped = rungs
    .slice(0, -1)
    .map(
      ({ images, stopped: count }) => `${formatNumber(count)} stopped at ${formatNumber(images, 15)} images`,
    );
  const { images, reached } = rungs[rungs.length - 1];
  const whole = `${formatNumber(reached)} had all ${formatNumber(images, 15)}`;
  const lost = failed === 0 ? "" : `, ${formatNumber(failed)} failed`;
  return [
    `Halving: of ${formatCount(trials, "trial")} ${[...stopped, whole].join(", ")}${lost}; ${formatNumber(imagesSpent, 15)} image evaluations in place of ${formatNumber(imagesWithout, 15)}.`,
  ];
}

function endLines({ stalled, halving }: Front): readonly string[] {
  if (stalled === undefined) return [];
  const { trials, budgetTrials, window } = stalled;
  const after =
    halving === undefined
      ? `${formatNumber(trials)} of ${formatCount(budgetTrials, "trial")}`
      : `${formatCount(trials, "measurement")}, before a budget of ${formatCount(budgetTrials, "full evaluation")}`;
  return [
    `The search ended after ${after}: the last ${formatNumber(window)} brought no more hypervolume than its standard error. A larger budget goes on.`,
  ];
}

function raceLines({ race }: Front): readonly string[] {
  if (race === undefined) return [];
  const { designs, beaten, settled, kept, measurements, mostMeasurements, images, level } = race;
  const open = designs.length - beaten.length - settled.length;
  return [
    `Race for the front: of ${formatCount(designs.length, "design")} ${formatNumber(beaten.length)} were beaten, ${formatNumber(settled.length)} stand for certain and ${formatNumber(open)} are not decided and taken by their means, which leaves ${formatNumber(kept.length)}; after ${formatNumber(measurements, 15)} of at most ${formatCount(mostMeasurements, "measurement")} on ${formatNumber(images, 15)} further validation images each. Chance of a wrong decision about a design: at most ${formatShare(level)}, all rivals and looks counted, as far as differences are normal.`,
  ];
}

function showValue(value: number, unit: string): string {
  if (unit === "pJ") return formatEnergy(value);
  return unit === "1" ? formatShare(value) : `${formatNumber(value)} ${unit}`;
}
