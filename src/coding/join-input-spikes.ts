// Sets of spikes one after the other, so that large ones can be read and encoded in pieces.

import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "./input-spikes.ts";

/**
 * The samples of all sets, in their order; copied.
 *
 * @throws {InvalidValueError} without sets, and naming the first of other steps or inputs
 */
export function joinInputSpikes(sets: readonly InputSpikes[]): InputSpikes {
  if (sets.length === 0) throw new InvalidValueError("sets", "must be at least one", sets.length);
  const { steps, inputs } = sets[0];
  const counts = sets.map(({ ends }) => ends.at(-1) ?? 0);
  const samples = sets.reduce((sum, set) => sum + set.samples, 0);
  const events = new Int32Array(counts.reduce((sum, count) => sum + count, 0));
  const ends = new Int32Array(samples * steps);
  let segment = 0;
  let at = 0;
  for (const [i, set] of sets.entries()) {
    if (set.steps !== steps || set.inputs !== inputs) {
      const got = `${set.steps} steps and ${set.inputs} inputs`;
      throw new InvalidValueError(`sets[${i}]`, `must have ${steps} steps and ${inputs} inputs`, got);
    }
    events.set(set.events.subarray(0, counts[i]), at);
    for (const end of set.ends) ends[segment++] = at + end;
    at += counts[i];
  }
  return { samples, steps, inputs, events, ends };
}
