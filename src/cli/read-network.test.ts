import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { onnxBytes, onnxData, onnxFile, randomTensor, type TestGraph } from "../../test/onnx-files.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import { readOnnx } from "../formats/read-onnx.ts";
import type { CommandContext } from "./command.ts";
import { importNetwork } from "./import.ts";
import { parseArguments } from "./parse-arguments.ts";
import { readNetwork } from "./read-network.ts";

const folder = mkdtempSync(path.join(tmpdir(), "read-network-"));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

const graph: TestGraph = {
  input: ["N", 1, 2, 2],
  nodes: [
    { op: "Flatten", inputs: ["x"], outputs: ["f"] },
    { op: "Gemm", inputs: ["f", "w"], outputs: ["y"], name: "scores" },
  ],
  constants: { w: randomTensor([4, 3], 1) },
};

test("an ONNX file and the network file made of it are the same network, whatever the file's name", async () => {
  const { model } = await readNetwork(write("net.ONNX", onnxFile(graph)));
  const { model: unnamed } = await readNetwork(write("net", onnxFile(graph)));
  const { model: own } = await readNetwork(write("net.safetensors", writeNetworkFile(model)));
  assert.deepEqual(unnamed, model);
  assert.deepEqual(own, model);
});

test("weights beside an ONNX file are read from its own folder and nowhere else", async () => {
  const weights = new Uint8Array(Float32Array.from({ length: 12 }, (_, i) => i).buffer);
  const at = (location: string): Uint8Array => {
    const data = onnxData(graph);
    const tensor = { dims: [4, 3], dataType: 1, name: "w", dataLocation: 1 };
    const initializer = [{ ...tensor, externalData: [{ key: "location", value: location }] }];
    return onnxBytes({ ...data, graph: { ...(data["graph"] as object), initializer } });
  };
  write("inner/weights.bin", weights);
  const outer = write("weights.bin", weights);
  const { model } = await readNetwork(write("inner/net.onnx", at("weights.bin")));
  assert.deepEqual([...model.tensors["scores.weight"].data], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  for (const location of ["../weights.bin", outer, "inner/weights.bin", "..", ""]) {
    await assert.rejects(readNetwork(write("inner/net.onnx", at(location))), /data in the file itself/);
  }
});

async function runImport(...words: readonly string[]): Promise<string> {
  const { operands, options, given } = parseArguments(importNetwork.options, words);
  const out = path.join(folder, "out.safetensors");
  const context = { operands, options, given, out, terminal: { write: () => {} } };
  await importNetwork.run(context as unknown as CommandContext<typeof importNetwork.options>);
  return out;
}

test("import takes an ONNX network with the normalisation it was trained with, and raw pixels without", async () => {
  const file = write("net.onnx", onnxFile(graph));
  const read = (out: string) => readNetworkFile(readFileSync(out), out);
  assert.deepEqual(read(await runImport(file)), await readOnnx(onnxFile(graph), "net.onnx"));
  const normalised = read(
    await runImport(file, "--pixel-mean", "0.5", "--pixel-std", "0.25", "--classes", "a,b,c"),
  );
  assert.deepEqual(normalised.preprocessing, { scale: 1 / (255 * 0.25), offset: -2 });
  assert.deepEqual(normalised.classes, ["a", "b", "c"]);
  await assert.rejects(
    runImport(file, "--kernel-size", "3"),
    /--kernel-size must not be given for an ONNX file/,
  );
});
