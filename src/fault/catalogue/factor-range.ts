// A factor that is as likely to be any value of a range: from a tenth to three times, as SpikeFI has it
// (arXiv 2412.06795), unless set otherwise.

import { InvalidValueError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { float } from "../../space/field.ts";

export const factorFields = {
  low: float({ about: "least factor", unit: "1", low: 0.001, high: 100, default: 0.1 }),
  high: float({ about: "largest factor", unit: "1", low: 0.001, high: 100, default: 3 }),
};

/** @throws {InvalidValueError} where the least factor is above the largest */
export function factorDraw({
  low,
  high,
}: {
  readonly low: number;
  readonly high: number;
}): (random: Random) => number {
  if (low > high) throw new InvalidValueError("settings.low", `must be at most settings.high (${high})`, low);
  return (random) => low + (high - low) * random.uniform();
}
