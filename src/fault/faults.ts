// The fault models there are. To add one: a file in this room and a line here.

import type { StreamKey } from "../base/random.ts";
import type { Model } from "../model/model.ts";
import type { Fields } from "../space/field.ts";
import {
  applyFlips,
  drawFlips,
  type FlipMask,
  type StoredWeights,
  weightBitFlipFields,
} from "./weight-bit-flip.ts";

/** A fault model: a mask is drawn from a key, and applied to stored weights in place. */
export interface FaultModel {
  readonly name: string;
  readonly about: string;
  readonly target: "weight";
  readonly fields: Fields;
  /** Draw a mask. The same model sizes, rate and key give the same mask. */
  draw(model: Model, dose: { readonly bitErrorRate: number; readonly key: StreamKey }): FlipMask;
  /** Strike in place; a second time restores. */
  apply(weights: StoredWeights, mask: FlipMask): void;
}

export const faults = {
  "weight-bit-flip": {
    name: "weight-bit-flip",
    about: "each stored weight bit flips independently with the same chance",
    target: "weight",
    fields: weightBitFlipFields,
    draw: drawFlips,
    apply: applyFlips,
  },
} as const satisfies Readonly<Record<string, FaultModel>>;
