import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import {
  bitsOf,
  changePattern,
  changeValue,
  checkChange,
  decodeValue,
  encodeValue,
  type NumberFormat,
  numberFormats,
} from "./number-format.ts";

const random = new Random({ seed: 1, trial: -1, purpose: "number-format-test", index: 0 });
const view = new DataView(new ArrayBuffer(4));

/** Node's own halves, newer than the library's types. */
const setHalf = (value: number): number => {
  const half = view as DataView & { setFloat16?: (offset: number, value: number) => void };
  assert.ok(half.setFloat16, "needs a Node with Float16");
  half.setFloat16(0, value);
  return view.getUint16(0);
};
const hasHalf = "setFloat16" in DataView.prototype;

const values16 = (format: NumberFormat): number[] =>
  Array.from({ length: 65_536 }, (_, pattern) => decodeValue(format, pattern));

test("all patterns of up to 16 bits are what their values are stored as", () => {
  for (const format of numberFormats.filter((name) => bitsOf(name) <= 16)) {
    for (let pattern = 0; pattern < 2 ** bitsOf(format); pattern++) {
      const value = decodeValue(format, pattern);
      if (!Number.isNaN(value)) assert.equal(encodeValue(format, value), pattern, `${format} ${pattern}`);
    }
  }
});

test("float16 is Node's, for every pattern, midway between them and beside that", { skip: !hasHalf }, () => {
  const values = values16("float16");
  for (let pattern = 0; pattern < 65_536; pattern++) {
    const value = values[pattern];
    const next = values[(pattern + 1) & 0xffff];
    view.setUint16(0, pattern);
    const half = view as DataView & { getFloat16?: (offset: number) => number };
    assert.ok(Object.is(half.getFloat16?.(0), value), String(pattern));
    const middle = (value + next) / 2;
    if (!Number.isFinite(middle)) continue;
    for (const near of [
      middle,
      middle * (1 + 2 ** -40),
      middle * (1 - 2 ** -40),
      Math.fround(middle * 1.0001),
    ])
      assert.equal(encodeValue("float16", near), setHalf(near), String(near));
  }
  for (let i = 0; i < 50_000; i++) {
    view.setUint32(0, random.uint32());
    const value = view.getFloat32(0);
    if (!Number.isNaN(value)) assert.equal(encodeValue("float16", value), setHalf(value), String(value));
  }
  for (const value of [65504, 65519.99, 65520, -65520, 1e30, -0, 0, 2 ** -25, 2 ** -24, 1.0000001 * 2 ** -25])
    assert.equal(encodeValue("float16", value), setHalf(value), String(value));
  assert.ok(Number.isNaN(decodeValue("float16", encodeValue("float16", Number.NaN))));
});

test("bfloat16 is the upper half of a float32, and no other is nearer", () => {
  const values = values16("bfloat16");
  for (let pattern = 0; pattern < 65_536; pattern++) {
    view.setUint32(0, pattern << 16);
    assert.ok(Object.is(view.getFloat32(0), values[pattern]));
  }
  for (let i = 0; i < 50_000; i++) {
    view.setUint32(0, random.uint32());
    const value = view.getFloat32(0);
    if (!Number.isFinite(value)) continue;
    const pattern = encodeValue("bfloat16", value);
    const stored = values[pattern];
    if (!Number.isFinite(stored)) continue;
    for (const other of [values[(pattern + 1) & 0xffff], values[(pattern - 1) & 0xffff]]) {
      if (!Number.isFinite(other)) continue;
      const [own, its] = [Math.abs(stored - value), Math.abs(other - value)];
      assert.ok(own < its || (own === its && pattern % 2 === 0), `${value}`);
    }
  }
  assert.equal(encodeValue("bfloat16", 3.4e38), 0x7f80);
  assert.ok(Number.isNaN(decodeValue("bfloat16", encodeValue("bfloat16", Number.NaN))));
});

test("float32 patterns are DataView's", () => {
  for (let i = 0; i < 20_000; i++) {
    const pattern = random.uint32();
    view.setUint32(0, pattern);
    const value = view.getFloat32(0);
    assert.ok(Object.is(decodeValue("float32", pattern), value));
    if (!Number.isNaN(value)) assert.equal(encodeValue("float32", value), pattern);
  }
});

test("a flipped bit flipped again is as it was, even through NaNs", () => {
  for (const format of numberFormats) {
    for (let i = 0; i < 2_000; i++) {
      const pattern = random.uint32() >>> (32 - bitsOf(format));
      const change = { kind: "flip", bit: random.integer(bitsOf(format)) } as const;
      const struck = changePattern(format, pattern, change);
      assert.equal(Math.log2(struck > pattern ? struck - pattern : pattern - struck), change.bit);
      assert.equal(changePattern(format, struck, change), pattern);
    }
  }
});

test("one of stuck at 0 and stuck at 1 is the flip and the other changes nothing", () => {
  for (const format of numberFormats) {
    for (let i = 0; i < 500; i++) {
      const pattern = random.uint32() >>> (32 - bitsOf(format));
      const bit = random.integer(bitsOf(format));
      const both = (["stuck0", "stuck1"] as const).map((kind) =>
        changePattern(format, pattern, { kind, bit }),
      );
      const flipped = changePattern(format, pattern, { kind: "flip", bit });
      assert.deepEqual(new Set(both), new Set([pattern, flipped]));
      assert.ok(both[0] < both[1]);
    }
  }
});

test("codes stay sign-extended and flip as two's complement does", () => {
  const cases: readonly (readonly [NumberFormat, number, number, number])[] = [
    ["int8", 0, 7, -128],
    ["int8", -1, 7, 127],
    ["int8", -1, 0, -2],
    ["int2", 1, 1, -1],
    ["int4", -8, 3, 0],
    ["int16", 5, 15, 5 - 32768],
    ["int32", 5, 31, 5 - 2 ** 31],
    ["int32", -1, 31, 2 ** 31 - 1],
    ["uint8", 128, 7, 0],
    ["spike", 1, 0, 0],
    ["float32", 1, 31, -1],
    ["float32", 1, 30, Number.POSITIVE_INFINITY],
    ["float16", 1, 15, -1],
    ["bfloat16", 1, 7, 0.5],
  ];
  for (const [format, value, bit, wanted] of cases)
    assert.equal(changeValue(format, value, { kind: "flip", bit }), wanted, `${format} ${value}`);
  // A leak of 0.9 is held as 3686/4096.
  assert.equal(changeValue("q3.12", 0.9, { kind: "flip", bit: 11 }), (3686 - 2048) / 4096);
});

test("what is set, scaled or added to becomes the nearest value and ends at the largest finite one", () => {
  assert.equal(changeValue("int8", 100, { kind: "scale", factor: 3 }), 127);
  assert.equal(changeValue("int8", -100, { kind: "scale", factor: 3 }), -128);
  assert.equal(changeValue("int8", 5, { kind: "scale", factor: 0.5 }), 3);
  assert.equal(changeValue("int8", -5, { kind: "scale", factor: 0.5 }), -3);
  assert.equal(changeValue("int4", 5, { kind: "add", amount: 1.4 }), 6);
  assert.equal(changeValue("int32", 2 ** 31 - 1, { kind: "add", amount: 5 }), 2 ** 31 - 1);
  assert.equal(changeValue("uint8", 3, { kind: "add", amount: -5 }), 0);
  assert.equal(changeValue("q3.12", 0.5, { kind: "scale", factor: 3 }), 1.5);
  assert.equal(changeValue("q3.12", 0.5, { kind: "scale", factor: 1e9 }), 32767 / 4096);
  assert.equal(changeValue("float16", 60000, { kind: "scale", factor: 2 }), 65504);
  assert.equal(changeValue("bfloat16", 1, { kind: "set", value: 1 + 2 ** -9 }), 1);
  assert.equal(
    changeValue("float32", 0.1, { kind: "add", amount: 0.2 }),
    Math.fround(Math.fround(0.1) + 0.2),
  );
  assert.equal(changeValue("float32", -3e38, { kind: "scale", factor: 1e300 }), -3.4028234663852886e38);
  assert.equal(changeValue("spike", 1, { kind: "set", value: 0.2 }), 0);
  const infinity = Number.POSITIVE_INFINITY;
  assert.equal(changeValue("float32", infinity, { kind: "scale", factor: 2 }), infinity);
});

test("a bit outside the format and an amount that is no number are refused with what is valid", () => {
  assert.throws(
    () => checkChange("fault", "int8", { kind: "flip", bit: 8 }),
    /^InvalidValueError: fault bit must be from 0 to 7 for int8, but got 8\.$/,
  );
  assert.throws(() => checkChange("fault", "int2", { kind: "stuck1", bit: -1 }), /from 0 to 1 for int2/);
  assert.throws(
    () => checkChange("fault", "float32", { kind: "stuck0", bit: 1.5 }),
    /from 0 to 31 for float32/,
  );
  assert.throws(() => checkChange("fault", "spike", { kind: "flip", bit: 1 }), /must be 0 for a spike/);
  for (const change of [
    { kind: "set", value: Number.NaN },
    { kind: "scale", factor: Number.POSITIVE_INFINITY },
    { kind: "add", amount: Number.NaN },
  ] as const)
    assert.throws(() => checkChange("fault", "int8", change), /must be a finite number/);
  assert.throws(
    () => checkChange("fault", "int8", { kind: "melt" } as never),
    /must be a change of kind flip/,
  );
});
