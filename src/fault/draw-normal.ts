// A standard normal number, by Box and Muller (1958): one of the two their angle gives.

import type { Random } from "../base/random.ts";

export function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log1p(-random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
