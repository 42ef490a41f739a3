// A constant tensor of an ONNX file: sizes and offsets are checked against the bytes that are there before
// anything is allocated.

import { FormatError } from "../../base/errors.ts";
import type { Shape } from "../../model/network.ts";
import { bfloatToNumber, halfToNumber } from "../half-floats.ts";
import { type ElementType, elementTypes, type OnnxTensor } from "./onnx-schema.ts";

export interface Constant {
  /** [] is one number. */
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array;
  readonly type: ElementType;
}

/**
 * The bytes of a file that lies beside the network's.
 *
 * @param location - as the network names it
 * @returns all of them, or undefined where there is no such file
 */
export type ExternalData = (location: string) => Uint8Array | undefined;

/** Elements a tensor may have. */
export const mostElements = 2 ** 28;

/** Two to a byte, the lower half first. */
type Nibble = "uint4" | "int4";

interface Layout {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  /** The field that holds the values where there is no raw data. */
  readonly field: "floatData" | "int32Data" | "int64Data" | "doubleData" | "uint64Data";
}

const layouts: Readonly<Record<Exclude<ElementType, Nibble>, Layout>> = {
  float: { bytes: 4, read: (view, at) => view.getFloat32(at, true), field: "floatData" },
  double: { bytes: 8, read: (view, at) => view.getFloat64(at, true), field: "doubleData" },
  float16: { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)), field: "int32Data" },
  bfloat16: { bytes: 2, read: (view, at) => bfloatToNumber(view.getUint16(at, true)), field: "int32Data" },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at), field: "int32Data" },
  int8: { bytes: 1, read: (view, at) => view.getInt8(at), field: "int32Data" },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true), field: "int32Data" },
  int16: { bytes: 2, read: (view, at) => view.getInt16(at, true), field: "int32Data" },
  int32: { bytes: 4, read: (view, at) => view.getInt32(at, true), field: "int32Data" },
  int64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)), field: "int64Data" },
  bool: { bytes: 1, read: (view, at) => view.getUint8(at), field: "int32Data" },
  uint32: { bytes: 4, read: (view, at) => view.getUint32(at, true), field: "uint64Data" },
  uint64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)), field: "uint64Data" },
};

const floats: ReadonlySet<ElementType> = new Set(["float", "double", "float16", "bfloat16"]);

export function isFloat(type: ElementType): boolean {
  return floats.has(type);
}

/** Whole numbers and doubles take 64 bits. */
export function arrayOf(type: ElementType, length: number): Constant["data"] {
  return isFloat(type) && type !== "double" ? new Float32Array(length) : new Float64Array(length);
}

/** The name of an element type's code, or undefined. */
export function elementTypeOf(code: number | undefined): ElementType | undefined {
  return (Object.keys(elementTypes) as ElementType[]).find((name) => elementTypes[name] === code);
}

/** @throws {FormatError} for tensors of text, of sizes that are none, and with more or fewer values than sizes say */
export function readConstant(
  tensor: OnnxTensor,
  where: string,
  external: ExternalData | undefined,
): Constant {
  const type = elementTypeOf(tensor.dataType);
  if (type === undefined) throw new FormatError(where, "must hold real numbers", `type ${tensor.dataType}`);
  const count = elementCount(tensor.dims, where);
  const raw = tensor.dataLocation === 1 ? externalBytes(tensor, where, external) : tensor.rawData;
  if (type === "uint4" || type === "int4") return readNibbles(tensor, type, raw ?? tensor.int32Data, where);
  const { bytes, read, field } = layouts[type];
  if (raw !== undefined) {
    if (raw.length !== count * bytes) {
      const rule = `must have ${count * bytes} bytes of data, as its sizes are [${tensor.dims}]`;
      throw new FormatError(where, rule, raw.length);
    }
    const data = arrayOf(type, count);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < count; i++) data[i] = read(view, i * bytes);
    return { shape: tensor.dims, data, type };
  }
  const values = tensor[field];
  if (values.length !== count) {
    throw new FormatError(
      where,
      `must have ${count} values, as its sizes are [${tensor.dims}]`,
      values.length,
    );
  }
  const data = arrayOf(type, count);
  const decode = type === "float16" ? halfToNumber : type === "bfloat16" ? bfloatToNumber : Number;
  for (let i = 0; i < count; i++) data[i] = decode(values[i]);
  return { shape: tensor.dims, data, type };
}

/** @param packed - bytes, or numbers that hold a byte each */
function readNibbles({ dims }: OnnxTensor, type: Nibble, packed: ArrayLike<number>, where: string): Constant {
  const count = elementCount(dims, where);
  if (packed.length !== Math.ceil(count / 2)) {
    const rule = `must have ${Math.ceil(count / 2)} bytes of data, as its sizes are [${dims}]`;
    throw new FormatError(where, rule, packed.length);
  }
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const code = (packed[i >> 1] >> (4 * (i & 1))) & 15;
    data[i] = type === "int4" && code > 7 ? code - 16 : code;
  }
  return { shape: dims, data, type };
}

/** @throws {FormatError} for sizes that are no whole numbers, and more elements than there may be */
export function elementCount(sizes: Shape, where: string): number {
  let count = 1;
  for (const size of sizes) {
    if (!(Number.isSafeInteger(size) && size >= 0)) {
      throw new FormatError(where, "must have sizes of 0 or more", sizes);
    }
    count *= size;
  }
  if (sizes.length > 8 || sizes.some((size) => size > mostElements) || count > mostElements) {
    throw new FormatError(where, `must have at most 8 axes and ${mostElements} elements`, sizes);
  }
  return count;
}

function externalBytes(tensor: OnnxTensor, where: string, external: ExternalData | undefined): Uint8Array {
  const fields = new Map(tensor.externalData.map(({ key = "", value = "" }) => [key, value]));
  const location = fields.get("location") ?? "";
  const file = external?.(location);
  if (file === undefined) {
    throw new FormatError(
      where,
      "must have its data in the file itself",
      `external data in ${JSON.stringify(location)}`,
      external === undefined
        ? "Export the network with its weights in one file."
        : "Put that file beside it.",
    );
  }
  const offset = Number(fields.get("offset") ?? 0);
  const length = Number(fields.get("length") ?? file.length - offset);
  const isWithin = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!isWithin || offset + length > file.length) {
    const rule = `must have its data within the ${file.length} bytes of ${JSON.stringify(location)}`;
    throw new FormatError(where, rule, `${length} bytes from ${offset}`);
  }
  return file.subarray(offset, offset + length);
}
