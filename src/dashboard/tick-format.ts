// How values are written at the ticks of an axis: shares need no more decimals than tell the ticks apart.

import { formatShare } from "./format.ts";

/** @param format - as the values are written elsewhere */
export function tickFormatOf(
  format: (value: number) => string,
  ticks: readonly number[],
): (value: number) => string {
  const isShare = ticks.length > 0 && format(ticks[0]).endsWith("%");
  if (!isShare) return format;
  const decimals = [0, 1, 2].find((count) =>
    ticks.every((tick) => Math.abs(100 * tick - Number((100 * tick).toFixed(count))) < 1e-6),
  );
  // What needs more than two is written as it is elsewhere: rates of faults may be far below a per cent.
  return decimals === undefined ? format : (value) => formatShare(value, decimals);
}
