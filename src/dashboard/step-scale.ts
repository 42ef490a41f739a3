// The axis of steps: whole numbers from 1, each in the middle of its column.

import type { Frame } from "./axis.ts";
import { makeScale, type Scale } from "./scale.ts";

export function stepScale(steps: number, { left, right }: Pick<Frame, "left" | "right">): Scale {
  const scale = makeScale({
    kind: "linear",
    values: [0.5, steps + 0.5],
    range: [left, right],
    tickCount: Math.min(steps, (right - left) / 60),
    padding: 0,
  });
  const whole = scale.ticks.filter((tick) => Number.isInteger(tick) && tick >= 1 && tick <= steps);
  return {
    ...scale,
    ticks: [...new Set([1, ...whole])].filter((tick, i, all) => i === 0 || tick > all[i - 1]),
  };
}
