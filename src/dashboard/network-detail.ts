// The words that appear when a network is pointed at.

import type { Front, NetworkFigures } from "../study/front.ts";
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatInterval,
  formatPoints,
  formatSetting,
  formatShare,
  wordsOf,
} from "./format.ts";
import { measuresOf } from "./measures.ts";
import { pointById } from "./network-list.ts";

export function networkDetail(front: Front, network: NetworkFigures): string {
  const { energy, drop } = measuresOf(front);
  const energyInterval = energy.of(network);
  const dropInterval = drop.of(network);
  const lines = [
    network.id === network.label ? network.id : `${network.id}: ${network.label}`,
    `accuracy ${formatInterval(network.accuracy, (value) => formatShare(value))}`,
    energyInterval === null
      ? "energy cannot be priced"
      : `energy ${formatInterval(energyInterval, formatEnergy)}`,
    dropInterval === null ? null : `drop ${formatInterval(dropInterval, formatPoints)}`,
    `${formatCount(network.latencySteps, "step")}, ${formatBytes(network.memoryBytes)}`,
  ];
  const point = pointById(front, network.id);
  if (point !== null) lines.push(settingsText(point.design));
  return lines.filter((line) => line !== null).join("\n");
}

/** `steps 4, coding rate, threshold factor 0.9`. */
export function settingsText(design: Readonly<Record<string, number | string | boolean>>): string {
  return Object.entries(design)
    .map(([name, value]) => `${wordsOf(name)} ${formatSetting(value)}`)
    .join(", ");
}
