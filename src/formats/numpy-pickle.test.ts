import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "../base/errors.ts";
import { NumpyArray, readNumpyPickle } from "./numpy-pickle.ts";

const words = (text: string): number[] => [...new TextEncoder().encode(text)];
const text = (word: string): number[] => [0x58, word.length, 0, 0, 0, ...words(word)];
const named = (module: string, name: string): number[] => [0x63, ...words(`${module}\n${name}\n`)];

interface Described {
  readonly code?: string;
  readonly order?: string;
  readonly shape?: readonly number[];
  readonly isFortran?: boolean;
  readonly data?: readonly number[];
  readonly module?: string;
}

/** An array as NumPy pickles it, by protocol 2 but for bytes, which are as in 3. */
function pickled(described: Described): Uint8Array {
  const { code = "f8", order = "<", shape = [1, 2], isFortran = false } = described;
  const { data = [...new Uint8Array(Float64Array.of(1.5, -2).buffer)] } = described;
  const module = described.module ?? "numpy.core.multiarray";
  const made = [...named(module, "_reconstruct"), ...named("numpy", "ndarray"), 0x4b, 0, 0x85];
  const type = [...named("numpy", "dtype"), ...text(code), 0x89, 0x88, 0x87, 0x52];
  const typeState = [0x28, 0x4b, 3, ...text(order), 0x4e, 0x4e, 0x4e, 0x4b, 0, 0x4b, 0, 0x4b, 0, 0x74, 0x62];
  const sizes = [0x28, ...shape.flatMap((size) => [0x4b, size]), 0x74];
  const state = [0x28, 0x4b, 1, ...sizes, ...type, ...typeState, isFortran ? 0x88 : 0x89];
  const bytes = [0x43, data.length, ...data];
  return Uint8Array.from([
    ...[0x80, 3, ...made, 0x43, 1, 0x62, 0x87, 0x52],
    ...[...state, ...bytes, 0x74, 0x62, 0x2e],
  ]);
}

test("arrays of all kinds of numbers come back with their shape, by the old and the new module's name", () => {
  const array = readNumpyPickle(pickled({}), "file");
  assert.ok(array instanceof NumpyArray);
  assert.deepEqual(
    [array.shape, [...array.values]],
    [
      [1, 2],
      [1.5, -2],
    ],
  );
  const short = readNumpyPickle(
    pickled({ module: "numpy._core.multiarray", code: "i2", shape: [2], data: [255, 255, 1, 1] }),
    "file",
  );
  assert.ok(short instanceof NumpyArray);
  assert.deepEqual([...short.values], [-1, 257]);
});

test("arrays whose bytes do not fit, of other orders and kinds, and other calls are refused", () => {
  const refused: readonly (readonly [Described, RegExp])[] = [
    [{ shape: [3] }, /must hold 24 bytes of an array, but got "?16/],
    [{ shape: [255, 255] }, /must hold 520200 bytes/],
    [{ order: ">" }, /must hold arrays of little-endian numbers/],
    [{ code: "O8" }, /must hold arrays of little-endian numbers/],
    [{ isFortran: true }, /must hold arrays row by row/],
    [{ module: "os" }, /must only name what data are made of/],
  ];
  for (const [described, message] of refused)
    assert.throws(() => readNumpyPickle(pickled(described), "file"), message);
  const kept = Uint8Array.from([0x80, 2, 0x4b, 1, 0x51, 0x2e]);
  assert.throws(() => readNumpyPickle(kept, "file"), /must hold all its objects/);
  const whole = pickled({});
  for (let end = 0; end < whole.length; end++)
    assert.throws(() => readNumpyPickle(whole.subarray(0, end), "file"), FormatError);
});
