// Flips of the cells that a protection adds: at the same rate as those of the weights, from the same key
// under a purpose of its own, so that the weights' mask stays that of the unprotected network.

import type { StreamKey } from "../../base/random.ts";
import { Random } from "../../base/random.ts";
import type { Model } from "../../model/model.ts";
import { checkValue } from "../../space/resolve.ts";
import { soundCells, weightBitFlipFields } from "../weight-bit-flip.ts";
import type { RedundantFlips, WeightProtection } from "./protection.ts";
import { weightLayers } from "./stored-patterns.ts";

/** @throws {InvalidValueError} for a bit error rate that is not from 0 to 1 */
export function drawRedundantFlips<Settings>(
  protection: Pick<WeightProtection, "name"> & {
    redundantBits(model: Model, layer: string, settings: Settings): number;
  },
  model: Model,
  settings: Settings,
  { bitErrorRate, key }: { readonly bitErrorRate: number; readonly key: StreamKey },
): RedundantFlips {
  checkValue("bitErrorRate", weightBitFlipFields.bitErrorRate, bitErrorRate);
  const random = new Random({ ...key, purpose: `${key.purpose}:${protection.name}` });
  const flips: Record<string, Uint32Array> = {};
  for (const layer of weightLayers(model)) {
    const cells = protection.redundantBits(model, layer, settings);
    const flipped: number[] = [];
    for (
      let cell = soundCells(bitErrorRate, random);
      cell < cells;
      cell += 1 + soundCells(bitErrorRate, random)
    )
      flipped.push(cell);
    if (flipped.length > 0) flips[layer] = Uint32Array.from(flipped);
  }
  return flips;
}
