// Lists of values as the nested arrays that other simulators take.

import type { Shape } from "../src/model/network.ts";

export function shaped(values: readonly number[], [first, ...rest]: Shape): unknown {
  if (rest.length === 0) return values.slice(0, first);
  const size = values.length / first;
  return Array.from({ length: first }, (_, i) => shaped(values.slice(i * size, (i + 1) * size), rest));
}
