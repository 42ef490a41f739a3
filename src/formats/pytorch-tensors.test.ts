import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FormatError } from "../base/errors.ts";
import { readPytorchTensors } from "./pytorch-tensors.ts";
import { readNir } from "./read-nir.ts";
import { readPickle } from "./restricted-pickle.ts";

const models = new URL("../../../shared/models/", import.meta.url);
const skip = !existsSync(models) && "no ../shared/models";
const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(name, models)));

/** What PyTorch 2.13 reads: number of tensors, of values, the first tensor's name, shape and sum. */
const known: Readonly<Record<string, readonly [number, number, string, readonly number[], number]>> = {
  "sinabs/dvs_gesture_params.pt": [9, 171_264, "0.weight", [16, 2, 2, 2], -2.161951628746465],
  "neurobench/s2s_gsc_snntorch.pt": [24, 145_971, "1.weight", [256, 20], 89.49257131270497],
  "neurobench/dvs_gesture_snn.pt": [24, 76_203, "conv1.weight", [16, 2, 5, 5], -68.84862288512522],
  "neurobench/primate_ANN2D_indy_20160622_01.pth": [16, 5108, "fc1.weight", [32, 96], -15.128796471275564],
  "neurobench/primate_SNN3_indy_20160622_01.pth": [22, 6144, "v_x", [1], 0.23660916090011597],
  "cifar10-resnet/resnet20-12fca82f.th": [
    97,
    271_098,
    "module.conv1.weight",
    [16, 3, 3, 3],
    1.3100982000032673,
  ],
};

for (const [name, [tensors, values, first, shape, sum]] of Object.entries(known)) {
  test(`${name} holds what PyTorch reads from it`, { skip }, () => {
    const read = Object.entries(readPytorchTensors(bytesOf(name), name));
    assert.equal(read.length, tensors);
    assert.equal(
      read.reduce((total, [, { data }]) => total + data.length, 0),
      values,
    );
    assert.equal(read[0][0], first);
    assert.deepEqual(read[0][1].shape, shape);
    assert.equal(
      (read[0][1].data as Float32Array).reduce((total, value) => total + value, 0),
      sum,
    );
  });
}

test("the N-MNIST network's PyTorch weights are those of its NIR file, bit for bit", { skip }, async () => {
  const weights = readPytorchTensors(bytesOf("nir/nmnist_ann_pretrained_weights.pth"), "weights");
  const { tensors } = await readNir(bytesOf("nir/cnn_sinabs.nir"), "cnn_sinabs.nir");
  const names = Object.keys(weights);
  assert.equal(names.length, 5);
  const nir = Object.entries(tensors).filter(([name]) => name.endsWith(".weight"));
  assert.deepEqual(
    Object.values(weights).map(({ data }) => data),
    nir.map(([, { data }]) => data),
  );
});

test("torn and damaged files are refused, never read past their end", { skip }, () => {
  for (const name of [
    "neurobench/primate_ANN2D_indy_20160622_01.pth",
    "cifar10-resnet/resnet20-12fca82f.th",
  ]) {
    const whole = bytesOf(name);
    for (let cut = 0; cut < whole.length; cut += 1 + Math.floor(whole.length / 150)) {
      assert.throws(
        () => readPytorchTensors(whole.slice(0, cut), name),
        FormatError,
        `${name} cut at ${cut}`,
      );
    }
    for (let k = 0; k < 400; k++) {
      const damaged = whole.slice();
      damaged[(k * 7919) % Math.min(4000, damaged.length)] ^= 1 << (k % 8);
      damaged[damaged.length - 1 - ((k * 31) % 2000)] ^= 1 << ((k >> 3) % 8);
      try {
        readPytorchTensors(damaged, name);
      } catch (error) {
        assert.ok(error instanceof FormatError, `${name}, damage ${k}: ${error}`);
      }
    }
  }
});

test("of a checkpoint the model's tensors are read; settings, sets and NumPy's numbers are passed over", () => {
  // torch.save of {epoch, args: Namespace, tags: a set, best: np.float64, folder: a path, model, optimizer}.
  const file = new URL("../../test/fixtures/pytorch/checkpoint.pt", import.meta.url);
  const tensors = readPytorchTensors(new Uint8Array(readFileSync(file)), "checkpoint.pt");
  assert.deepEqual(tensors, { "fc.weight": { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } });
});

/** A pickle of protocol 2 written by hand. */
function pickle(...parts: (number | string)[]): Uint8Array {
  const bytes = parts.flatMap((part) =>
    typeof part === "string" ? Array.from(new TextEncoder().encode(part)) : part,
  );
  return Uint8Array.from([0x80, 2, ...bytes, 0x2e]);
}

const rules = { known: new Map(), load: () => null };

test("a pickle that would run code is refused by the name of what it calls", () => {
  const attack = pickle("cos\nsystem\n", 0x58, 4, 0, 0, 0, "echo", 0x85, "R");
  assert.throws(() => readPickle(attack, "evil.pt", rules), {
    name: "FormatError",
    message: /evil.pt: pickle at byte \d+ must only name what data are made of, but got "?os system/,
  });
  assert.throws(() => readPickle(pickle(0x29, 0x29, "R"), "evil.pt", rules), /must call what it names/);
  assert.throws(
    () => readPickle(pickle(0x29, 0x29, 0x92), "evil.pt", rules),
    /must only hold data, but got .*0x92/,
  );
  // What is left out is not called, and lets nothing else be called.
  const lenient = { ...rules, isLeftOut: (name: string) => name === "builtins set" };
  const set = pickle("cbuiltins\nset\n", "]", 0x85, "R", "(", "K", 3, "e");
  assert.equal(typeof readPickle(set, "a.pt", lenient).value, "symbol");
  assert.throws(() => readPickle(attack, "evil.pt", lenient), /got "?os system/);
  assert.throws(() => readPickle(pickle(0x29, 0x29, 0x81), "evil.pt", lenient), /must call what it names/);
});

test("data of every kind come out as they are", () => {
  const parts = [
    0x7d,
    "(",
    0x58,
    1,
    0,
    0,
    0,
    "a",
    "K",
    7,
    0x58,
    1,
    0,
    0,
    0,
    "b",
    "J",
    0xfe,
    0xff,
    0xff,
    0xff,
    "u",
  ];
  const { value } = readPickle(pickle(...parts), "file", rules);
  assert.deepEqual(
    value,
    new Map([
      ["a", 7],
      ["b", -2],
    ]),
  );
  assert.deepEqual(readPickle(pickle("(", "N", 0x88, 0x89, "t"), "file", rules).value, [null, true, false]);
  assert.equal(readPickle(pickle(0x8a, 2, 0, 0x80), "file", rules).value, -32_768n);
  assert.equal(readPickle(pickle("G", 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), "file", rules).value, 1.5);
});
