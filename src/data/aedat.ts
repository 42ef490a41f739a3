// AEDAT, the recordings of iniVation's event cameras: version 2 (jAER; CIFAR10-DVS) and 3.1 (cAER; DVS128 Gesture).
//
// Both begin with lines of text that begin with "#". Then
//   2     words of address and of microseconds, 32 bits each, most significant byte first
//   3.1   packets: a head of 28 bytes (type int16, source int16, then int32: size of an event, place of its time,
//         overflows of the clock, capacity, number, valid ones), and events of two words, least significant byte first
// A DVS 128's address: bit 0 polarity, 1…7 x, 8…14 y; of a DAVIS's and in 3.1 as `layout` tells.

import { FormatError } from "../base/errors.ts";
import { checkEventRecording, type EventRecording } from "./event-recording.ts";

export interface AddressLayout {
  readonly width: number;
  readonly height: number;
  readonly x: BitField;
  readonly y: BitField;
  readonly polarity: BitField;
  /** An event is one only where these bits are as `value`. */
  readonly valid: BitField & { readonly value: number };
}

interface BitField {
  readonly shift: number;
  readonly bits: number;
}

/**
 * CIFAR10-DVS (Li et al. 2017): a DVS 128 recorded in a DAVIS's address form; bit 11 is 0 for brighter events, and
 * bit 31 stands for a frame's sample.
 */
export const cifar10DvsLayout: AddressLayout = {
  width: 128,
  height: 128,
  x: { shift: 12, bits: 10 },
  y: { shift: 22, bits: 9 },
  polarity: { shift: 11, bits: 1 },
  valid: { shift: 31, bits: 1, value: 0 },
};

/** Polarity events of 3.1. */
const polarityEvents: Omit<AddressLayout, "width" | "height"> = {
  x: { shift: 17, bits: 15 },
  y: { shift: 2, bits: 15 },
  polarity: { shift: 1, bits: 1 },
  valid: { shift: 0, bits: 1, value: 1 },
};
const polarityPacket = 1;
const [packetHeadBytes, eventBytes] = [28, 8];
const longestHead = 2 ** 20;

/**
 * @returns times from the recording's first event on
 * @throws {FormatError} for other versions and torn files, {InvalidValueError} for events outside of the camera
 */
export function readAedat2(bytes: Uint8Array, where: string, layout: AddressLayout): EventRecording {
  const start = headerEnd(bytes, where, "#!AER-DAT2.");
  if ((bytes.length - start) % eventBytes !== 0)
    throw new FormatError(where, `must be whole events of ${eventBytes} bytes`, bytes.length - start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const events = new EventList((bytes.length - start) / eventBytes, layout);
  for (let at = start; at < bytes.length; at += eventBytes)
    events.add(view.getUint32(at), view.getUint32(at + 4));
  return events.recording(where);
}

/**
 * @param range - events from one time on and before another, on the file's clock, µs; default: all
 * @returns times from the range's beginning on, or from the first event
 * @throws {FormatError} for other versions, packed or torn files, {InvalidValueError} for events outside of the camera
 */
export function readAedat31(
  bytes: Uint8Array,
  where: string,
  size: { readonly width: number; readonly height: number },
  range?: { readonly fromUs: number; readonly toUs: number },
): EventRecording {
  const start = headerEnd(bytes, where, "#!AER-DAT3.1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const events = new EventList(Math.floor(bytes.length / eventBytes), { ...size, ...polarityEvents });
  for (let at = start, packet = 0; at < bytes.length; packet++) {
    const here = `${where} packet ${packet}`;
    if (at + packetHeadBytes > bytes.length)
      throw new FormatError(here, `must have a head of ${packetHeadBytes} bytes`, bytes.length - at);
    const type = view.getInt16(at, true);
    const eventSize = view.getInt32(at + 4, true);
    const overflows = view.getInt32(at + 12, true);
    const number = view.getInt32(at + 20, true);
    at += packetHeadBytes;
    const end = at + eventSize * number;
    if (type < 0 || eventSize <= 0 || number < 0 || overflows < 0 || end > bytes.length)
      throw new FormatError(here, "must lie in the file, unpacked", `${number} events of ${eventSize} bytes`);
    if (type === polarityPacket && eventSize !== eventBytes)
      throw new FormatError(here, `must have events of ${eventBytes} bytes`, eventSize);
    for (; type === polarityPacket && at < end; at += eventBytes) {
      const us = overflows * 2 ** 31 + view.getInt32(at + 4, true);
      if (range === undefined || (us >= range.fromUs && us < range.toUs))
        events.add(view.getUint32(at, true), us);
    }
    at = end;
  }
  return events.recording(where, range?.fromUs);
}

function headerEnd(bytes: Uint8Array, where: string, version: string): number {
  const first = new TextDecoder("latin1").decode(bytes.subarray(0, version.length));
  if (first !== version) throw new FormatError(where, `must begin with "${version}"`, first);
  let at = 0;
  while (bytes[at] === 0x23) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0 || end > longestHead)
      throw new FormatError(where, "must end its lines of text", `byte ${at}`);
    at = end + 1;
    if (new TextDecoder("latin1").decode(bytes.subarray(at - 14, at)).includes("END-HEADER")) break;
  }
  return at;
}

/** Events by their addresses, in the file's order. */
class EventList {
  readonly #layout: AddressLayout;
  readonly #us: Float64Array;
  readonly #address: Uint32Array;
  #count = 0;

  constructor(most: number, layout: AddressLayout) {
    this.#layout = layout;
    this.#us = new Float64Array(most);
    this.#address = new Uint32Array(most);
  }

  add(address: number, us: number): void {
    const { valid } = this.#layout;
    if (field(address, valid) !== valid.value) return;
    this.#address[this.#count] = address;
    this.#us[this.#count++] = us;
  }

  /** Sorted by time: cameras' threads let a few events pass each other. */
  recording(where: string, fromUs?: number): EventRecording {
    const us = this.#us.subarray(0, this.#count);
    const address = this.#address.subarray(0, this.#count);
    const isSorted = us.every((time, i) => i === 0 || time >= us[i - 1]);
    const order = Uint32Array.from(us, (_, i) => i);
    if (!isSorted) order.sort((a, b) => us[a] - us[b] || a - b);
    const { width, height, x, y, polarity } = this.#layout;
    const from = fromUs ?? (this.#count === 0 ? 0 : us[order[0]]);
    const last = this.#count === 0 ? 0 : us[order[this.#count - 1]] - from;
    if (last >= 2 ** 32) throw new FormatError(where, "must last 71 minutes at most", `${last} µs`);
    const read = (part: BitField) => (i: number) => field(address[i], part);
    const recording: EventRecording = {
      width,
      height,
      polarities: 2,
      timeUs: Uint32Array.from(order, (i) => us[i] - from),
      x: Uint16Array.from(order, read(x)),
      y: Uint16Array.from(order, read(y)),
      polarity: Uint8Array.from(order, read(polarity)),
    };
    checkEventRecording(recording, where);
    return recording;
  }
}

function field(address: number, { shift, bits }: BitField): number {
  return (address >>> shift) & (2 ** bits - 1);
}
