// Values of an objective where differences mean the same everywhere: log10 of those whose ratios count.

import type { Objective } from "./objective.ts";

/** −∞ for 0 on a log scale. */
export function onScale({ scale }: Pick<Objective, "scale">, value: number): number {
  return scale === "log" ? Math.log10(value) : value;
}

/** A small error of a value, to first order. */
export function errorOnScale({ scale }: Pick<Objective, "scale">, value: number, error: number): number {
  return scale === "log" ? error / (value * Math.LN10) : error;
}

/** As much worse than a value as the objective's margin. */
export function worseByMargin(
  { scale, margin, direction }: Pick<Objective, "scale" | "margin" | "direction">,
  value: number,
): number {
  if (scale === "log") return direction === "minimize" ? value * margin : value / margin;
  return direction === "minimize" ? value + margin : value - margin;
}
