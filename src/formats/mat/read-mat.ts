// MAT files of level 5 (MATLAB's `save -v6` and `-v7`, SciPy's `savemat`): arrays of numbers and cells of them. Of a
// matrix: flags (6 = uint32 × 2, the class in the lowest byte), dimensions, name, then its numbers column by column, or
// its cells. Packed elements are zlib streams of one element. Those of level 7.3 are HDF5: see `openHdf5`.

import { Inflate } from "pako";
import { FormatError } from "../../base/errors.ts";
import { type MatElement, matElements, matNumbers, matrix, packed } from "./mat-elements.ts";

export interface MatArray {
  readonly kind: "numbers";
  readonly shape: readonly number[];
  /** Column by column: the first index runs fastest. */
  readonly values: Float64Array;
}

export interface MatCells {
  readonly kind: "cells";
  readonly shape: readonly number[];
  /** Column by column. */
  readonly cells: readonly MatArray[];
}

const headerBytes = 128;
const cellClass = 1;
const [firstNumberClass, lastNumberClass] = [6, 15];
const none = new Float64Array(0);
/** No data set here is larger; a bomb is. */
const mostBytes = 2 ** 28;

/**
 * @returns the file's variables by name: arrays of real numbers, and cells of those; others are left out
 * @throws {FormatError} for other files, and those that are torn, naming the variable
 */
export function readMat(bytes: Uint8Array, where: string): ReadonlyMap<string, MatArray | MatCells> {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 19));
  if (bytes.length < headerBytes || head !== "MATLAB 5.0 MAT-file")
    throw new FormatError(where, 'must begin with "MATLAB 5.0 MAT-file"', head);
  if (bytes[126] !== 0x49 || bytes[127] !== 0x4d)
    throw new FormatError(where, "must be little-endian", "another order of bytes");
  const variables = new Map<string, MatArray | MatCells>();
  let left = mostBytes;
  for (const element of matElements(bytes.subarray(headerBytes), where)) {
    const inner = element.type === packed ? unpacked(element, where, left) : element;
    left -= inner.data.length;
    if (inner.type !== matrix) throw new FormatError(where, "must hold matrices", `type ${inner.type}`);
    const { name, value } = readMatrix(inner, where, 0);
    if (value !== null) variables.set(name, value);
  }
  return variables;
}

/** The element in a zlib stream. */
function unpacked({ data }: MatElement, where: string, left: number): MatElement {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate();
  inflate.onData = (part) => {
    length += part.length;
    if (length > left) throw new FormatError(where, `must unpack to at most ${mostBytes} bytes`, "more");
    parts.push(part);
  };
  inflate.push(data, true);
  if (inflate.err !== 0) throw new FormatError(where, "must be packed whole", "a damaged stream");
  const plain = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    plain.set(part, at);
    at += part.length;
  }
  for (const element of matElements(plain, where)) return element;
  throw new FormatError(where, "must hold an element in each packed one", "none");
}

function readMatrix(
  element: MatElement,
  where: string,
  depth: number,
): { readonly name: string; readonly value: MatArray | MatCells | null } {
  const [flags, dimensions, title, ...rest] = matElements(element.data, where);
  if (flags === undefined) return { name: "", value: { kind: "numbers", shape: [0], values: none } };
  if (title === undefined || flags.data.length < 4)
    throw new FormatError(where, "must tell flags, size and name of each matrix", "less");
  const name = new TextDecoder("latin1").decode(title.data);
  const here = `${where}: ${name.slice(0, 60) || "a cell"}`;
  const shape = [...matNumbers(dimensions, here)];
  const count = shape.reduce((product, length) => product * length, 1);
  const kind = flags.data[0];
  const isComplex = (flags.data[1] & 0x08) !== 0;
  if (kind === cellClass && depth === 0) {
    if (rest.length !== count) throw new FormatError(here, `must have ${count} cells`, rest.length);
    const cells = rest.map((cell) => readMatrix(cell, here, 1).value);
    return cells.every((cell) => cell?.kind === "numbers")
      ? { name, value: { kind: "cells", shape, cells } }
      : { name, value: null };
  }
  if (kind < firstNumberClass || kind > lastNumberClass || isComplex) return { name, value: null };
  const values = count === 0 && rest.length === 0 ? none : matNumbers(rest[0] ?? flags, here);
  if (values.length !== count || shape.some((length) => length < 0))
    throw new FormatError(here, `must have ${shape.join(" × ")} values`, values.length);
  return { name, value: { kind: "numbers", shape, values } };
}
