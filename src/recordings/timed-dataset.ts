// A recorded data set on steps, as training and simulation take it: labels without pixels, and spikes beside them.
//
// Validation is the end of the training part, as everywhere: a sixth of it, 10,000 recordings at most.

import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Dataset, ImageSet, SplitName } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import type { ImageShape } from "../data/image-shape.ts";
import { gridShape, recordedSpikes, type SpikeGrid } from "./recorded-spikes.ts";
import { checkRecordedDataset, type RecordedDataset, type RecordingSet } from "./recording-set.ts";

export interface TimedDataset {
  /** Without pixels. */
  readonly dataset: Dataset;
  readonly spikes: Readonly<Record<SplitName, InputSpikes>>;
  /** Length of a step. */
  readonly dtMs: number;
}

/**
 * @param sha256 - of what was read, for the provenance of networks
 * @throws {InvalidValueError} for recordings that do not fit each other, or fewer than 6 to train on
 */
export function timedDataset(recorded: RecordedDataset, grid: SpikeGrid, sha256: string): TimedDataset {
  checkRecordedDataset(recorded);
  const { name, classes, train, test } = recorded;
  const imageShape = gridShape(train.recordings[0], grid.pool);
  const dataset: Dataset = {
    name,
    classes,
    train: unseen(train, imageShape),
    test: unseen(test, imageShape),
    sha256,
  };
  const held = splitOf(dataset, "validation").count;
  const spikesOf = (recordings: RecordingSet["recordings"]): InputSpikes => recordedSpikes(recordings, grid);
  return {
    dataset,
    spikes: {
      train: spikesOf(train.recordings.slice(0, -held)),
      validation: spikesOf(train.recordings.slice(-held)),
      test: spikesOf(test.recordings),
    },
    dtMs: grid.stepUs / 1000,
  };
}

function unseen({ labels }: RecordingSet, imageShape: ImageShape): ImageSet {
  return { pixels: new Uint8Array(0), labels, count: labels.length, imageShape };
}
