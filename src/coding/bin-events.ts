// Recordings of events as spikes on a grid of steps: by time, or so many events a step.

import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "./input-spikes.ts";

/** Events sorted by time, as `EventRecording` of the data room is. */
export interface RecordedEvents {
  readonly width: number;
  readonly height: number;
  readonly polarities: number;
  readonly timeUs: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly polarity: ArrayLike<number>;
}

export type Binning =
  | {
      readonly by: "time";
      /** Length of a step. */
      readonly binUs: number;
      readonly steps: number;
      /** Begin with each recording's first event, as tonic's frames do, instead of with its time 0. */
      readonly fromFirstEvent?: boolean;
    }
  | { readonly by: "count"; readonly eventsPerBin: number; readonly steps: number };

export interface BinnedEvents {
  readonly spikes: InputSpikes;
  /** Events after the last step, which are left out. */
  readonly dropped: number;
}

/**
 * Put recordings on a grid. Input (polarity · height + y) · width + x stands as often in a step as it has
 * events there, or once if `isBinary`.
 *
 * @throws {InvalidValueError} for steps that hold nothing, recordings of different sizes, events out of
 * range or out of order, naming recording and event
 */
export function binEvents(
  recordings: readonly RecordedEvents[],
  binning: Binning,
  options: { readonly isBinary?: boolean } = {},
): BinnedEvents {
  requireBins(binning);
  const { steps } = binning;
  const [first] = recordings;
  const inputs = first === undefined ? 0 : first.polarities * first.height * first.width;
  const all = recordings.reduce((sum, { timeUs }) => sum + timeUs.length, 0);
  const events = new Int32Array(all);
  const ends = new Int32Array(recordings.length * steps);
  let end = 0;
  let dropped = 0;
  for (const [r, recording] of recordings.entries()) {
    requireAlike(recording, first, r);
    requireEvents(recording, r);
    const lasts = lastEvents(recording, binning);
    for (let step = 0, from = 0; step < steps; from = lasts[step++]) {
      const start = end;
      for (let i = from; i < lasts[step]; i++) events[end++] = inputOf(recording, i);
      if (end - start > 1) end = sortStep(events, start, end, options.isBinary ?? false);
      ends[r * steps + step] = end;
    }
    dropped += recording.timeUs.length - lasts[steps - 1];
  }
  const spikes = { samples: recordings.length, steps, inputs, events: events.slice(0, end), ends };
  return { spikes, dropped };
}

/** Where the events of every step end, in a recording's order. Shape [steps]. */
function lastEvents({ timeUs }: RecordedEvents, binning: Binning): Int32Array {
  const count = timeUs.length;
  const lasts = new Int32Array(binning.steps);
  if (binning.by === "count") {
    return lasts.map((_, step) => Math.min(count, (step + 1) * binning.eventsPerBin));
  }
  const { binUs, steps } = binning;
  const startUs = binning.fromFirstEvent && count > 0 ? timeUs[0] : 0;
  for (let step = 0, i = 0; step < steps; step++) {
    // By division, so that no rounding of (step + 1) · binUs moves an event.
    while (i < count && Math.floor((timeUs[i] - startUs) / binUs) <= step) i++;
    lasts[step] = i;
  }
  return lasts;
}

function inputOf({ width, height, polarity, y, x }: RecordedEvents, i: number): number {
  return (polarity[i] * height + y[i]) * width + x[i];
}

/** Sort a step's events, in place, and leave out repeated ones if it is binary. @returns where they end */
function sortStep(events: Int32Array, start: number, end: number, isBinary: boolean): number {
  events.subarray(start, end).sort();
  if (!isBinary) return end;
  let kept = start + 1;
  for (let i = start + 1; i < end; i++) {
    if (events[i] !== events[i - 1]) events[kept++] = events[i];
  }
  return kept;
}

function requireBins(binning: Binning): void {
  const { steps } = binning;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new InvalidValueError("steps", "must be a whole number of at least 1", steps);
  }
  if (binning.by === "time") {
    const { binUs } = binning;
    if (!(binUs > 0 && binUs < Infinity)) {
      throw new InvalidValueError("binUs", "must be above 0 and finite", binUs);
    }
    return;
  }
  const { eventsPerBin } = binning;
  if (!(Number.isInteger(eventsPerBin) && eventsPerBin >= 1)) {
    throw new InvalidValueError("eventsPerBin", "must be a whole number of at least 1", eventsPerBin);
  }
}

function requireAlike(recording: RecordedEvents, first: RecordedEvents, r: number): void {
  const shape = ({ polarities, height, width }: RecordedEvents): string =>
    `${polarities} × ${height} × ${width}`;
  if (shape(recording) === shape(first)) return;
  throw new InvalidValueError(`recording ${r}`, `must be ${shape(first)} as the first one`, shape(recording));
}

function requireEvents(recording: RecordedEvents, r: number): void {
  const { width, height, polarities, timeUs, x, y, polarity } = recording;
  for (let i = 0, before = 0; i < timeUs.length; i++) {
    const isInside =
      x[i] >= 0 && x[i] < width && y[i] >= 0 && y[i] < height && polarity[i] >= 0 && polarity[i] < polarities;
    if (!isInside) {
      const size = `${polarities} × ${height} × ${width}`;
      const place = `${polarity[i]}, ${y[i]}, ${x[i]}`;
      throw new InvalidValueError(`recording ${r}, event ${i}`, `must lie in ${size}`, place);
    }
    if (!(timeUs[i] >= before && timeUs[i] < Infinity)) {
      throw new InvalidValueError(
        `recording ${r}, event ${i}`,
        i === 0 ? "must not be before time 0" : `must not be before the one ahead of it (${before} µs)`,
        `${timeUs[i]} µs`,
      );
    }
    before = timeUs[i];
  }
}
