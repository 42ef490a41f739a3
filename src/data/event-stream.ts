// Recordings in the Event Stream format, version 2 (`.es`, neuromorphicsystems), of an event camera.
//
//   "Event Stream", version (3 bytes), type (1 = DVS), width, height (uint16, little-endian), then events:
//   time since the event before · 2 + polarity (1 byte), x, y (uint16, little-endian)
//
// A first byte of 255 lets 127 µs pass without an event; 254 says nothing, so that a reader that has
// lost its place finds it again. Rows are counted from the bottom in the file, from the top here, as
// faery does. Other types (generic, ATIS, colour) hold no brightness changes alone.

import { FormatError } from "../base/errors.ts";
import { checkEventRecording, type EventRecording } from "./event-recording.ts";

const signature = "Event Stream";
const headerBytes = signature.length + 8;
const typeNames: Readonly<Record<number, string>> = { 0: "generic", 1: "DVS", 2: "ATIS", 4: "colour" };
const dvs = 1;
const eventBytes = 5;
const nothing = 254;
const pause = 255;
const pauseUs = 127;
const mostUs = 2 ** 32 - 1;

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for other formats, versions and types, files that are cut off and recordings over 71 minutes
 * @throws {InvalidValueError} naming the first event outside of the camera
 */
export function readEventStream(bytes: Uint8Array, where: string): EventRecording {
  requireHeader(bytes, where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const most = Math.floor((bytes.length - headerBytes) / eventBytes);
  const timeUs = new Uint32Array(most);
  const x = new Uint16Array(most);
  const y = new Uint16Array(most);
  const polarity = new Uint8Array(most);
  let count = 0;
  let nowUs = 0;
  let at = headerBytes;
  while (at < bytes.length) {
    const first = bytes[at];
    if (first === pause || first === nothing) {
      if (first === pause) nowUs += pauseUs;
      at++;
      continue;
    }
    if (at + eventBytes > bytes.length) {
      throw new FormatError(
        `${where} event ${count}`,
        `must have ${eventBytes} bytes`,
        bytes.length - at,
        "The file is cut off.",
      );
    }
    nowUs += first >> 1;
    if (nowUs > mostUs)
      throw new FormatError(`${where} event ${count}`, `must come by ${mostUs} µs`, `${nowUs} µs`);
    timeUs[count] = nowUs;
    polarity[count] = first & 1;
    x[count] = view.getUint16(at + 1, true);
    y[count++] = view.getUint16(at + 3, true);
    at += eventBytes;
  }
  const recording: EventRecording = {
    width: view.getUint16(headerBytes - 4, true),
    height: view.getUint16(headerBytes - 2, true),
    polarities: 2,
    timeUs: timeUs.subarray(0, count),
    x: x.subarray(0, count),
    y: y.subarray(0, count),
    polarity: polarity.subarray(0, count),
  };
  checkEventRecording(recording, where);
  return { ...recording, y: recording.y.map((row) => recording.height - 1 - row) };
}

function requireHeader(bytes: Uint8Array, where: string): void {
  const found = String.fromCharCode(...bytes.subarray(0, signature.length));
  if (found !== signature) throw new FormatError(where, `must begin with "${signature}"`, found);
  const [major, minor, patch, type] = bytes.subarray(signature.length);
  if (major !== 2) {
    throw new FormatError(where, "must be of version 2 of the format", [major, minor, patch].join("."));
  }
  if (type !== dvs) {
    throw new FormatError(where, "must be of type DVS", typeNames[type] ?? type, "Convert it to DVS events.");
  }
  if (bytes.length < headerBytes) {
    throw new FormatError(
      where,
      `must have a header of ${headerBytes} bytes`,
      bytes.length,
      "The file is cut off.",
    );
  }
}
