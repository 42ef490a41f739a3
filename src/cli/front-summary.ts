// A front in a few lines for the terminal: what to ship, beside what, and every point.

import { searchLines } from "../dashboard/search-lines.ts";
import type { EnergyFigure, Front, FrontPoint, NetworkFigures } from "../study/front.ts";

export function frontSummary(front: Front): readonly string[] {
  const { recommendation, networks, points, profiles } = front;
  const all = [...networks, ...points];
  const lines = [
    "",
    recommendation.choice === null
      ? `No network qualifies; nearest miss: ${recommendation.nearestMiss}. ${recommendation.bindingConstraint}.`
      : `Ship ${recommendation.choice}${recommendation.runnerUp === null ? "" : ` (runner-up ${recommendation.runnerUp})`}. ${recommendation.bindingConstraint}.`,
    recommendation.why,
    ...conversionOf(front),
    "",
    `energy under ${profiles[0].name}; figures on ${front.data.testImages} test images, 95 % intervals`,
    row(["network", "accuracy", "drop at highest rate", "energy", "steps"]),
  ];
  for (const network of all) {
    const mark = network.id === recommendation.choice ? "*" : " ";
    lines.push(
      row([
        `${mark} ${network.id}${methodOf(network)}`,
        showAccuracy(network),
        showDrop(network),
        showEnergy(energyOf(network)),
        String(network.latencySteps),
      ]),
    );
  }
  lines.push(...furtherFigures(front));
  const ann = networks.find(({ id }) => id === "ann-int8");
  const bestId = recommendation.ranking.find((id) => points.some((point) => point.id === id));
  const best = points.find(({ id }) => id === bestId);
  if (ann !== undefined && best !== undefined)
    lines.push(
      "",
      ...compare(
        best,
        ann,
        networks.find(({ id }) => id === "ann-int8-skip"),
      ),
    );
  const search = searchLines(front);
  if (search.length > 0) lines.push("", ...search);
  return lines;
}

/** How a point was made, in studies of several methods. */
function methodOf(network: NetworkFigures | FrontPoint): string {
  const method = "design" in network ? network.design["method"] : undefined;
  return method === undefined ? "" : ` ${method}`;
}

/** Why the network to ship, or the nearest miss, is as accurate as it is; nothing for ANNs. */
function conversionOf({ recommendation: { choice, nearestMiss }, points }: Front): readonly string[] {
  const explanation = points.find(({ id }) => id === (choice ?? nearestMiss))?.explanation;
  if (explanation === undefined) return [];
  return [`Its conversion, on ${explanation.images} validation images: ${explanation.advice.summary}`];
}

/** What objectives beyond accuracy, energy and drop say, a line a network; nothing where there are none. */
function furtherFigures({ networks, points, objectives }: Front): readonly string[] {
  const all = [...networks, ...points];
  const further = objectives.filter(({ name }) => all.some((network) => network.objectives?.[name]));
  if (further.length === 0) return [];
  const shown = (network: NetworkFigures): string =>
    further
      .map(({ name, unit }) => {
        const figure = network.objectives?.[name];
        if (figure === undefined) return `${name} –`;
        const show = (value: number): string =>
          unit === "1" ? percent(value) : `${value.toPrecision(3)} ${unit}`;
        return `${name} ${show(figure.value)} (${show(figure.low)}–${show(figure.high)})`;
      })
      .join(", ");
  return ["", ...all.map((network) => `  ${network.id.padEnd(20)} ${shown(network)}`)];
}

/** A ratio with both its sides. */
function compare(
  point: NetworkFigures,
  ann: NetworkFigures,
  skipping: NetworkFigures | undefined,
): readonly string[] {
  const own = energyOf(point)?.energyPj ?? null;
  return [ann, ...(skipping === undefined ? [] : [skipping])].flatMap((other) => {
    const theirs = energyOf(other)?.energyPj ?? null;
    if (own === null || theirs === null) return [];
    const ratio = theirs / own;
    const words = ratio >= 1 ? `${ratio.toFixed(2)} times less` : `${(1 / ratio).toFixed(2)} times more`;
    const points = 100 * (point.accuracy.value - other.accuracy.value);
    return [
      `${point.id} against ${other.id}: ${showPj(own)} to ${showPj(theirs)}, ${words}; accuracy ${points >= 0 ? "+" : ""}${points.toFixed(2)} points`,
    ];
  });
}

function energyOf({ energy }: NetworkFigures): EnergyFigure | undefined {
  return energy[0];
}

function showAccuracy({ accuracy }: NetworkFigures): string {
  return `${percent(accuracy.value)} (${percent(accuracy.low)}–${percent(accuracy.high)})`;
}

function showDrop({ doses }: NetworkFigures): string {
  const worst = doses.reduce<NetworkFigures["doses"][number] | undefined>(
    (highest, dose) => (highest === undefined || dose.bitErrorRate > highest.bitErrorRate ? dose : highest),
    undefined,
  );
  if (worst === undefined) return "–";
  const { drop, bitErrorRate, format } = worst;
  return `${percent(drop.value)} (${percent(drop.low)}–${percent(drop.high)}) ${format} ${bitErrorRate}`;
}

function showEnergy(figure: EnergyFigure | undefined): string {
  return figure?.energyPj == null ? "cannot be priced" : showPj(figure.energyPj);
}

function showPj(energyPj: number): string {
  return energyPj >= 1000 ? `${(energyPj / 1000).toPrecision(3)} nJ` : `${energyPj.toPrecision(3)} pJ`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function row(cells: readonly string[]): string {
  const widths = [22, 29, 40, 18, 5];
  return cells
    .map((cell, i) => cell.padEnd(widths[i]))
    .join(" ")
    .trimEnd();
}
