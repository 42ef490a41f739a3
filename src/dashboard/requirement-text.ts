// Requirements in words and in the unit they are written in.

import {
  formatBytes,
  formatEnergy,
  formatNumber,
  formatPoints,
  formatSeconds,
  formatShare,
  wordsOf,
} from "./format.ts";

interface Wording {
  readonly words: string;
  readonly limit: (value: number) => string;
  readonly margin: (value: number) => string;
}

const wordings: Readonly<Record<string, Wording>> = {
  minAccuracy: { words: "accuracy at least", limit: (value) => formatShare(value), margin: formatPoints },
  maxEnergyPj: { words: "energy at most", limit: formatEnergy, margin: signed(formatEnergy) },
  maxLatencySteps: { words: "steps at most", limit: formatNumber, margin: signed(formatNumber) },
  maxLatencySeconds: { words: "latency at most", limit: formatSeconds, margin: signed(formatSeconds) },
  maxMemoryBytes: { words: "memory at most", limit: formatBytes, margin: signed(formatBytes) },
  maxDrop: {
    words: "accuracy drop under faults at most",
    limit: (value) => formatShare(value),
    margin: formatPoints,
  },
};

/** `accuracy at least 97.00 %`. */
export function requirementText(name: string, limit: number): string {
  const wording = wordings[name];
  return wording === undefined
    ? `${wordsOf(name)} ${formatNumber(limit)}`
    : `${wording.words} ${wording.limit(limit)}`;
}

/** `margin +1.20 points`. A figure that cannot be told has the lowest margin there is. */
export function marginText(name: string, margin: number | null): string {
  if (margin === null || Math.abs(margin) >= Number.MAX_VALUE || Number.isNaN(margin))
    return "its figure cannot be told";
  return `margin ${(wordings[name]?.margin ?? signed(formatNumber))(margin)}`;
}

function signed(format: (value: number) => string): (value: number) => string {
  return (value) => (value < 0 ? `−${format(-value)}` : `+${format(value)}`);
}
