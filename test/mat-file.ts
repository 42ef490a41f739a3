// MAT files of level 5 as MATLAB lays them out, for tests of what reads them.

import { deflateSync } from "node:zlib";
import type { MatArray, MatCells } from "../src/formats/mat/read-mat.ts";

type Numbers = Float64Array | Int16Array | Uint8Array | Uint16Array;

export interface MatVariable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values?: Numbers;
  /** Of cells, each a row. */
  readonly cells?: readonly Float64Array[];
}

/** Class of the matrix and type of its numbers. */
function typesOf(values: Numbers): readonly [number, number] {
  if (values instanceof Float64Array) return [6, 9];
  if (values instanceof Int16Array) return [10, 3];
  return values instanceof Uint16Array ? [11, 4] : [9, 2];
}

/** A tag, data and what fills them up; up to four bytes go into the tag. */
function element(type: number, data: Uint8Array): Uint8Array {
  const isSmall = data.length > 0 && data.length <= 4;
  const bytes = new Uint8Array(isSmall ? 8 : 8 + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, isSmall ? (data.length << 16) | type : type, true);
  if (!isSmall) view.setUint32(4, data.length, true);
  bytes.set(data, isSmall ? 4 : 8);
  return bytes;
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function matrix({ name, shape, values, cells }: MatVariable): Uint8Array {
  const [kind, type] = cells === undefined ? typesOf(values as Numbers) : [1, 0];
  const inner =
    cells === undefined
      ? [element(type, bytesOf(values as Numbers))]
      : cells.map((cell) =>
          matrix({ name: "", shape: [Math.min(1, cell.length), cell.length], values: cell }),
        );
  return element(
    14,
    joined([
      element(6, bytesOf(Uint32Array.of(kind, 0))),
      element(5, bytesOf(Int32Array.from(shape))),
      element(1, new TextEncoder().encode(name)),
      ...inner,
    ]),
  );
}

export function matFile(variables: readonly MatVariable[], isPacked: boolean): Uint8Array {
  const head = new Uint8Array(128).fill(0x20);
  head.set(new TextEncoder().encode("MATLAB 5.0 MAT-file, made for a test"));
  head.set([0, 1, 0x49, 0x4d], 124);
  const packed = (whole: Uint8Array): Uint8Array => {
    const data = deflateSync(whole);
    const bytes = new Uint8Array(8 + data.length);
    new DataView(bytes.buffer).setUint32(0, 15, true);
    new DataView(bytes.buffer).setUint32(4, data.length, true);
    bytes.set(data, 8);
    return bytes;
  };
  return joined([head, ...variables.map((one) => (isPacked ? packed(matrix(one)) : matrix(one)))]);
}

export function matNumbersOf(found: MatArray | MatCells | undefined): number[] {
  return found?.kind === "numbers" ? [...found.values] : [];
}
