// One network on noisy images: the same images under several draws of the noise.

import { subset } from "../data/image-set.ts";
import { type InputNoise, inputNoises, withNoise } from "../fault/input-noise.ts";
import type { Fields } from "../space/field.ts";
import type { NoiseResult } from "./evaluation.ts";
import { goneOn } from "./gone-on.ts";
import type { NoisePlan } from "./noise-plan.ts";
import { correctOf, type NetworkToStrike } from "./run-faults.ts";

/**
 * @throws {InvalidValueError} for a dose the noise does not take, {CancelledError} when cancelled
 */
export function runNoise(
  { runnable, images, cleanPredictions, before: tally, seed }: Omit<NetworkToStrike, "model" | "protection">,
  { kind, dose, seeds, images: most, trial, purpose }: NoisePlan,
): NoiseResult {
  const some = subset(images, 0, Math.min(most, images.count));
  const before = tally?.noise;
  if (before?.images === some.count) return before;
  const from = before?.images ?? 0;
  const noise = inputNoises[kind] as unknown as InputNoise<Fields>;
  return goneOn(before, {
    kind,
    dose,
    cleanCorrect: correctOf(cleanPredictions, some),
    images: some.count,
    seeds: Array.from({ length: seeds }, (_, index) => {
      const key = { seed, trial, purpose: `${purpose} ${kind} ${dose} ${index}` };
      const { correct } = runnable.decide(withNoise(some, noise, { [noise.dose]: dose }, key), from);
      return { index, correct };
    }),
  });
}
