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
      /** Length of a step, from the time 0 of the recording. */
      readonly binUs: number;
      readonly steps: number;
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
  const { steps } = binning;
  const size = binning.by === "time" ? binning.binUs : binning.eventsPerBin;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new InvalidValueError("steps", "must be a whole number of at least 1", steps);
  }
  if (!(size > 0)) {
    throw new InvalidValueError(binning.by === "time" ? "binUs" : "eventsPerBin", "must be above 0", size);
  }
  const [first] = recordings;
  const inputs = first === undefined ? 0 : first.polarities * first.height * first.width;
  const events: number[] = [];
  const ends: number[] = [];
  let dropped = 0;
  recordings.forEach((recording, r) => {
    requireAlike(recording, first, r);
    const perStep = Array.from({ length: steps }, (): number[] => []);
    for (let i = 0; i < recording.timeUs.length; i++) {
      const index = indexOf(recording, r, i);
      const step = Math.floor((binning.by === "time" ? recording.timeUs[i] : i) / size);
      if (step < steps) perStep[step].push(index);
      else dropped++;
    }
    for (const step of perStep) {
      step.sort((a, b) => a - b);
      for (let k = 0; k < step.length; k++) {
        if (!options.isBinary || k === 0 || step[k] !== step[k - 1]) events.push(step[k]);
      }
      ends.push(events.length);
    }
  });
  const spikes = {
    samples: recordings.length,
    steps,
    inputs,
    events: Int32Array.from(events),
    ends: Int32Array.from(ends),
  };
  return { spikes, dropped };
}

function requireAlike(recording: RecordedEvents, first: RecordedEvents, r: number): void {
  const shape = ({ polarities, height, width }: RecordedEvents): string =>
    `${polarities} × ${height} × ${width}`;
  if (shape(recording) === shape(first)) return;
  throw new InvalidValueError(`recording ${r}`, `must be ${shape(first)} as the first one`, shape(recording));
}

function indexOf({ width, height, polarities, ...events }: RecordedEvents, r: number, i: number): number {
  const [x, y, polarity] = [events.x[i], events.y[i], events.polarity[i]];
  const where = `recording ${r}, event ${i}`;
  if (!(x >= 0 && x < width && y >= 0 && y < height && polarity >= 0 && polarity < polarities)) {
    throw new InvalidValueError(
      where,
      `must lie in ${polarities} × ${height} × ${width}`,
      `${polarity}, ${y}, ${x}`,
    );
  }
  const time = events.timeUs[i];
  if (!(time >= (i === 0 ? 0 : events.timeUs[i - 1]))) {
    throw new InvalidValueError(where, "must not be before the one ahead of it", `${time} µs`);
  }
  return (polarity * height + y) * width + x;
}
