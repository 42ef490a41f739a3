// Paths of lines and bands through intervals; points whose figure is missing are passed over.

import type { Interval } from "../pipeline/evaluation.ts";
import { isKnown } from "./format.ts";
import { shortNumber } from "./markup.ts";
import { clampedMap, type Scale } from "./scale.ts";

export interface PathPoint {
  /** Pixels. */
  readonly x: number;
  readonly interval: Interval;
}

export function linePath(points: readonly PathPoint[], y: Scale): string {
  const known = points.filter(({ interval }) => isKnown(interval.value));
  return known
    .map(({ x, interval }, i) => `${i === 0 ? "M" : "L"}${at(x, clampedMap(y, interval.value))}`)
    .join("");
}

export function bandPath(points: readonly PathPoint[], y: Scale): string {
  const known = points.filter(({ interval }) => isKnown(interval.low) && isKnown(interval.high));
  if (known.length === 0) return "";
  const over = known.map(({ x, interval }) => at(x, clampedMap(y, interval.high)));
  const back = [...known].reverse().map(({ x, interval }) => at(x, clampedMap(y, interval.low)));
  return `M${[...over, ...back].join("L")}Z`;
}

function at(x: number, y: number): string {
  return `${shortNumber(x)} ${shortNumber(y)}`;
}
