// Silent neurons have no gradient. Where too many are silent, the first such layer's neurons that were silent get
// larger weights instead of an update; the bump doubles as long as the same layer needs it (Göltz et al. 2021).

import { eventLanes } from "../kernels/event-forward.ts";
import type { PlannedNeurons } from "./batch-plan.ts";
import type { EventTrainingSettings } from "./event-training-fields.ts";

/** A neuron that hears nothing cannot be woken: doubling ends at so many bumps. */
const mostBumps = 1024;

/** What the last batch needed. */
export interface Silence {
  /** Index among the layers of neurons; −1: none was too silent. */
  readonly layer: number;
  /** What was added to its weights. */
  readonly bump: number;
}

export interface SilentBatch {
  readonly stages: readonly PlannedNeurons[];
  /** In tiles; changed in place. */
  readonly weights: Float32Array;
  /** How often the neurons of a row of weights had no spike. Shape [rows]. */
  readonly silent: Uint32Array;
  readonly samples: number;
  readonly settings: Pick<EventTrainingSettings, "bump" | "silentShare" | "silentOutputShare">;
}

/** @returns the layer that was bumped, if any */
export function bumpSilent(
  { stages, weights, silent, samples, settings }: SilentBatch,
  last: Silence,
): Silence {
  let row = 0;
  for (const [layer, { outputs, positions, inputs, offset }] of stages.entries()) {
    const rows = silent.subarray(row, row + outputs);
    row += outputs;
    const share = rows.reduce((sum, n) => sum + n, 0) / (outputs * positions * samples);
    if (share <= (layer === stages.length - 1 ? settings.silentOutputShare : settings.silentShare)) continue;
    const bump = last.layer === layer ? Math.min(2 * last.bump, mostBumps * settings.bump) : settings.bump;
    for (let n = 0; n < outputs; n++) {
      if (rows[n] === 0) continue;
      const tile = offset + Math.floor(n / eventLanes) * inputs * eventLanes + (n % eventLanes);
      for (let i = 0; i < inputs; i++) weights[tile + i * eventLanes] += bump;
    }
    return { layer, bump };
  }
  return { layer: -1, bump: 0 };
}
