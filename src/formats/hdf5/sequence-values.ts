// Numbers of one kind, little-endian, as HDF5 keeps them in a sequence.

import { halfToNumber } from "../half-floats.ts";

type Reader = (view: DataView, at: number) => number;

const readers: Readonly<Record<string, Reader>> = {
  f2: (view, at) => halfToNumber(view.getUint16(at, true)),
  f4: (view, at) => view.getFloat32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at) => view.getInt16(at, true),
  i4: (view, at) => view.getInt32(at, true),
  i8: (view, at) => Number(view.getBigInt64(at, true)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at) => view.getUint16(at, true),
  u4: (view, at) => view.getUint32(at, true),
  u8: (view, at) => Number(view.getBigUint64(at, true)),
};

/**
 * @param type - as NumPy writes it, e.g. `<f2`
 * @returns null for other kinds
 */
export function sequenceReader(type: string): ((bytes: Uint8Array, count: number) => Float64Array) | null {
  const [, kind] = /^[<|]([fiu][1248])$/.exec(type) ?? [];
  if (kind === undefined || readers[kind] === undefined) return null;
  const read = readers[kind];
  const size = Number(kind[1]);
  return (bytes, count) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const whole = Math.min(count, Math.floor(bytes.length / size));
    return Float64Array.from({ length: whole }, (_, i) => read(view, i * size));
  };
}
