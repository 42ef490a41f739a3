import { InvalidValueError } from "../base/errors.ts";

/**
 * Whether a search has stopped to pay: the hypervolume has grown by at most a share of itself over the last
 * trials. Never before there are more trials than that, nor while the volume is 0.
 *
 * @param volumes - one a trial, in their order (`hypervolumeHistory`)
 * @param rule.trials - how many trials are looked back
 * @param rule.leastGain - share of the volume that they must have added for the search to go on
 * @throws {InvalidValueError} for no whole number of trials from 1, or a negative gain
 */
export function hasStalled(
  volumes: readonly number[],
  rule: { readonly trials: number; readonly leastGain: number },
): boolean {
  const { trials, leastGain } = rule;
  if (!(Number.isInteger(trials) && trials >= 1))
    throw new InvalidValueError("stop.trials", "must be a whole number from 1", trials);
  if (!(leastGain >= 0)) throw new InvalidValueError("stop.leastGain", "must be at least 0", leastGain);
  if (volumes.length <= trials) return false;
  const last = volumes[volumes.length - 1];
  const gain = last - volumes[volumes.length - 1 - trials];
  return last > 0 && gain <= leastGain * last;
}
