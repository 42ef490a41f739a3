// Recordings of N-MNIST (Orchard et al. 2015): 34 × 34 pixels, five bytes an event.
//
//   x, y (one byte each), then polarity (highest bit) and 23 bits of microseconds, most significant first
//
// An event at y = 240 says that the clock has run over: it is none itself, and 2¹³ µs are added to all
// that follow. The files of SLAYER's `.bs2` have the same layout.

import { FormatError } from "../base/errors.ts";
import { checkEventRecording, type EventRecording } from "./event-recording.ts";

const eventBytes = 5;
const side = 34;
const overflowRow = 240;
const overflowUs = 2 ** 13;

/** @throws {FormatError} for a file of another length, {InvalidValueError} naming the first event that cannot be */
export function readNMnist(bytes: Uint8Array, where: string): EventRecording {
  if (bytes.length % eventBytes !== 0) {
    throw new FormatError(
      where,
      `must be whole events of ${eventBytes} bytes`,
      `${bytes.length} bytes`,
      "Is the file complete, and is it N-MNIST?",
    );
  }
  const most = bytes.length / eventBytes;
  const recording = {
    width: side,
    height: side,
    polarities: 2 as const,
    timeUs: new Uint32Array(most),
    x: new Uint16Array(most),
    y: new Uint16Array(most),
    polarity: new Uint8Array(most),
  };
  let count = 0;
  let passedUs = 0;
  for (let at = 0; at < bytes.length; at += eventBytes) {
    if (bytes[at + 1] === overflowRow) {
      passedUs += overflowUs;
      continue;
    }
    recording.x[count] = bytes[at];
    recording.y[count] = bytes[at + 1];
    recording.polarity[count] = bytes[at + 2] >> 7;
    recording.timeUs[count++] =
      passedUs + ((bytes[at + 2] & 0x7f) << 16) + (bytes[at + 3] << 8) + bytes[at + 4];
  }
  const events: EventRecording = {
    ...recording,
    timeUs: recording.timeUs.subarray(0, count),
    x: recording.x.subarray(0, count),
    y: recording.y.subarray(0, count),
    polarity: recording.polarity.subarray(0, count),
  };
  checkEventRecording(events, where);
  return events;
}
