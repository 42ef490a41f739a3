// The elements that a MAT file of level 5 is made of: a tag of type and length, then so many bytes, filled up to 8.
// Elements of up to four bytes lie within their tag. Source: MathWorks, MAT-File Format, "Level 5 MAT-File Format".

import { FormatError } from "../../base/errors.ts";

export interface MatElement {
  readonly type: number;
  readonly data: Uint8Array;
}

const tagBytes = 8;

/** @returns the elements one after the other. @throws {FormatError} for those that go beyond the end */
export function* matElements(bytes: Uint8Array, where: string): Generator<MatElement> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + tagBytes <= bytes.length; ) {
    const first = view.getUint32(at, true);
    const smallBytes = first >>> 16;
    const isSmall = smallBytes !== 0;
    const type = isSmall ? first & 0xffff : first;
    const length = isSmall ? smallBytes : view.getUint32(at + 4, true);
    const start = at + (isSmall ? 4 : tagBytes);
    if ((isSmall && length > 4) || start + length > bytes.length) {
      const rest = `only ${bytes.length - start} are left`;
      throw new FormatError(`${where} byte ${at}`, `must be followed by its ${length} bytes`, rest);
    }
    yield { type, data: bytes.subarray(start, start + length) };
    // Packed elements are not filled up.
    const end = start + length;
    at = isSmall ? at + tagBytes : type === packed ? end : Math.ceil((end - at) / 8) * 8 + at;
  }
}

export const packed = 15;
export const matrix = 14;

type Reader = (view: DataView, at: number) => number;
const numbers: Readonly<Record<number, readonly [bytes: number, read: Reader]>> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
  12: [8, (view, at) => Number(view.getBigInt64(at, true))],
  13: [8, (view, at) => Number(view.getBigUint64(at, true))],
  16: [1, (view, at) => view.getUint8(at)],
};

/** @throws {FormatError} for elements of anything but numbers */
export function matNumbers({ type, data }: MatElement, where: string): Float64Array {
  const reader = numbers[type];
  if (reader === undefined) throw new FormatError(where, "must hold numbers", `type ${type}`);
  const [size, read] = reader;
  if (data.length % size !== 0)
    throw new FormatError(where, `must be whole numbers of ${size} bytes`, data.length);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Float64Array.from({ length: data.length / size }, (_, i) => read(view, i * size));
}
