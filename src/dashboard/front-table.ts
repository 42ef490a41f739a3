// The front as a table: a row a network, settings that differ in columns of their own, references
// below. Settings that all points share are told once, above.

import type { Front, NetworkFigures } from "../study/front.ts";
import { type Cell, networkCell, numberCell, type Table } from "./chart.ts";
import {
  formatBytes,
  formatEnergy,
  formatInterval,
  formatNumber,
  formatSeconds,
  formatSetting,
  formatShare,
  isKnown,
  wordsOf,
} from "./format.ts";
import { furtherMeasures, measuresOf } from "./measures.ts";
import { settingsText } from "./network-detail.ts";
import { allNetworks, pointById } from "./network-list.ts";
import { toldSettings } from "./told-settings.ts";

export function frontTable(front: Front): Table {
  const { drop } = measuresOf(front);
  const fields = differingFields(front);
  // A column of dashes helps nobody.
  const hasSeconds = allNetworks(front).some(({ latencySeconds }) => isKnown(latencySeconds));
  return {
    head: [
      "network",
      "accuracy",
      "energy",
      drop.title.replace("Accuracy drop", "drop"),
      ...furtherMeasures(front).map(({ title }) => title.charAt(0).toLowerCase() + title.slice(1)),
      ...(hasChances(front) ? ["chance on the front"] : []),
      "latency, steps",
      ...(hasSeconds ? ["latency, seconds"] : []),
      "memory",
      "ρ",
      ...fields.map((field) => (field === "network" ? "converted ANN" : wordsOf(field))),
    ],
    rows: [...front.points, ...front.networks].map((network) => row(front, network, fields, hasSeconds)),
  };
}

/** `reset to zero no, percentile 99.9`; empty where points share nothing or are fewer than two. */
export function sharedSettings(front: Front): string {
  const differing = differingFields(front);
  const [first] = front.points;
  if (first === undefined || front.points.length < 2) return "";
  const shared = Object.entries(toldSettings(first.design)).filter(
    ([name]) => name !== "steps" && !differing.includes(name),
  );
  return settingsText(Object.fromEntries(shared));
}

function row(
  front: Front,
  network: NetworkFigures,
  fields: readonly string[],
  hasSeconds: boolean,
): readonly Cell[] {
  const { accuracy, latencySteps, latencySeconds, memoryBytes, density } = network;
  const { energy, drop } = measuresOf(front);
  const [energyPj, dropInterval] = [energy.of(network)?.value, drop.of(network)];
  const design = pointById(front, network.id)?.design ?? {};
  const share = (value: number): string => formatShare(value);
  return [
    networkCell(network),
    numberCell(accuracy.value, () => formatInterval(accuracy, share)),
    energyPj === undefined ? { text: "cannot be priced", value: null } : numberCell(energyPj, formatEnergy),
    numberCell(dropInterval?.value, () => (dropInterval === null ? "" : formatInterval(dropInterval, share))),
    ...furtherMeasures(front).map(({ of, format }) => {
      const interval = of(network);
      return numberCell(interval?.value, () => (interval === null ? "" : formatInterval(interval, format)));
    }),
    ...(hasChances(front)
      ? [numberCell(pointById(front, network.id)?.frontChance, (chance) => formatShare(chance, 0))]
      : []),
    numberCell(latencySteps, String),
    ...(hasSeconds ? [numberCell(latencySeconds, formatSeconds)] : []),
    numberCell(memoryBytes, formatBytes),
    numberCell(density.total, (value) => formatNumber(value)),
    ...fields.map((field): Cell => {
      const value = design[field];
      if (value === undefined) return { text: "", value: null };
      return { text: formatSetting(value), value: typeof value === "boolean" ? formatSetting(value) : value };
    }),
  ];
}

function hasChances({ points }: Front): boolean {
  return points.some(({ frontChance }) => frontChance !== undefined);
}

/** Fields in which points differ (all of a single point's); steps have their column already. */
function differingFields({ points }: Front): readonly string[] {
  const names = [...new Set(points.flatMap(({ design }) => Object.keys(design)))].filter(
    (name) => name !== "steps",
  );
  if (points.length < 2) return names;
  return names.filter((name) => new Set(points.map(({ design }) => design[name])).size > 1);
}
