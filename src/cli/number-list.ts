// Options that are several numbers, joined by commas.

import { UsageError } from "../base/errors.ts";

/** `256,128` as numbers; an empty text is no layers. @throws {UsageError} naming the option */
export function wholeNumbers(name: string, given: string): readonly number[] {
  const parts = given === "" ? [] : given.split(",").map((part) => Number(part.trim()));
  if (parts.every((part) => Number.isInteger(part) && part >= 1)) return parts;
  throw new UsageError(
    `--${name} must be whole numbers joined by commas, but got "${given}". Write for example --${name} 256,128.`,
  );
}

/** `0.5` or `0.485,0.456,0.406` as numbers. @throws {UsageError} naming the option */
export function numbers(name: string, given: string): readonly number[] {
  const parts = given.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (parts.every(Number.isFinite)) return parts;
  throw new UsageError(
    `--${name} must be numbers joined by commas, but got "${given}". Write for example --${name} 0.485,0.456,0.406.`,
  );
}
