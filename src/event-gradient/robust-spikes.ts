// Spikes that are disturbed on their way: at other times, or lost. Every sample and layer has a stream of its own, so
// that what happens to a sample depends on neither its batch nor the layers before.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import { normal } from "./labelled-trains.ts";
import type { Disturb } from "./measure-events.ts";
import { type SampleEvents, sampleOf, spikeTrainsOf } from "./spike-trains.ts";

/** Names the draws; sample and layer are added. */
export type DisturbanceKey = Pick<StreamKey, "seed" | "trial">;

/**
 * Every spike comes earlier or later by a normal draw. What would come before 0 is mirrored there, what would come after
 * the window is lost, as in training with noise.
 *
 * @param deviationS - standard deviation, s
 * @throws {InvalidValueError} for a deviation that is no number of at least 0
 */
export function jitter(
  { deviationS, windowS }: { readonly deviationS: number; readonly windowS: number },
  key: DisturbanceKey,
): Disturb {
  if (!(deviationS >= 0 && deviationS < Infinity))
    throw new InvalidValueError("deviationS", "must be at least 0 s", deviationS);
  return changed(key, "event jitter", windowS, ({ neuron, timeS }, random) =>
    deviationS === 0
      ? { neuron, timeS }
      : { neuron, timeS: Float64Array.from(timeS, (t) => Math.abs(t + deviationS * normal(random))) },
  );
}

/**
 * Every spike is lost with the same chance. Of one stream those lost at a lower chance are lost at a higher one, too.
 *
 * @throws {InvalidValueError} for a chance that is not from 0 to 1
 */
export function deletion(chance: number, key: DisturbanceKey): Disturb {
  if (!(chance >= 0 && chance <= 1)) throw new InvalidValueError("chance", "must be from 0 to 1", chance);
  return changed(key, "event deletion", Infinity, ({ neuron, timeS }, random) => {
    const kept = Array.from(timeS, () => random.uniform() >= chance);
    const only = (values: ArrayLike<number>): number[] => Array.from(values).filter((_, e) => kept[e]);
    return { neuron: only(neuron), timeS: only(timeS) };
  });
}

function changed(
  key: DisturbanceKey,
  purpose: string,
  windowS: number,
  change: (sample: SampleEvents, random: Random) => SampleEvents,
): Disturb {
  return (trains, firstSample, layer) => {
    const samples = Array.from({ length: trains.samples }, (_, s) => {
      const random = new Random({ ...key, purpose: `${purpose} ${layer}`, index: firstSample + s });
      return change(sampleOf(trains, s), random);
    });
    return spikeTrainsOf(samples, { neurons: trains.neurons, windowS, late: "drop" });
  };
}
