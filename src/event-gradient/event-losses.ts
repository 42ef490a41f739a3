// All losses by name, and how to get one that is ready to use.

import { InvalidValueError } from "../base/errors.ts";
import { closest } from "../space/closest.ts";
import { resolve } from "../space/resolve.ts";
import { countLoss } from "./count-loss.ts";
import { earlySpikeLoss } from "./early-spike-loss.ts";
import type { EventLoss, OutputSpikes } from "./event-loss.ts";
import { firstSpikeLoss } from "./first-spike-loss.ts";
import { spikeTimeLoss } from "./spike-time-loss.ts";

export const eventLosses = {
  count: countLoss,
  firstSpike: firstSpikeLoss,
  earlySpike: earlySpikeLoss,
  spikeTime: spikeTimeLoss,
};

export type EventLossName = keyof typeof eventLosses;

/** The loss of one sample; `errors` [spikes] is set, in place. */
export type LossOfSample = (output: OutputSpikes, label: number, errors: Float64Array) => number;

/**
 * A loss with its settings filled in.
 *
 * @throws {InvalidValueError} for unknown losses and settings, and values out of bounds
 */
export function eventLoss(name: string, given: Readonly<Record<string, unknown>> = {}): LossOfSample {
  if (!Object.hasOwn(eventLosses, name)) {
    const guess = closest(name, Object.keys(eventLosses));
    const hint = guess === undefined ? "" : `Did you mean ${guess}?`;
    throw new InvalidValueError("loss", `must be one of ${Object.keys(eventLosses).join(", ")}`, name, hint);
  }
  return prepared(eventLosses[name as EventLossName], given);
}

function prepared(loss: EventLoss, given: Readonly<Record<string, unknown>>): LossOfSample {
  const settings = resolve(`loss.${loss.name}`, loss.fields, given);
  return (output, label, errors) => loss.evaluate(settings, output, label, errors);
}
