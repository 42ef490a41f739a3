import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dense, relu, sequential } from "../model/build.ts";
import type { Model } from "../model/model.ts";
import { readNetworkFile, writeNetworkFile } from "./network-file.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

function smallModel(): Model {
  return {
    kind: "ann",
    network: sequential("small", [3], [dense(2), relu(), dense(2, false)]),
    weightFormat: { kind: "int", bits: 4 },
    tensors: {
      "dense1.weight": { shape: [2, 3], data: Int8Array.of(1, -2, 3, -7, 0, 7) },
      "dense1.scale": { shape: [1], data: Float32Array.of(0.125) },
      "dense1.bias": { shape: [2], data: Float32Array.of(0.1, -0.2) },
      "dense2.weight": { shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) },
      "dense2.scale": { shape: [1], data: Float32Array.of(0.5) },
    },
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: null,
    classes: ["a", "<b>"],
    provenance: { data: "", seed: 3, commit: "", kernels: "simd", parent: "", history: ["made by hand"] },
  };
}

describe("network file", () => {
  test("what is written is read back whole, and written again to the same bytes", () => {
    const model = smallModel();
    const bytes = writeNetworkFile(model);
    const again = readNetworkFile(bytes, "a.safetensors");
    assert.deepEqual(again, model);
    assert.deepEqual(writeNetworkFile(again), bytes);
  });

  test("preprocessing by channel comes back as it was, and must have a number for each", () => {
    const byChannel = { ...smallModel(), preprocessing: { scale: [1, 1 / 3, 0.1], offset: 0 } };
    assert.deepEqual(readNetworkFile(writeNetworkFile(byChannel), "a"), byChannel);
    const short = { ...byChannel, preprocessing: { scale: [1, 2], offset: 0 } };
    assert.throws(
      () => writeNetworkFile(short),
      /preprocessing.scale must be one number or one for each of 3/,
    );
  });

  test("bytes that lie somewhere in a larger buffer are read all the same", () => {
    const bytes = writeNetworkFile(smallModel());
    const pool = Buffer.alloc(bytes.length + 24);
    pool.set(bytes, 8);
    assert.deepEqual(readNetworkFile(pool.subarray(8, 8 + bytes.length), "pooled"), smallModel());
  });

  test("every file cut short is refused as a file, not as a crash", () => {
    const bytes = writeNetworkFile(smallModel());
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => readNetworkFile(bytes.subarray(0, length), "cut"), {
        name: "FormatError",
        message: /^cut/,
      });
    }
  });

  test("every flipped header bit gives the same network, one of our errors or another valid one, never a crash", () => {
    const bytes = writeNetworkFile(smallModel());
    for (let i = 0; i < bytes.length; i++) {
      const broken = bytes.slice();
      broken[i] ^= 1 << (i % 8);
      try {
        readNetworkFile(broken, "flipped");
      } catch (error) {
        assert.match(
          (error as Error).name,
          /^(FormatError|InvalidValueError)$/,
          `byte ${i}: ${(error as Error).stack}`,
        );
      }
    }
  });

  test("an unknown version is refused with both versions", () => {
    const file = readSafetensors(writeNetworkFile(smallModel()), "x");
    const newer = writeSafetensors({ ...file, metadata: { ...file.metadata, version: "2" } });
    assert.throws(
      () => readNetworkFile(newer, "new.safetensors"),
      /new.safetensors must have version 1 .* but got "2"/,
    );
  });

  test("weights that are not finite are named by tensor and element", () => {
    const model = smallModel();
    const bias = { shape: [2], data: Float32Array.of(0, Number.NaN) };
    const broken = { ...model, tensors: { ...model.tensors, "dense1.bias": bias } };
    assert.throws(
      () => writeNetworkFile(broken),
      /tensor dense1.bias\[1\] must be a finite number, but got NaN/,
    );
  });
});

describe("safetensors", () => {
  const header = (json: unknown, body: number): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(json));
    const bytes = new Uint8Array(8 + text.length + body);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  const broken: Record<string, [Uint8Array, RegExp]> = {
    "a huge header length": [new Uint8Array(16).fill(255), /header fits/],
    "a header that is no object": [header([1], 0), /JSON object as header|described by an object/],
    "an unknown dtype": [
      header({ a: { dtype: "F128", shape: [1], data_offsets: [0, 16] } }, 16),
      /dtype F32/,
    ],
    "a size that overflows": [
      header({ a: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] } }, 4),
      /must have/,
    ],
    "a negative offset": [
      header({ a: { dtype: "U8", shape: [1], data_offsets: [-1, 0] } }, 4),
      /within 4 bytes/,
    ],
    "overlapping tensors": [
      header(
        {
          a: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
          b: { dtype: "U8", shape: [2], data_offsets: [1, 3] },
        },
        3,
      ),
      /without gap or overlap/,
    ],
    "bytes no tensor claims": [
      header({ a: { dtype: "U8", shape: [1], data_offsets: [0, 1] } }, 2),
      /1 bytes of tensors/,
    ],
  };
  for (const [name, [bytes, message]] of Object.entries(broken)) {
    test(`${name} is refused`, () => {
      assert.throws(() => readSafetensors(bytes, "bad"), { name: "FormatError", message });
    });
  }
});
