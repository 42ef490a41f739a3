// The door to HDF5 files: jsfive finds its way in them, this file sees to it that none leads it astray. Shapes,
// chunks and the number of objects are checked before anything is read, chunks unpack to what they should hold
// and no more, and every failure names the place in the file.
//
// What is there: groups, and data sets of numbers and strings in one piece or in chunks, packed or not. That is
// what h5py writes unless told otherwise.

import { FormatError } from "../../base/errors.ts";
import { GlobalHeaps } from "./global-heaps.ts";
import { inflateAtMost } from "./inflate-at-most.ts";
import { MeteredBuffer } from "./metered-buffer.ts";
import { sequenceReader } from "./sequence-values.ts";
import { textAttributeOf } from "./text-attribute.ts";

export interface Hdf5Group {
  readonly kind: "group";
  /** Path in the file, for messages. */
  readonly path: string;
  /** In the file's order. */
  readonly names: readonly string[];
  /** @throws {FormatError} for members that are not there, or cannot be read */
  member(name: string): Hdf5Group | Hdf5Dataset;
  /** An attribute of text, undefined where there is none. @throws {FormatError} where it cannot be read */
  text(name: string): readonly string[] | undefined;
}

export type Hdf5Values =
  | { readonly type: "float" | "int"; readonly values: Float64Array }
  | { readonly type: "text"; readonly values: readonly string[] };

export interface Hdf5Dataset {
  readonly kind: "dataset";
  readonly path: string;
  /** What references to it say. */
  readonly address: number;
  readonly shape: readonly number[];
  /** As NumPy writes it, e.g. `<f4`; `text` for strings of variable length, `sequence` for numbers of such, `reference`. */
  readonly type: string;
  /** Row by row. @throws {FormatError} for data that are torn or of another kind */
  read(): Hdf5Values;
  /** Sequences of numbers, one an element. @throws {FormatError} for data that are torn or of another kind */
  readSequences(): Hdf5Sequences;
  /** Addresses of what is referred to. @throws {FormatError} for data that are torn or of another kind */
  readReferences(): readonly number[];
}

export interface Hdf5Sequences {
  readonly length: number;
  /** Read anew every time. @throws {FormatError} for one that is torn */
  at(index: number): Float64Array;
}

const mostElements = 2 ** 25;
const mostObjects = 200_000;
const deepest = 64;
const deflateFilter = 1;
const longestName = 60;
/** Bytes are never packed closer by deflate. */
const bestRatio = 1032;

type Parser = typeof import("jsfive");

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} for bytes that are no HDF5 file
 */
export async function openHdf5(bytes: Uint8Array, where: string): Promise<Hdf5Group> {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
  if (signature.some((byte, i) => bytes[i] !== byte))
    throw new FormatError(where, "must begin as an HDF5 file does", `${bytes.length} other bytes`);
  const parser = await import("jsfive");
  const buffer = new MeteredBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  const file = { parser, buffer, where, objects: { left: mostObjects }, elements: { left: mostElements } };
  const root = guarded(file, "/", () => new parser.File(buffer, where));
  return groupOf(file, root, "", []);
}

interface OpenFile {
  readonly parser: Parser;
  readonly buffer: MeteredBuffer;
  readonly where: string;
  readonly objects: { left: number };
  readonly elements: { left: number };
}

type ParsedGroup = InstanceType<Parser["Group"]>;
type ParsedDataset = InstanceType<Parser["Dataset"]>;

/** @param above - where the headers of the groups around it lie */
function groupOf(file: OpenFile, group: ParsedGroup, path: string, above: readonly number[]): Hdf5Group {
  const here = `${file.where}: ${path || "/"}`;
  const at = group._dataobjects.offset;
  if (above.includes(at)) throw new FormatError(here, "must not contain itself", "a cycle of groups");
  if (above.length > deepest)
    throw new FormatError(here, `must not lie deeper than ${deepest} groups`, "more");
  const names = guarded(file, path, () => group.keys);
  return {
    kind: "group",
    path: here,
    names,
    member(name) {
      const inner = `${path}/${name}`;
      // Names with slashes are paths, and "." is the group itself.
      if (!names.includes(name) || name === "" || name === "." || name.includes("/")) {
        throw new FormatError(
          here,
          `must have ${JSON.stringify(short(name))}`,
          names.slice(0, 12).map(short),
        );
      }
      if (file.objects.left-- <= 0)
        throw new FormatError(here, `must not hold more than ${mostObjects} objects`, "more");
      const object = guarded(file, inner, () => group.get(name));
      // Links by name lead to the top of the file, or nowhere.
      if (object === null || object === undefined)
        throw new FormatError(`${file.where}: ${inner}`, "must be in the file", "a link to nothing");
      const { parser } = file;
      return object instanceof parser.Dataset
        ? datasetOf(file, object, inner)
        : groupOf(file, object as ParsedGroup, inner, [...above, at]);
    },
    text: (name) => guarded(file, path, () => textAttributeOf(file.buffer, group._dataobjects, name)),
  };
}

function datasetOf(file: OpenFile, dataset: ParsedDataset, path: string): Hdf5Dataset {
  const here = `${file.where}: ${path}`;
  const shape = guarded(file, path, () => dataset.shape);
  const dtype = guarded(file, path, () => dataset.dtype);
  if (shape === undefined || dtype === undefined)
    throw new FormatError(here, "must have a shape and a type", "neither");
  const type = Array.isArray(dtype) ? (lengthyTypes[String(dtype[0])] ?? String(dtype[0])) : String(dtype);
  return {
    kind: "dataset",
    path: here,
    address: dataset._dataobjects.offset,
    shape,
    type,
    read() {
      if (type === "sequence" || type === "reference")
        throw new FormatError(here, "must hold numbers or strings", `${type}s`);
      const elements = checkSize(file, dataset, shape, type, path);
      const found = guarded(file, path, () => withLimitedChunks(file, dataset), allowance(dataset, elements));
      return valuesOf(found, type, elements, here);
    },
    readSequences() {
      const reader = Array.isArray(dtype) && type === "sequence" ? sequenceReader(String(dtype[1])) : null;
      // Those in one piece are left out: nobody writes more than a few sequences so.
      if (reader === null || dataset._dataobjects.chunks === null)
        throw new FormatError(here, "must hold chunks of sequences of numbers", type);
      const elements = checkSize(file, dataset, shape, type, path);
      // Besides the chunks, the parser looks at the heap of every element.
      const copies = allowance(dataset, elements) + 8 * elements;
      const found = guarded(file, path, () => withLimitedChunks(file, dataset), copies);
      return sequencesOf(file, found, { elements, reader, here });
    },
    readReferences() {
      if (type !== "reference") throw new FormatError(here, "must hold references", type);
      const elements = checkSize(file, dataset, shape, type, path);
      const { chunks } = dataset._dataobjects;
      if (chunks === null) return referencesInOnePiece(file, dataset, elements, here);
      const found = guarded(file, path, () => withLimitedChunks(file, dataset), allowance(dataset, elements));
      return [...valuesOf(found, type, elements, here).values].map(Number);
    },
  };
}

const lengthyTypes: Readonly<Record<string, string>> = {
  VLEN_STRING: "text",
  VLEN_SEQUENCE: "sequence",
  REFERENCE: "reference",
};

/** Layout: version 3, class 1, address, size (specification IV.A.2.i). The parser reads an eighth of such data. */
function referencesInOnePiece(
  { buffer }: OpenFile,
  dataset: ParsedDataset,
  elements: number,
  here: string,
): readonly number[] {
  const view = new DataView(buffer);
  const layout = 8;
  const at = dataset._dataobjects.find_msg_type(layout)[0]?.get("offset_to_message") ?? view.byteLength;
  const isLayout = at + 18 <= view.byteLength && view.getUint8(at) === 3 && view.getUint8(at + 1) === 1;
  const start = isLayout ? Number(view.getBigUint64(at + 2, true)) : view.byteLength;
  if (start + 8 * elements > view.byteLength)
    throw new FormatError(here, `must hold ${elements} references in one piece`, "less");
  return Array.from({ length: elements }, (_, i) => Number(view.getBigUint64(start + 8 * i, true)));
}

/** @param found - of every sequence its length, and heap and object that it lies in */
function sequencesOf(
  { buffer }: OpenFile,
  found: unknown,
  {
    elements,
    reader,
    here,
  }: {
    readonly elements: number;
    readonly reader: NonNullable<ReturnType<typeof sequenceReader>>;
    readonly here: string;
  },
): Hdf5Sequences {
  if (!Array.isArray(found) || found.length !== elements)
    throw new FormatError(here, `must hold ${elements} sequences`, "fewer");
  const heaps = new GlobalHeaps(buffer);
  return {
    length: elements,
    at(index) {
      const [count, address, object] = found[index] as readonly number[];
      if (count === 0) return new Float64Array(0);
      const where = `${here} sequence ${index}`;
      const values = reader(heaps.object(Number(address), object, where), count);
      if (values.length !== count) throw new FormatError(where, `must have ${count} values`, values.length);
      return values;
    },
  };
}

/** Bytes of an element: of strings, those of the reference to them. */
function itemBytes(type: string): number {
  if (type === "text" || type === "sequence") return 16;
  if (type === "reference") return 8;
  const [, size] = /^[<>|=]?[iufS](\d+)$/.exec(type) ?? [];
  return Number(size ?? 0);
}

/** @returns how many elements there are. @throws {FormatError} for more than the file can hold */
function checkSize(
  file: OpenFile,
  dataset: ParsedDataset,
  shape: readonly number[],
  type: string,
  path: string,
): number {
  const here = `${file.where}: ${path}`;
  const size = itemBytes(type);
  if (size === 0) throw new FormatError(here, "must hold numbers or strings", type);
  const elements = shape.reduce((product, length) => product * length, 1);
  const chunks = guarded(file, path, () => dataset._dataobjects.chunks);
  const room = (file.buffer.byteLength * (chunks === null ? 1 : bestRatio)) / size;
  if (!(elements <= room && elements <= file.elements.left)) {
    const most = Math.floor(Math.min(room, file.elements.left));
    throw new FormatError(here, `must hold at most ${most} elements, as the file is no longer`, shape);
  }
  file.elements.left -= elements;
  if (chunks === null) return elements;
  const isFit =
    chunks.length === shape.length &&
    chunks.every((length) => length >= 1) &&
    chunks.reduce((product, length) => product * length, 1) <= 4 * elements + 4096;
  if (!isFit) {
    const got = `chunks of ${chunks.join(" × ")}`;
    throw new FormatError(here, `must be cut into chunks that fit its shape (${shape.join(" × ")})`, got);
  }
  return elements;
}

/** Every chunk is copied once, and every node of the tree that lists them is looked at once. */
function allowance(dataset: ParsedDataset, elements: number): number {
  const { chunks } = dataset._dataobjects;
  if (chunks === null) return 4 * elements + 64;
  const perAxis = dataset.shape.map((length, axis) => Math.ceil(length / chunks[axis]));
  return 3 * perAxis.reduce((product, count) => product * count, 1) + 64;
}

/** Read with a filter that unpacks a chunk to its size at most. */
function withLimitedChunks({ parser }: OpenFile, dataset: ParsedDataset): unknown {
  const { chunks } = dataset._dataobjects;
  if (chunks === null) return dataset.value;
  const own = parser.Filters.get(deflateFilter);
  parser.Filters.set(deflateFilter, (packed, bytes) => {
    const length = chunks.reduce((product, size) => product * size, bytes);
    const unpacked = inflateAtMost(new Uint8Array(packed), length + 4);
    return unpacked.buffer.slice(0, unpacked.byteLength);
  });
  try {
    return dataset.value;
  } finally {
    if (own !== undefined) parser.Filters.set(deflateFilter, own);
  }
}

function valuesOf(found: unknown, type: string, elements: number, here: string): Hdf5Values {
  if (!Array.isArray(found) || found.length !== elements)
    throw new FormatError(here, `must hold ${elements} values`, "fewer");
  if (type === "text" || type.startsWith("S")) {
    return { type: "text", values: found.map((text) => String(text).replace(/\0+$/, "")) };
  }
  const values = new Float64Array(elements);
  for (let i = 0; i < elements; i++) {
    if (typeof found[i] !== "number")
      throw new FormatError(here, `must hold ${elements} values`, `none at ${i}`);
    values[i] = found[i];
  }
  return { type: /f\d/.test(type) ? "float" : "int", values };
}

/** Run the parser; what it throws becomes an error that names the place. */
function guarded<T>(file: OpenFile, path: string, work: () => T, copies = 100_000): T {
  file.buffer.allow(copies, 8 * file.buffer.byteLength + 2 ** 20);
  try {
    return work();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reason = typeof error === "string" ? error : error instanceof Error ? error.message : String(error);
    throw new FormatError(
      `${file.where}: ${path || "/"}`,
      "must be whole and in a form that h5py writes",
      reason.slice(0, 120),
      "Is the file complete?",
    );
  }
}

function short(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}…` : name;
}
