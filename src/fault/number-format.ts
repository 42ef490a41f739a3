// Numbers as a memory holds them: bit patterns of a format, and what a fault makes of one.
//
// float32, float16 (IEEE 754 binary16), bfloat16 (the upper half of a float32), two's complement intN, bytes
// of pixels, leaks of integer arithmetic (`q3.12`: 16 bits in 4096ths), and a spike, which is one bit.
// Floats are encoded to the nearest, ties to even, and overflow to infinity, as hardware stores them; whole
// numbers round ties away from zero, as weights are quantised. What a fault sets, scales or adds to ends at
// the largest finite value instead: a drift makes no infinity, and leaves one as it is.

import { InvalidValueError } from "../base/errors.ts";
import type { FaultChange } from "./fault.ts";

export const numberFormats = [
  "float32",
  "float16",
  "bfloat16",
  "int2",
  "int3",
  "int4",
  "int5",
  "int6",
  "int7",
  "int8",
  "int16",
  "int32",
  "uint8",
  "q3.12",
  "spike",
] as const;
export type NumberFormat = (typeof numberFormats)[number];

interface Storage {
  readonly bits: number;
  /** Ends of the finite values. */
  readonly low: number;
  readonly high: number;
  /** The pattern of the nearest value, in the lowest `bits` bits of an unsigned number. */
  encode(value: number): number;
  decode(pattern: number): number;
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

const storages: Readonly<Record<NumberFormat, Storage>> = {
  float32: {
    bits: 32,
    low: -3.4028234663852886e38,
    high: 3.4028234663852886e38,
    encode: (value) => {
      float[0] = value;
      return word[0];
    },
    decode: (pattern) => {
      word[0] = pattern;
      return float[0];
    },
  },
  float16: { bits: 16, low: -65504, high: 65504, encode: encodeHalf, decode: decodeHalf },
  bfloat16: {
    bits: 16,
    low: -3.3895313892515355e38,
    high: 3.3895313892515355e38,
    encode: encodeBrain,
    decode: (pattern) => {
      word[0] = pattern << 16;
      return float[0];
    },
  },
  int2: whole(2),
  int3: whole(3),
  int4: whole(4),
  int5: whole(5),
  int6: whole(6),
  int7: whole(7),
  int8: whole(8),
  int16: whole(16),
  int32: whole(32),
  uint8: {
    bits: 8,
    low: 0,
    high: 255,
    encode: (value) => Math.min(255, Math.max(0, Math.floor(value + 0.5))),
    decode: (pattern) => pattern,
  },
  "q3.12": whole(16, 4096),
  spike: {
    bits: 1,
    low: 0,
    high: 1,
    encode: (value) => (Math.abs(value) >= 0.5 ? 1 : 0),
    decode: (pattern) => pattern,
  },
};

/** Bits a value takes. */
export function bitsOf(format: NumberFormat): number {
  return storages[format].bits;
}

/** The pattern of the nearest value the format holds, an unsigned number of `bitsOf` bits. */
export function encodeValue(format: NumberFormat, value: number): number {
  return storages[format].encode(value);
}

/** The value of a pattern. Codes of intN come sign-extended; NaNs keep no payload. */
export function decodeValue(format: NumberFormat, pattern: number): number {
  return storages[format].decode(pattern);
}

/**
 * What a stored value becomes. The change must have passed `checkChange`.
 *
 * @param value - as the format holds it; another is stored first
 */
export function changeValue(format: NumberFormat, value: number, change: FaultChange): number {
  return decodeValue(format, changePattern(format, encodeValue(format, value), change));
}

/** The same on the pattern: NaNs keep theirs, so that a bit flipped twice is as it was. */
export function changePattern(format: NumberFormat, pattern: number, change: FaultChange): number {
  switch (change.kind) {
    case "flip":
      return (pattern ^ (1 << change.bit)) >>> 0;
    case "stuck0":
      return (pattern & ~(1 << change.bit)) >>> 0;
    case "stuck1":
      return (pattern | (1 << change.bit)) >>> 0;
    case "set":
      return nearest(format, change.value);
    case "scale": {
      const value = decodeValue(format, pattern);
      return Number.isFinite(value) ? nearest(format, value * change.factor) : pattern;
    }
    case "add": {
      const value = decodeValue(format, pattern);
      return Number.isFinite(value) ? nearest(format, value + change.amount) : pattern;
    }
    default:
      throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`);
  }
}

/** @throws {InvalidValueError} for a bit the format has not, or an amount that is no number */
export function checkChange(where: string, format: NumberFormat, change: FaultChange): void {
  switch (change.kind) {
    case "flip":
    case "stuck0":
    case "stuck1":
      checkBit(`${where} bit`, format, change.bit);
      return;
    case "set":
      requireNumber(`${where} value`, change.value);
      return;
    case "scale":
      requireNumber(`${where} factor`, change.factor);
      return;
    case "add":
      requireNumber(`${where} amount`, change.amount);
      return;
    default:
      throw new InvalidValueError(
        where,
        "must be a change of kind flip, stuck0, stuck1, set, scale or add",
        (change satisfies never as FaultChange).kind,
      );
  }
}

/** @throws {InvalidValueError} for a bit the format has not */
export function checkBit(where: string, format: NumberFormat, bit: number): void {
  const last = bitsOf(format) - 1;
  if (Number.isInteger(bit) && bit >= 0 && bit <= last) return;
  const rule = last === 0 ? `must be 0 for a ${format}` : `must be from 0 to ${last} for ${format}`;
  throw new InvalidValueError(where, rule, bit);
}

function requireNumber(where: string, value: number): void {
  if (!Number.isFinite(value)) throw new InvalidValueError(where, "must be a finite number", value);
}

/** Saturating. */
function nearest(format: NumberFormat, value: number): number {
  const { low, high, encode } = storages[format];
  return encode(Math.min(high, Math.max(low, value)));
}

/** Two's complement in units of 1/`perUnit`; beyond its ends the nearest. */
function whole(bits: number, perUnit = 1): Storage {
  const highest = 2 ** (bits - 1) - 1;
  const unused = 32 - bits;
  const encode = (value: number): number => {
    const magnitude = Math.floor(Math.abs(value * perUnit) + 0.5);
    const code = value < 0 ? -Math.min(highest + 1, magnitude) : Math.min(highest, magnitude);
    return ((code << unused) >>> 0) >>> unused;
  };
  const decode = (pattern: number): number => ((pattern << unused) >> unused) / perUnit;
  return { bits, low: (-highest - 1) / perUnit, high: highest / perUnit, encode, decode };
}

/** Counted in units of the last place, so that the value is rounded once. */
function encodeHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  const magnitude = Math.abs(value);
  // Midway between the largest finite value and the next power of two: rounded to even, away.
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, exponentOf(magnitude));
  // 2048 units carry into the exponent by themselves.
  const places = roundToEven(magnitude * 2 ** (10 - exponent));
  return sign | (places < 1024 ? places : ((exponent + 14) << 10) + places);
}

function decodeHalf(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 31;
  const fraction = pattern & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction : 1024 + fraction) * 2 ** (Math.max(1, exponent) - 25);
}

/** By way of float32, of which weights are: from a float64 it could round twice. */
function encodeBrain(value: number): number {
  float[0] = value;
  const bits = word[0];
  if (Number.isNaN(value)) return ((bits >>> 16) | 0x40) & 0xffff;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Of a value just below a power of two it may be that one's, to which halves round it anyway. */
function exponentOf(magnitude: number): number {
  float[0] = magnitude;
  return ((word[0] >>> 23) & 0xff) - 127;
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
