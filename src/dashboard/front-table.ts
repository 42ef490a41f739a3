// The front as a table: a row a network, settings in columns of their own, references below.

import type { Front, NetworkFigures } from "../study/front.ts";
import { type Cell, numberCell, type Table, textCell } from "./chart.ts";
import {
  formatBytes,
  formatEnergy,
  formatInterval,
  formatNumber,
  formatSeconds,
  formatSetting,
  formatShare,
  wordsOf,
} from "./format.ts";
import { measuresOf } from "./measures.ts";
import { pointById } from "./network-list.ts";

export function frontTable(front: Front): Table {
  const fields = [...new Set(front.points.flatMap(({ design }) => Object.keys(design)))];
  const { drop } = measuresOf(front);
  return {
    head: [
      "network",
      "accuracy",
      "energy",
      drop.title.replace("Accuracy drop", "drop"),
      "steps",
      "latency",
      "memory",
      "ρ",
      ...fields.map(wordsOf),
    ],
    rows: [...front.points, ...front.networks].map((network) => row(front, network, fields)),
  };
}

function row(front: Front, network: NetworkFigures, fields: readonly string[]): readonly Cell[] {
  const { accuracy, latencySteps, latencySeconds, memoryBytes, density } = network;
  const { energy, drop } = measuresOf(front);
  const [energyPj, dropInterval] = [energy.of(network)?.value, drop.of(network)];
  const design = pointById(front, network.id)?.design ?? {};
  const share = (value: number): string => formatShare(value);
  return [
    textCell(network.id),
    numberCell(accuracy.value, () => formatInterval(accuracy, share)),
    energyPj === undefined ? { text: "cannot be priced", value: null } : numberCell(energyPj, formatEnergy),
    numberCell(dropInterval?.value, () => (dropInterval === null ? "" : formatInterval(dropInterval, share))),
    numberCell(latencySteps, String),
    numberCell(latencySeconds, formatSeconds),
    numberCell(memoryBytes, formatBytes),
    numberCell(density.total, (value) => formatNumber(value)),
    ...fields.map((field): Cell => {
      const value = design[field];
      if (value === undefined) return { text: "", value: null };
      return { text: formatSetting(value), value: typeof value === "boolean" ? formatSetting(value) : value };
    }),
  ];
}
