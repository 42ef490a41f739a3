// Recordings on the command line: which set, where it lies, and on what steps.

import { InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import { loadRecordings, timedRecordings } from "../node/recorded-data.ts";
import { recordedSets } from "../recordings/recorded-sets.ts";
import { gridShape } from "../recordings/recorded-spikes.ts";
import type { TimedDataset } from "../recordings/timed-dataset.ts";
import { float, int, text, type Values } from "../space/field.ts";

export const recordedNames = Object.keys(recordedSets).join(", ");

export const recordedOptions = {
  dataFolder: text({ about: "recordings: where their files lie [default: their usual places]", default: "" }),
  stepMs: float({
    about: "recordings: length of a step; 0: the set's own",
    unit: "ms",
    low: 0,
    high: 1e4,
    default: 0,
  }),
  pool: int({
    about: "recordings: side of the squares of pixels that become one input",
    unit: "pixel",
    low: 1,
    high: 64,
    default: 1,
  }),
};

/** Recordings to train on. */
export async function chosenRecordings(
  name: string,
  { dataFolder: folder, stepMs, pool }: Values<typeof recordedOptions>,
  givenSteps: number | undefined,
): Promise<TimedDataset> {
  const { steps, stepUs } = recordedSets[name];
  const grid = { steps: givenSteps ?? steps, stepUs: stepMs === 0 ? stepUs : 1000 * stepMs, pool };
  const loaded = await loadRecordings(name, { folder, windowUs: grid.steps * grid.stepUs });
  return timedRecordings(loaded, grid);
}

/**
 * Recordings on the steps that a network takes.
 *
 * @throws {InvalidValueError} for a network of images, or inputs that no pooling gives
 */
export async function recordingsFor(
  { inference, network }: Model,
  { name, folder }: { readonly name: string; readonly folder: string },
): Promise<Omit<TimedDataset, "dtMs">> {
  if (inference?.coding !== "events") {
    const got = inference?.coding ?? "an ANN";
    throw new InvalidValueError(
      "the network",
      "must be of coding events to run on recordings",
      got,
      "Train it so: train --method surrogate --data with recordings.",
    );
  }
  const { steps, dtMs } = inference;
  const stepUs = 1000 * dtMs;
  const loaded = await loadRecordings(name, { folder, windowUs: steps * stepUs });
  const [first] = loaded.recorded.train.recordings;
  const pools = Array.from({ length: 64 }, (_, i) => i + 1);
  const pool = pools.find((side) => String(gridShape(first, side)) === String(network.inputShape));
  if (pool === undefined) {
    const shape = gridShape(first).join(" × ");
    throw new InvalidValueError(
      "the network's input",
      `must be ${shape} as the recordings, or pooled`,
      network.inputShape.join(" × "),
    );
  }
  return timedRecordings(loaded, { steps, stepUs, pool });
}
