// The protection a design chose, with its settings filled in.

import type { StreamKey } from "../base/random.ts";
import type { ProtectionCost, RedundantFlips, WeightProtection } from "../fault/protection/protection.ts";
import { drawRedundantFlips } from "../fault/protection/redundant-flips.ts";
import { weightProtections } from "../fault/protection/weight-protections.ts";
import type { StoredWeights } from "../fault/weight-bit-flip.ts";
import type { Model } from "../model/model.ts";
import type { Fields } from "../space/field.ts";
import { type ProtectionSettings, protectionSettingNames } from "./protection-fields.ts";

export interface ChosenProtection {
  readonly name: string;
  cost(model: Model): ProtectionCost;
  /** Cells of its own beside a layer's weights. */
  redundantBits(model: Model, layer: string): number;
  /** Flips of those cells, under the key of the weights' mask and a purpose of their own. */
  drawFlips(model: Model, dose: { readonly bitErrorRate: number; readonly key: StreamKey }): RedundantFlips;
  /** What the network reads: at least the layers struck. */
  protect(model: Model, struck: StoredWeights, redundantFlips: RedundantFlips): StoredWeights;
}

/** null for none, and for designs from before there were any. */
export function chosenProtection(design: Partial<ProtectionSettings> | null): ChosenProtection | null {
  const name = design?.protection ?? "none";
  if (design === null || name === "none") return null;
  const protection = weightProtections[name] as unknown as WeightProtection<Fields>;
  const settings = Object.fromEntries(
    Object.entries(protectionSettingNames[name]).map(([setting, field]) => [
      setting,
      design[field] ?? protection.fields[setting].default,
    ]),
  );
  return {
    name,
    cost: (model) => protection.cost(model, settings),
    redundantBits: (model, layer) => protection.redundantBits(model, layer, settings),
    drawFlips: (model, dose) => drawRedundantFlips(protection, model, settings, dose),
    protect: (model, struck, redundantFlips) =>
      protection.protect({ model, struck, redundantFlips, settings }),
  };
}
