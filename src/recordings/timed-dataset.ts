// A recorded data set on steps, as training and simulation take it: labels without pixels, and spikes beside them.
//
// Validation is the end of the training part, as everywhere: a sixth of it, 10,000 recordings at most.

import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Dataset, ImageSet, SplitName } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import type { ImageShape } from "../data/image-shape.ts";
import { gridShape, recordedSpikes, type SpikeGrid } from "./recorded-spikes.ts";
import {
  checkRecordedDataset,
  type RecordedDataset,
  type RecordingSet,
  type TargetSeries,
} from "./recording-set.ts";

export interface TimedDataset {
  /** Without pixels. */
  readonly dataset: Dataset;
  readonly spikes: Readonly<Record<SplitName, InputSpikes>>;
  /** Of recordings to decode: what a regression should give. Shapes [recordings, steps, outputs]. */
  readonly targets?: Readonly<Record<SplitName, Float32Array>>;
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
  const targetsOf = (series: readonly TargetSeries[]): Float32Array =>
    seriesOnSteps(series, grid, classes.length);
  return {
    dataset,
    ...(train.series &&
      test.series && {
        targets: {
          train: targetsOf(train.series.slice(0, -held)),
          validation: targetsOf(train.series.slice(-held)),
          test: targetsOf(test.series),
        },
      }),
    spikes: {
      train: spikesOf(train.recordings.slice(0, -held)),
      validation: spikesOf(train.recordings.slice(-held)),
      test: spikesOf(test.recordings),
    },
    dtMs: grid.stepUs / 1000,
  };
}

/** Means over the samples that begin in a step; 0 where a recording has ended. */
function seriesOnSteps(
  series: readonly TargetSeries[],
  { steps, stepUs }: Pick<SpikeGrid, "steps" | "stepUs">,
  outputs: number,
): Float32Array {
  const targets = new Float32Array(series.length * steps * outputs);
  for (const [i, { values, sampleUs }] of series.entries()) {
    const [sums, counts] = [new Float64Array(steps * outputs), new Float64Array(steps)];
    for (let sample = 0; sample < values.length / outputs; sample++) {
      const step = Math.floor((sample * sampleUs) / stepUs + 1e-9);
      if (step >= steps) break;
      counts[step]++;
      for (let j = 0; j < outputs; j++) sums[step * outputs + j] += values[sample * outputs + j];
    }
    targets.set(
      sums.map((sum, at) => sum / Math.max(1, counts[Math.floor(at / outputs)])),
      i * steps * outputs,
    );
  }
  return targets;
}

function unseen({ labels }: RecordingSet, imageShape: ImageShape): ImageSet {
  return { pixels: new Uint8Array(0), labels, count: labels.length, imageShape };
}
