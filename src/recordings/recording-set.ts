// Labelled recordings of events: the one form of all data with time, before steps are chosen.
//
// A camera's events, a cochlea's channels, a sensor's level crossings: inputs lie in [polarities, height, width],
// times are microseconds. `recordedSpikes` puts them on steps.

import { InvalidValueError } from "../base/errors.ts";
import { checkEventRecording, type EventRecording } from "../data/event-recording.ts";

/** What a regression should give over a recording. */
export interface TargetSeries {
  /** Shape [samples, outputs]. */
  readonly values: Float64Array;
  readonly sampleUs: number;
}

export interface RecordingSet {
  readonly recordings: readonly EventRecording[];
  /** Class index of every recording. Shape [recordings]. */
  readonly labels: Uint8Array;
  /** Of recordings to decode, one a recording; their labels say nothing, their classes name the outputs. */
  readonly series?: readonly TargetSeries[];
}

export interface RecordedDataset {
  readonly name: string;
  readonly classes: readonly string[];
  /** Training and validation, in an order that may be cut anywhere. */
  readonly train: RecordingSet;
  readonly test: RecordingSet;
}

/** @throws {InvalidValueError} naming the first recording that does not fit the others, or its label the classes */
export function checkRecordedDataset({ name, classes, train, test }: RecordedDataset): void {
  const first = train.recordings[0];
  const shape = ({ polarities, height, width }: EventRecording): string =>
    `${polarities} × ${height} × ${width}`;
  for (const [part, { recordings, labels, series }] of Object.entries({ train, test })) {
    const here = `${name} ${part}`;
    if (recordings.length === 0) throw new InvalidValueError(here, "must have recordings", "none");
    if (labels.length !== recordings.length)
      throw new InvalidValueError(here, `must have ${recordings.length} labels`, labels.length);
    if (series !== undefined && series.length !== recordings.length)
      throw new InvalidValueError(here, `must have ${recordings.length} series to decode`, series.length);
    for (const [i, recording] of recordings.entries()) {
      const where = `${here} recording ${i}`;
      if (shape(recording) !== shape(first))
        throw new InvalidValueError(where, `must be ${shape(first)} as the first one`, shape(recording));
      if (labels[i] >= classes.length)
        throw new InvalidValueError(`${where} label`, `must be below ${classes.length}`, labels[i]);
      checkEventRecording(recording, where);
    }
  }
}

/** The recordings at some places. */
export function pickRecordings(
  { recordings, labels, series }: RecordingSet,
  places: ArrayLike<number>,
): RecordingSet {
  const order = Array.from(places);
  return {
    recordings: order.map((i) => recordings[i]),
    labels: Uint8Array.from(order, (i) => labels[i]),
    ...(series && { series: order.map((i) => series[i]) }),
  };
}
