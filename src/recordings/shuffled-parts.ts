// Splits of a set that comes in no order of its own: the same for the same seed, each class cut alike.

import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";

/**
 * Deal the places of a set out to so many parts: every class is shuffled and dealt round, then each part is
 * shuffled, so that a part may be cut anywhere. Parts of a class differ by one at most.
 *
 * @returns places of each part
 * @throws {InvalidValueError} for fewer than 1 part, or more than there are samples
 */
export function shuffledParts(labels: Uint8Array, parts: number, seed: number): readonly Uint32Array[] {
  if (!(Number.isInteger(parts) && parts >= 1 && parts <= labels.length))
    throw new InvalidValueError("parts", `must be a whole number from 1 to ${labels.length}`, parts);
  const dealt: number[][] = Array.from({ length: parts }, () => []);
  let next = 0;
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) {
    const places = [...labels.keys()].filter((i) => labels[i] === label);
    new Random({ seed, trial: -1, purpose: "deal recordings", index: label }).shuffle(places);
    for (const place of places) dealt[next++ % parts].push(place);
  }
  return dealt.map((places, index) => {
    new Random({ seed, trial: -1, purpose: "order recordings", index }).shuffle(places);
    return Uint32Array.from(places);
  });
}
