// safetensors: an 8-byte little-endian header length, a JSON header
// {"<name>": {dtype, shape, data_offsets: [begin, end]}, "__metadata__": {string: string}}, then the
// tensors' bytes without gaps. Format: github.com/huggingface/safetensors, README "Format".
//
// Writing is canonical (names sorted, header padded to 8 bytes with spaces), so equal contents are
// equal bytes and a content hash means something. Reading trusts nothing: every size and offset is
// checked before anything is allocated. Other writers' float64, float16 and bfloat16 are read as float32,
// their int16 and int64 as int32 where they fit, their booleans as bytes.

import { FormatError } from "../base/errors.ts";
import type { Tensor, TensorData } from "../model/model.ts";
import { bfloatToNumber, halfToNumber } from "./half-floats.ts";

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

const maxHeaderBytes = 16 * 1024 * 1024;

const codecs = {
  F32: {
    bytes: 4,
    read: (b: ArrayBuffer) => new Float32Array(b),
    is: (d: TensorData) => d instanceof Float32Array,
  },
  I32: {
    bytes: 4,
    read: (b: ArrayBuffer) => new Int32Array(b),
    is: (d: TensorData) => d instanceof Int32Array,
  },
  I8: { bytes: 1, read: (b: ArrayBuffer) => new Int8Array(b), is: (d: TensorData) => d instanceof Int8Array },
  U8: {
    bytes: 1,
    read: (b: ArrayBuffer) => new Uint8Array(b),
    is: (d: TensorData) => d instanceof Uint8Array,
  },
} as const;

type Dtype = keyof typeof codecs;

interface Reader {
  readonly bytes: number;
  /** @param buffer - its own, of whole elements */
  readonly read: (buffer: ArrayBuffer, where: string) => TensorData;
}

const readers: Readonly<Record<string, Reader>> = {
  ...codecs,
  F64: { bytes: 8, read: (b) => Float32Array.from(new Float64Array(b)) },
  F16: { bytes: 2, read: (b) => Float32Array.from(new Uint16Array(b), halfToNumber) },
  BF16: { bytes: 2, read: (b) => Float32Array.from(new Uint16Array(b), bfloatToNumber) },
  I64: {
    bytes: 8,
    read: (b, where) => Int32Array.from(new BigInt64Array(b), (value) => toInt32(value, where)),
  },
  I16: { bytes: 2, read: (b) => Int32Array.from(new Int16Array(b)) },
  BOOL: codecs.U8,
};

function toInt32(value: bigint, where: string): number {
  if (BigInt.asIntN(32, value) === value) return Number(value);
  throw new FormatError(where, "must fit int32", `${value}`);
}

/** Write tensors and string metadata as one file. */
export function writeSafetensors(file: SafetensorsFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  const names = Object.keys(file.tensors).sort();
  let end = 0;
  for (const name of names) {
    const { shape, data } = file.tensors[name];
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(json, 8);
  let offset = 8 + headerBytes;
  for (const name of names) {
    const { data } = file.tensors[name];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Read a whole file. Tensors are copies.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} when anything is not as the format demands
 */
export function readSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
  const headerBytes = readHeaderLength(bytes, where);
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes), where);
  const body = bytes.subarray(8 + headerBytes);
  const tensors: Record<string, Tensor> = {};
  const extents: [begin: number, end: number, name: string][] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = readMetadata(entry, where);
      continue;
    }
    const place = `${where}: tensor ${JSON.stringify(name)}`;
    const { dtype, shape, begin, end } = readEntry(entry, place, body.length);
    extents.push([begin, end, name]);
    // Copied so: a Buffer's own slice would share its memory.
    const data = readers[dtype].read(new Uint8Array(body.subarray(begin, end)).buffer, place);
    tensors[name] = { shape, data };
  }
  let expected = 0;
  for (const [begin, end, name] of extents.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== expected) {
      throw new FormatError(
        `${where}: tensor ${JSON.stringify(name)}`,
        `must begin at byte ${expected}, without gap or overlap`,
        begin,
      );
    }
    expected = end;
  }
  if (expected !== body.length) {
    throw new FormatError(
      where,
      `must hold ${expected} bytes of tensors`,
      body.length,
      "The file may be cut off; copy it again.",
    );
  }
  return { metadata, tensors };
}

function readHeaderLength(bytes: Uint8Array, where: string): number {
  if (bytes.length < 10) {
    throw new FormatError(where, "must be a safetensors file of at least 10 bytes", bytes.length);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(maxHeaderBytes, bytes.length - 8))) {
    throw new FormatError(
      where,
      "must be a safetensors file whose header fits in it",
      `a header length of ${length} in ${bytes.length} bytes`,
      "Is it another kind of file, or cut off?",
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new FormatError(where, "must have a JSON header", "something else");
  }
  if (!isRecord(header)) throw new FormatError(where, "must have a JSON object as header", typeof header);
  return header;
}

function readMetadata(entry: unknown, where: string): Record<string, string> {
  if (!isRecord(entry) || !Object.values(entry).every((value) => typeof value === "string")) {
    throw new FormatError(`${where}: __metadata__`, "must map names to strings", entry);
  }
  return entry as Record<string, string>;
}

function readEntry(
  entry: unknown,
  where: string,
  bodyBytes: number,
): { dtype: string; shape: readonly number[]; begin: number; end: number } {
  if (!isRecord(entry)) throw new FormatError(where, "must be described by an object", entry);
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = entry as Record<"dtype" | "shape" | "data_offsets", unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(readers, dtype)) {
    throw new FormatError(where, `must have dtype ${Object.keys(readers).join(", ")}`, dtype);
  }
  if (!isSizes(shape) || shape.length > 8)
    throw new FormatError(where, "must have a shape of up to 8 sizes", shape);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1] || offsets[1] > bodyBytes) {
    throw new FormatError(
      where,
      `must lie within ${bodyBytes} bytes of data`,
      offsets,
      "The file may be cut off; copy it again.",
    );
  }
  const wanted = shape.reduce((product, size) => product * size, readers[dtype].bytes);
  if (wanted !== offsets[1] - offsets[0]) {
    throw new FormatError(
      where,
      `of shape [${shape}] and dtype ${dtype} must have ${wanted} bytes`,
      offsets[1] - offsets[0],
    );
  }
  return { dtype, shape, begin: offsets[0], end: offsets[1] };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function dtypeOf(data: TensorData): Dtype {
  for (const [dtype, codec] of Object.entries(codecs)) if (codec.is(data)) return dtype as Dtype;
  throw new TypeError("no dtype for this kind of array");
}
