// The two designs a topology is judged by: the least energy, and the least drop, among those that lose at
// most the margin against the ANN. All figures are of validation images, means over the networks that pick.

import type { SnnDesign } from "../../pipeline/design-space.ts";
import type { PickName } from "./claims-settings.ts";

export interface Candidate {
  readonly design: SnnDesign;
  readonly accuracy: number;
  /** null where the profile has no price. */
  readonly energyPj: number | null;
  readonly drop: number;
}

export interface Pick extends Candidate {
  /** False where no design was accurate enough: this one is the most accurate. */
  readonly isWithinMargin: boolean;
}

/** @param least - accuracy a design must have */
export function pickDesign(candidates: readonly Candidate[], by: PickName, least: number): Pick {
  // Margins are written in decimals, which accuracies of so many images miss by a rounding error.
  const within = candidates.filter(({ accuracy }) => accuracy >= least - 1e-9);
  if (within.length === 0) {
    const [best] = [...candidates].sort((a, b) => b.accuracy - a.accuracy);
    return { ...best, isWithinMargin: false };
  }
  const energy = ({ energyPj }: Candidate): number => energyPj ?? Number.MAX_VALUE;
  const [best] = [...within].sort((a, b) =>
    by === "energy" ? energy(a) - energy(b) : a.drop - b.drop || energy(a) - energy(b),
  );
  return { ...best, isWithinMargin: true };
}
