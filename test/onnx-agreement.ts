// Small ONNX files run by onnxruntime and by us, for tests.

import assert from "node:assert/strict";
import { Random } from "../src/base/random.ts";
import { readOnnx } from "../src/formats/read-onnx.ts";
import type { Model } from "../src/model/model.ts";
import { pixelMaps } from "../src/model/preprocessing.ts";
import { sizeOf } from "../src/model/shapes.ts";
import {
  onnxFile,
  randomTensor,
  runOnnx,
  type TestGraph,
  type TestNode,
  type TestTensor,
} from "./onnx-files.ts";
import { runAnn } from "./scalar-networks.ts";

/** Run here, for pixels in our order. */
function run(model: Model, pixels: ArrayLike<number>): readonly number[] {
  const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
  const input = Array.from(pixels, (pixel, i) => {
    const { scale, offset } = maps[Math.floor(i / plane)];
    return pixel * scale + offset;
  });
  return runAnn(model, input).get(model.network.output) ?? [];
}

/** Largest difference, over the largest score. */
function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  assert.equal(ours.length, theirs.length);
  const largest = Math.max(...Array.from(theirs, Math.abs));
  return Math.max(...Array.from(theirs, (score, i) => Math.abs(score - ours[i]))) / largest;
}

/** @param toOurs - the file's order of the input to ours */
export async function agree(
  graph: TestGraph,
  { toOurs = (pixels: readonly number[]): readonly number[] => pixels } = {},
): Promise<Model> {
  const bytes = onnxFile(graph);
  const model = await readOnnx(bytes, "test.onnx");
  const dims = graph.input.map((size) => (typeof size === "string" ? 1 : size));
  const random = new Random({ seed: 5, trial: -1, purpose: "test-onnx-input", index: 0 });
  const pixels = Array.from({ length: sizeOf(dims) }, () => random.uniform() - 0.3);
  const theirs = await runOnnx(bytes, Float32Array.from(pixels), dims);
  const error = difference(run(model, toOurs(pixels)), theirs);
  assert.ok(error < 1e-5, `scores differ by ${error}`);
  return model;
}

export const node = (
  op: string,
  inputs: string,
  output: string,
  attributes: TestNode["attributes"] = {},
): TestNode => ({
  op,
  inputs: inputs.split(" ").map((name) => (name === "-" ? "" : name)),
  outputs: [output],
  name: `/net/${op}_${output}`,
  attributes,
});
export const vector = (...data: number[]): TestTensor => ({ dims: [data.length], data });
export const whole = (...data: number[]): TestTensor => ({ dims: [data.length], data, type: "int64" });
export const kinds = (model: Model): string => model.network.layers.map(({ kind }) => kind).join(" ");

/** A convolution and what follows it. */
export const conv = { w: randomTensor([4, 2, 3, 3], 1), b: randomTensor([4], 2) };
export const behindConv = (
  nodes: readonly TestNode[],
  constants: Record<string, TestTensor> = {},
  opset = 13,
): TestGraph => ({
  opset,
  input: ["N", 2, 8, 7],
  nodes: [node("Conv", "x w b", "c", { pads: [1, 1, 1, 1] }), ...nodes],
  constants: { ...conv, ...constants },
});
export const onImage = (
  nodes: readonly TestNode[],
  constants: Record<string, TestTensor> = {},
): TestGraph => ({
  input: [1, 2, 8, 7],
  nodes,
  constants: { ...conv, ...constants },
});
