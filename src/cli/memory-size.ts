// Amounts of memory as people write them: `2GiB`, `512 MiB`, `1.5g`. Always powers of 1024.

import { UsageError } from "../base/errors.ts";

/** What the kernels of one evaluation are given at least. */
const leastBytes = 2 ** 20;

const shifts: Readonly<Record<string, number>> = { "": 0, k: 10, m: 20, g: 30, t: 40 };

/**
 * Read how much memory may be used.
 *
 * @param where - what the reader wrote it after, e.g. `--memory`
 * @returns bytes, a whole number above 0
 * @throws {UsageError} when the text is no amount, or one in which nothing can be done
 */
export function parseSize(where: string, text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text);
  const bytes = match === null ? 0 : Math.floor(Number(match[1]) * 2 ** shifts[match[2].toLowerCase()]);
  if (bytes < leastBytes || !Number.isSafeInteger(bytes)) {
    throw new UsageError(
      `${where} must be an amount of memory of at least 1MiB, but got ${JSON.stringify(text)}. Write it like 512MiB or 2GiB.`,
    );
  }
  return bytes;
}

/** Bytes as people read them: `2 GiB`, `1.5 MiB`. */
export function formatSize(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 2 ** (10 * step);
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${units[step]}`;
}
