// Pickles of data and NumPy arrays, as `pickle.dump` of lists and dictionaries of arrays writes them. Arrays are
// rebuilt by NumPy's `_reconstruct`, then given (version, shape, dtype, isFortran, bytes); nothing is executed.

import { FormatError } from "../base/errors.ts";
import { type Pickled, readPickle } from "./restricted-pickle.ts";

/** An array of numbers, row by row. */
export class NumpyArray {
  shape: readonly number[] = [];
  values = new Float64Array(0);
}

class NumpyType {
  readonly code: string;
  order = "<";

  constructor(code: string) {
    this.code = code;
  }
}

type Reader = (view: DataView, at: number) => number;
const readers: Readonly<Record<string, readonly [bytes: number, read: Reader]>> = {
  f8: [8, (view, at) => view.getFloat64(at, true)],
  f4: [4, (view, at) => view.getFloat32(at, true)],
  i8: [8, (view, at) => Number(view.getBigInt64(at, true))],
  i4: [4, (view, at) => view.getInt32(at, true)],
  i2: [2, (view, at) => view.getInt16(at, true)],
  i1: [1, (view, at) => view.getInt8(at)],
  u4: [4, (view, at) => view.getUint32(at, true)],
  u2: [2, (view, at) => view.getUint16(at, true)],
  u1: [1, (view, at) => view.getUint8(at)],
};

/**
 * @returns lists as arrays, dictionaries as maps, arrays as `NumpyArray`
 * @throws {FormatError} naming the byte, for anything but data and arrays of numbers
 */
export function readNumpyPickle(bytes: Uint8Array, where: string): Pickled {
  const rebuild = (): NumpyArray => new NumpyArray();
  const known = new Map<string, Pickled>([
    ["numpy ndarray", "ndarray"],
    ["numpy dtype", (code: Pickled) => new NumpyType(String(code))],
    ["numpy.core.multiarray _reconstruct", rebuild],
    ["numpy._core.multiarray _reconstruct", rebuild],
  ]);
  const load = (): never => {
    throw new FormatError(where, "must hold all its objects", "one kept elsewhere");
  };
  const build = (object: Pickled, state: Pickled): void => {
    if (object instanceof NumpyArray) fill(object, state, where);
    else if (object instanceof NumpyType && Array.isArray(state)) object.order = String(state[1]);
  };
  return readPickle(bytes, where, { known, load, build }).value;
}

function fill(array: NumpyArray, state: Pickled, where: string): void {
  const [, shape, type, isFortran, data] = Array.isArray(state) ? state : [];
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (!isShape || !(type instanceof NumpyType) || !(data instanceof Uint8Array) || isFortran === true)
    throw new FormatError(where, "must hold arrays row by row, with shape, type and bytes", String(shape));
  const reader = type.order === ">" ? undefined : readers[type.code];
  if (reader === undefined)
    throw new FormatError(where, "must hold arrays of little-endian numbers", type.order + type.code);
  const [size, read] = reader;
  const count = shape.reduce((product: number, length: number) => product * length, 1);
  if (count * size !== data.length)
    throw new FormatError(where, `must hold ${count * size} bytes of an array`, data.length);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  array.shape = shape;
  array.values = Float64Array.from({ length: count }, (_, i) => read(view, i * size));
}
