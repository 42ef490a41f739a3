// What the functions of this room ask of their inputs, checked once at the door.
// A NaN among the measurements would spread into every figure, so it is refused by its place.

import { InvalidValueError } from "../base/errors.ts";

/** Numbers in a row, typed or not. */
export interface NumberList {
  readonly length: number;
  readonly [index: number]: number;
}

/** @throws {InvalidValueError} when one is NaN or infinite, naming its place. */
export function requireFinite(where: string, values: NumberList): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new InvalidValueError(
      `${where}[${i}]`,
      "must be a finite number",
      values[i],
      "Leave out what was not measured.",
    );
  }
}

/** @throws {InvalidValueError} unless 0 < value < 1. */
export function requireShare(where: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new InvalidValueError(where, "must lie between 0 and 1", value);
}

/** @throws {InvalidValueError} unless the value is whole and from least to most. */
export function requireCount(where: string, value: number, least: number, most = Infinity): void {
  const isCount = Number.isInteger(value) || (value === Infinity && most === Infinity);
  if (isCount && value >= least && value <= most) return;
  const upTo = most === Infinity ? ` of at least ${least}` : ` from ${least} to ${most}`;
  throw new InvalidValueError(where, `must be a whole number${upTo}`, value);
}
