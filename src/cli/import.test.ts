import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readNetworkFile } from "../formats/network-file.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import type { CommandContext } from "./command.ts";
import { importNetwork } from "./import.ts";
import { parseArguments } from "./parse-arguments.ts";

const folder = mkdtempSync(path.join(tmpdir(), "import-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

/** Run the command as it is written, and read what it wrote. */
async function runImport(
  ...words: readonly string[]
): Promise<{ model: Model; lines: string[]; parameters: unknown }> {
  const lines: string[] = [];
  const { operands, options, given } = parseArguments(importNetwork.options, words);
  const out = at("out.safetensors");
  rmSync(out, { force: true });
  const context = { operands, options, given, out, terminal: { write: (line: string) => lines.push(line) } };
  const { parameters } = await importNetwork.run(
    context as unknown as CommandContext<typeof importNetwork.options>,
  );
  return { model: readNetworkFile(readFileSync(out), out), lines, parameters };
}

function tensor(...shape: Shape): Tensor {
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i) };
}

function write(name: string, tensors: Record<string, Tensor>, metadata: Record<string, string> = {}): string {
  writeFileSync(at(name), writeSafetensors({ metadata, tensors }));
  return at(name);
}

const layers = { "2.weight": tensor(3, 5), "10.weight": tensor(5, 3), "10.bias": tensor(5) };
const small = write("small.safetensors", layers);

test("an mlp takes its layers in the order of their numbers, with biases where the file has some", async () => {
  const words = ["--network", "mlp", "--hidden", "3", "--input-shape", "1,1,5", "--classes", "a,b,c,d,e"];
  const { model, lines, parameters } = await runImport(small, ...words);
  assert.deepEqual(model.tensors["dense1.weight"], layers["2.weight"]);
  assert.deepEqual(model.tensors["dense2.bias"], layers["10.bias"]);
  assert.equal("dense1.bias" in model.tensors, false);
  assert.deepEqual(model.classes, ["a", "b", "c", "d", "e"]);
  assert.deepEqual(model.preprocessing, { scale: 1 / 255, offset: 0 });
  assert.match(model.provenance.parent, /^[0-9a-f]{64}$/);
  assert.equal(parameters, 35);
  assert.ok(lines.includes("dense2: dense, gives [5], 20 parameters"));
  assert.ok(lines.includes("mlp: 4 layers, 35 parameters"));
});

test("a described network takes modules by a map of names, and pixels by channel", async () => {
  const file = write("two.safetensors", {
    "a.weight": tensor(2, 2),
    "a.bias": tensor(2),
    "b.weight": { shape: [2, 2], data: new Float32Array(4).fill(9) },
    "b.bias": tensor(2),
  });
  const described = {
    inputShape: [2],
    layers: [{ kind: "dense", units: 2 }, { kind: "relu" }, { kind: "dense", units: 2 }],
  };
  writeFileSync(at("network.json"), JSON.stringify(described));
  writeFileSync(at("names.json"), JSON.stringify({ dense1: "b", dense2: "a" }));
  const { model } = await runImport(
    ...[file, "--network", at("network.json"), "--names", at("names.json")],
    ...["--pixel-mean", "0.5,0.25", "--pixel-std", "0.5"],
  );
  assert.deepEqual([...model.tensors["dense1.weight"].data], [9, 9, 9, 9]);
  assert.deepEqual(model.classes, ["0", "1"]);
  assert.deepEqual(model.preprocessing, { scale: [1 / 127.5, 1 / 127.5], offset: [-1, -0.5] });
});

const resnet = path.join(import.meta.dirname, "../../../shared/models/cifar10-resnet/resnet20-12fca82f.th");
test("a published ResNet-20 comes in by its name alone", {
  skip: existsSync(resnet) ? false : `${resnet} is not here`,
}, async () => {
  const { model, parameters } = await runImport(resnet, "--network", "resnet20", "--classes", "cifar10");
  // He et al. 2015, table 6: 0.27 M.
  assert.equal(parameters, 269_722);
  assert.equal(model.classes[9], "truck");
  assert.deepEqual(model.network.inputShape, [3, 32, 32]);
});

const signals = path.join(import.meta.dirname, "../../test/fixtures/keras/signals.keras");
test("a Keras network comes in whatever its name, with what was done to it told", async () => {
  writeFileSync(at("keras.onnx"), readFileSync(signals));
  const { model, lines } = await runImport(at("keras.onnx"), "--classes", "a,b,c", "--pixel-std", "0.5");
  assert.deepEqual(model.classes, ["a", "b", "c"]);
  assert.deepEqual(model.preprocessing, { scale: 1 / 127.5, offset: 0 });
  assert.match(
    lines.join("\n"),
    /taken as \[3,16,1\], channels first\nSoftmax at the end left out|Softmax at the end/,
  );
});

const mlp = ["--network", "mlp", "--hidden", "3", "--input-shape", "1,1,5", "--classes", "5"];
const refused: Readonly<Record<string, [words: () => readonly string[], error: string, message: RegExp]>> = {
  "no network": [() => [small], "UsageError", /--network must be resnet20, mlp, cnn or a JSON file/],
  "another network": [
    () => [small, ...mlp.slice(0, -1), "4"],
    "InvalidValueError",
    /another shape: dense2.weight wants \[4,3\], but 10.weight has \[5,3\]/,
  ],
  "a depth no resnet has": [
    () => [small, "--network", "resnet21"],
    "InvalidValueError",
    /depth must be 2 more/,
  ],
  "an image of two sizes": [
    () => [small, "--network", "mlp", "--input-shape", "28,28"],
    "UsageError",
    /--input-shape must be channels,height,width/,
  ],
  "means that are words": [
    () => [small, ...mlp, "--pixel-mean", "a"],
    "UsageError",
    /--pixel-mean must be numbers/,
  ],
  "a standard deviation of 0": [() => [small, ...mlp, "--pixel-std", "0"], "UsageError", /must be above 0/],
  "two means for three deviations": [
    () => [small, ...mlp, "--pixel-mean", "0,0", "--pixel-std", "1,1,1"],
    "UsageError",
    /must have as many numbers, but got 2 and 3/,
  ],
  "a mean a channel that is not there": [
    () => [small, ...mlp, "--pixel-mean", "0,0"],
    "InvalidValueError",
    /preprocessing.scale must be one number or one for each of 1 channels/,
  ],
  "a network file": [
    () => [write("own.safetensors", layers, { schema: "spikefront.network" }), ...mlp],
    "UsageError",
    /is a network file already/,
  ],
  "a file of another kind": [
    () => {
      writeFileSync(at("text.pt"), "not a PyTorch file");
      return [at("text.pt"), ...mlp];
    },
    "FormatError",
    /text.pt/,
  ],
  "a network for a file that holds one": [
    () => [signals, "--network", "mlp"],
    "UsageError",
    /--network must not be given for a Keras file, which says so itself/,
  ],
  "a Keras file with a layer that cannot be read": [
    () => {
      const bytes = readFileSync(signals);
      // The same length, so that the archive stays whole.
      const from = bytes.indexOf('"class_name": "MaxPooling1D"');
      bytes.write('"class_name": "MaxPooling3D"', from);
      writeFileSync(at("other.keras"), bytes);
      return [at("other.keras")];
    },
    "InvalidValueError",
    /layer "max_pooling1d" \(MaxPooling3D\) must be of a kind that can be read/,
  ],
  "names that are a list": [
    () => {
      writeFileSync(at("list.json"), "[]");
      return [small, ...mlp, "--names", at("list.json")];
    },
    "UsageError",
    /list.json must be a JSON object/,
  ],
};
for (const [name, [words, error, message]] of Object.entries(refused)) {
  test(`${name} is refused, and nothing is written`, async () => {
    await assert.rejects(runImport(...words()), { name: error, message });
    assert.equal(existsSync(at("out.safetensors")), false);
  });
}
