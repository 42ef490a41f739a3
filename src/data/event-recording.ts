// A recording of an event camera: when and where brightness changed, and which way.

import { InvalidValueError } from "../base/errors.ts";

export interface EventRecording {
  readonly width: number;
  readonly height: number;
  /** 2 for brighter and darker, 1 where nobody tells them apart. */
  readonly polarities: 1 | 2;
  /** Microseconds from the beginning, never decreasing. Shape [events]. */
  readonly timeUs: Uint32Array;
  /** Column from the left, row from the top. */
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  /** 1 brighter, 0 darker. */
  readonly polarity: Uint8Array;
}

/** @throws {InvalidValueError} naming the first event out of order or range; `where` names the recording */
export function checkEventRecording(recording: EventRecording, where: string): void {
  const { width, height, polarities, timeUs, x, y, polarity } = recording;
  for (const [name, { length }] of Object.entries({ x, y, polarity })) {
    if (length === timeUs.length) continue;
    throw new InvalidValueError(
      `${where} ${name}`,
      `must have a value for each of ${timeUs.length} events`,
      length,
    );
  }
  const requireBelow = (name: string, values: ArrayLike<number>, limit: number): void => {
    for (let i = 0; i < values.length; i++) {
      if (values[i] < limit) continue;
      throw new InvalidValueError(`${where} event ${i} ${name}`, `must be below ${limit}`, values[i]);
    }
  };
  requireBelow("x", x, width);
  requireBelow("y", y, height);
  requireBelow("polarity", polarity, polarities);
  for (let i = 1; i < timeUs.length; i++) {
    if (timeUs[i] >= timeUs[i - 1]) continue;
    throw new InvalidValueError(
      `${where} event ${i} time`,
      `must not be before the one ahead of it (${timeUs[i - 1]} µs)`,
      `${timeUs[i]} µs`,
      "Sort the events by time.",
    );
  }
}
