// The words that appear when a network is pointed at.

import type { Front, NetworkFigures } from "../study/front.ts";
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatInterval,
  formatSetting,
  formatShare,
  wordsOf,
} from "./format.ts";
import { furtherMeasures, measuresOf } from "./measures.ts";
import { pointById } from "./network-list.ts";
import { toldSettings } from "./told-settings.ts";

export function networkDetail(front: Front, network: NetworkFigures): string {
  const { energy, drop } = measuresOf(front);
  const energyInterval = energy.of(network);
  const dropInterval = drop.of(network);
  const lines = [
    nameOf(network),
    `accuracy ${formatInterval(network.accuracy, (value) => formatShare(value))}`,
    energyInterval === null
      ? "energy cannot be priced"
      : `energy ${formatInterval(energyInterval, formatEnergy)}`,
    dropInterval === null ? null : `drop ${formatInterval(dropInterval, (value) => formatShare(value))}`,
    ...furtherMeasures(front).map(({ name, of, format }) => {
      const interval = of(network);
      return interval === null ? null : `${wordsOf(name)} ${formatInterval(interval, format)}`;
    }),
    `${formatCount(network.latencySteps, "step")}, ${formatBytes(network.memoryBytes)}`,
  ];
  const point = pointById(front, network.id);
  if (point !== null) lines.push(settingsText(toldSettings(point.design)));
  return lines.filter((line) => line !== null).join("\n");
}

/** `ann-int8: ANN int8, 8-bit activations`; the label alone where it names the id. */
export function nameOf({ id, label }: NetworkFigures): string {
  return label.endsWith(id) ? label : `${id}: ${label}`;
}

/** `steps 4, coding rate, threshold factor 0.9`. */
export function settingsText(design: Readonly<Record<string, number | string | boolean>>): string {
  return Object.entries(design)
    .map(([name, value]) => `${wordsOf(name)} ${formatSetting(value)}`)
    .join(", ");
}
