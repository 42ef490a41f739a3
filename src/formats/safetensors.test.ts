import assert from "node:assert/strict";
import { test } from "node:test";
import { readSafetensors } from "./safetensors.ts";

/** A file with one tensor, as another program would write it. */
function fileOf(dtype: string, shape: readonly number[], body: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify({ x: { dtype, shape, data_offsets: [0, body.length] } }),
  );
  const bytes = new Uint8Array(8 + header.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(body, 8 + header.length);
  return bytes;
}

const cases: Readonly<Record<string, [dtype: string, ArrayBufferView, expected: ArrayLike<number>]>> = {
  "float64 is rounded to float32": ["F64", Float64Array.of(0.1, -2), Float32Array.of(0.1, -2)],
  // Sign, exponent, fraction: 1, −2, the largest, the smallest, infinity.
  "float16 is read exactly": [
    "F16",
    Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00),
    Float32Array.of(1, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY),
  ],
  "bfloat16 is the upper half of a float32": [
    "BF16",
    Uint16Array.of(0x3f80, 0xc049),
    Float32Array.of(1, -3.140625),
  ],
  "int64 that fits is int32": ["I64", BigInt64Array.of(-1n, 2n ** 31n - 1n), Int32Array.of(-1, 2 ** 31 - 1)],
  "int16 is int32": ["I16", Int16Array.of(-300, 300), Int32Array.of(-300, 300)],
  "booleans are bytes": ["BOOL", Uint8Array.of(1, 0), Uint8Array.of(1, 0)],
};
for (const [name, [dtype, values, expected]] of Object.entries(cases)) {
  test(name, () => {
    const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const { tensors } = readSafetensors(fileOf(dtype, [expected.length], body), "a");
    assert.deepEqual(tensors["x"].data, expected);
  });
}

test("int64 beyond int32 and types without a meaning here are refused by tensor", () => {
  const large = new Uint8Array(BigInt64Array.of(2n ** 31n).buffer);
  assert.throws(() => readSafetensors(fileOf("I64", [1], large), "a"), /a: tensor "x" must fit int32/);
  assert.throws(() => readSafetensors(fileOf("C64", [1], large), "a"), /a: tensor "x" must have dtype F32/);
});
