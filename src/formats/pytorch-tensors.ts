// The tensors of a PyTorch file (`torch.save` of a state dict, or of a dictionary that holds one), of the
// zip format and of the one before it. Nothing of the file is executed: see restricted-pickle.ts.
//
//   zip      <any name>/data.pkl, a pickle whose storages are the files <any name>/data/<key>
//   legacy   five pickles (magic number, version, machine, the object, keys of storages), then every storage
//            as its length (int64) and its bytes
//
// Storages of float64, float16 and bfloat16 become float32, int16 and int64 become int32 where they fit.

import { FormatError } from "../base/errors.ts";
import type { Tensor, TensorData } from "../model/model.ts";
import { bfloatToNumber, halfToNumber } from "./half-floats.ts";
import { type Pickled, readPickle } from "./restricted-pickle.ts";
import { isZip, zipEntries } from "./zip-entries.ts";

const magic = 0x1950a86a20f9469cfc6cn;
const legacyVersion = 1001;
/** Elements of an expanded view (stride 0), which the file does not hold. */
const mostExpanded = 2 ** 24;
/** What checkpoints call the model's state. */
const stateKeys = [
  "state_dict",
  "model_state_dict",
  "model_state",
  "model",
  "network",
  "net",
  "weights",
  "params",
];
/** Dictionaries within dictionaries. */
const deepest = 8;

interface StorageType {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly make: (length: number) => TensorData;
}

const storageTypes: readonly StorageType[] = [
  type("FloatStorage", 4, (view, at) => view.getFloat32(at, true), Float32Array),
  type("DoubleStorage", 8, (view, at) => view.getFloat64(at, true), Float32Array),
  type("HalfStorage", 2, (view, at) => halfToNumber(view.getUint16(at, true)), Float32Array),
  type("BFloat16Storage", 2, (view, at) => bfloatToNumber(view.getUint16(at, true)), Float32Array),
  type("LongStorage", 8, (view, at) => Number(view.getBigInt64(at, true)), Int32Array),
  type("IntStorage", 4, (view, at) => view.getInt32(at, true), Int32Array),
  type("ShortStorage", 2, (view, at) => view.getInt16(at, true), Int32Array),
  type("CharStorage", 1, (view, at) => view.getInt8(at), Int8Array),
  type("ByteStorage", 1, (view, at) => view.getUint8(at), Uint8Array),
  type("BoolStorage", 1, (view, at) => view.getUint8(at), Uint8Array),
];

/** A storage as the pickle speaks of it; its bytes may come later in the file. */
interface Storage {
  readonly type: StorageType;
  readonly key: string;
  readonly length: number;
}

/** A view into a storage, before it is read. */
class StoredTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/**
 * @returns tensors by name (of the model's state in a checkpoint, if there is one); names of dictionaries within are joined by dots, and
 * what is no tensor is left out
 * @throws {FormatError} for files of another kind, torn ones, and ones that would run code, naming what they call
 */
export function readPytorchTensors(bytes: Uint8Array, where: string): Readonly<Record<string, Tensor>> {
  const { value, storages } = isZip(bytes) ? readZip(bytes, where) : readLegacy(bytes, where);
  const tensors: [string, Tensor][] = [];
  const collect = (part: Pickled, name: string, depth: number): void => {
    if (part instanceof StoredTensor)
      tensors.push([name, tensorOf(part, storages, `${where}: tensor ${name.slice(0, 80)}`)]);
    if (!(part instanceof Map) || depth > deepest) return;
    for (const [key, inner] of part)
      collect(inner, name === "" ? String(key) : `${name}.${String(key)}`, depth + 1);
  };
  // A checkpoint holds the model's state among other things.
  const key = value instanceof Map && stateKeys.find((name) => value.get(name) instanceof Map);
  const state = key ? (value as Map<string, Pickled>).get(key) : value;
  collect(state, "", 0);
  if (tensors.length === 0) {
    throw new FormatError(where, "must hold tensors by name", "none", "Save the model's state_dict().");
  }
  return Object.fromEntries(tensors);
}

type Storages = (key: string) => Uint8Array | undefined;

function readZip(bytes: Uint8Array, where: string): { readonly value: Pickled; readonly storages: Storages } {
  const entries = zipEntries(bytes, where);
  const main = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (main === undefined) {
    throw new FormatError(
      where,
      "must hold a data.pkl as PyTorch's files do",
      [...entries.keys()].slice(0, 3),
    );
  }
  const folder = main.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order) !== "little") {
    throw new FormatError(where, "must be little-endian", new TextDecoder().decode(order));
  }
  const { value } = readPickle(entries.get(main) as Uint8Array, where, rulesFor(where));
  return { value, storages: (key) => entries.get(`${folder}data/${key}`) };
}

function readLegacy(
  bytes: Uint8Array,
  where: string,
): { readonly value: Pickled; readonly storages: Storages } {
  const used = new Map<string, Storage>();
  const rules = rulesFor(where, used);
  let at = 0;
  const next = (): Pickled => {
    const { value, end } = readPickle(bytes, where, rules, at);
    at = end;
    return value;
  };
  if (bytes[0] !== 0x80 || next() !== magic || next() !== legacyVersion) {
    throw new FormatError(where, "must be a file that torch.save wrote", "another one");
  }
  next();
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw new FormatError(where, "must list its storages", String(keys));
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys) {
    const storage = used.get(String(key));
    if (storage === undefined) throw new FormatError(where, "must only hold storages it uses", String(key));
    const length = at + 8 <= bytes.length ? Number(view.getBigInt64(at, true)) : -1;
    const end = at + 8 + length * storage.type.bytes;
    if (length !== storage.length || end > bytes.length) {
      throw new FormatError(
        `${where}: storage ${key}`,
        `must have ${storage.length} values`,
        length,
        "Is the file complete?",
      );
    }
    storages.set(storage.key, bytes.subarray(at + 8, end));
    at = end;
  }
  return { value, storages: (key) => storages.get(key) };
}

/** All that a file of tensors may name. @param used - gains every storage it speaks of */
function rulesFor(where: string, used = new Map<string, Storage>()) {
  const rebuild = (storage: Pickled, offset: Pickled, shape: Pickled, strides: Pickled): StoredTensor => {
    const isStorage = typeof storage === "object" && storage !== null && "key" in storage;
    if (
      !isStorage ||
      !isSizes([offset]) ||
      !isSizes(shape) ||
      !isSizes(strides) ||
      shape.length !== strides.length
    ) {
      throw new FormatError(
        where,
        "must describe tensors by storage, offset, shape and strides",
        "something else",
      );
    }
    return new StoredTensor(storage as unknown as Storage, Number(offset), shape, strides);
  };
  const known = new Map<string, Pickled>([
    ["collections OrderedDict", () => new Map()],
    ["torch._utils _rebuild_tensor_v2", rebuild],
    ["torch._utils _rebuild_tensor", rebuild],
    ["torch._utils _rebuild_parameter", (data: Pickled) => data],
    ["torch Size", (sizes: Pickled) => sizes],
    ...storageTypes.map((storage) => [`torch ${storage.name}`, storage] as const),
  ]);
  const load = (id: Pickled): Storage => {
    const [kind, found, key, , length] = Array.isArray(id) ? id : [];
    const isKnown = storageTypes.includes(found as StorageType);
    if (kind !== "storage" || !isKnown || typeof key !== "string" || !isSizes([length])) {
      throw new FormatError(where, "must refer to storages of numbers", String(kind));
    }
    const storage = { type: found as StorageType, key, length: Number(length) };
    used.set(key, storage);
    return storage;
  };
  return { known, load, isLeftOut: isBeside, cure: "Save the model's state_dict() alone." };
}

/** What checkpoints keep beside tensors: times, paths, settings, numbers of NumPy. Kinds of data, all of them. */
function isBeside(name: string): boolean {
  const [module, kind] = name.split(" ");
  const kinds = beside[module.replace(/^numpy\.core\./, "numpy._core.")];
  return kinds?.includes(kind) ?? false;
}

const [sets, paths] = [
  ["set", "frozenset", "complex", "slice", "range", "bytearray"],
  ["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"],
];
const beside: Readonly<Record<string, readonly string[] | undefined>> = {
  __builtin__: sets,
  builtins: sets,
  _codecs: ["encode"],
  argparse: ["Namespace"],
  types: ["SimpleNamespace"],
  collections: ["defaultdict", "Counter", "deque"],
  datetime: ["datetime", "date", "timedelta", "time", "timezone"],
  pathlib: paths,
  "pathlib._local": paths,
  numpy: ["dtype", "ndarray"],
  "numpy._core.multiarray": ["scalar", "_reconstruct"],
  torch: ["device", "float32", "float16", "bfloat16", "float64", "int64"],
};

function isSizes(values: Pickled): values is number[] {
  return Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0);
}

/** A contiguous copy. */
function tensorOf(
  { storage, offset, shape, strides }: StoredTensor,
  storages: Storages,
  where: string,
): Tensor {
  const { type: storageType, key, length } = storage;
  const bytes = storages(key);
  if (bytes === undefined || bytes.length < length * storageType.bytes) {
    throw new FormatError(
      where,
      `must have its ${length} values in storage ${key}`,
      bytes?.length ?? "nothing",
    );
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], offset);
  if (count > 0 && !(last < length))
    throw new FormatError(where, `must lie within ${length} values`, last + 1);
  if (count > Math.max(length, mostExpanded)) {
    throw new FormatError(where, `must have at most ${mostExpanded} values`, count);
  }
  const data = storageType.make(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const place = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    const value = storageType.read(view, at * storageType.bytes);
    data[i] = value;
    if (data instanceof Int32Array && data[i] !== value) {
      throw new FormatError(`${where}[${i}]`, "must fit int32", value);
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++place[axis] < shape[axis]) break;
      at -= shape[axis] * strides[axis];
      place[axis] = 0;
    }
  }
  return { shape: [...shape], data };
}

function type(
  name: string,
  bytes: number,
  read: StorageType["read"],
  Data: new (length: number) => TensorData,
): StorageType {
  return { name, bytes, read, make: (length) => new Data(length) };
}
