// Keras files that are broken, that want too much, or that hold what cannot be read: each gives one clear error, soon.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { storedZip } from "../../../test/stored-zip.ts";
import { isExpected } from "../../base/errors.ts";
import { readKeras } from "../read-keras.ts";
import { zipEntries } from "../zip-entries.ts";
import { kerasGraph } from "./keras-network.ts";
import type { NetworkWeights } from "./keras-weights.ts";

const folder = path.join(import.meta.dirname, "../../../test/fixtures/keras");
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, name)));
const entries = (name: string): Readonly<Record<string, Uint8Array>> =>
  Object.fromEntries(zipEntries(fixture(name), name));

async function refuses(bytes: Uint8Array, message: RegExp, name = "a.keras"): Promise<void> {
  await assert.rejects(readKeras(bytes, name), (error: Error) => {
    assert.ok(isExpected(error), String(error.stack));
    assert.match(error.message, message);
    return true;
  });
}

// biome-ignore lint/suspicious/noExplicitAny: descriptions are changed in ways no type allows
type Description = any;

/** An archive with its description changed. */
function changed(name: string, change: (description: Description) => unknown): Uint8Array {
  const files = entries(`${name}.keras`);
  const description = JSON.parse(new TextDecoder().decode(files["config.json"]));
  const made = change(description) ?? description;
  return storedZip({ ...files, "config.json": new TextEncoder().encode(JSON.stringify(made)) });
}

/** The layer of that name. */
function layerOf(description: Description, name: string): Description {
  const layer = description.config.layers.find(({ config }: Description) => config.name === name);
  assert.ok(layer, name);
  return layer;
}

const settings =
  (name: string, some: Readonly<Record<string, unknown>>) =>
  (description: Description): void => {
    Object.assign(layerOf(description, name).config, some);
  };

const put =
  (keys: readonly (string | number)[], value: unknown) =>
  (description: Description): void => {
    let at = description;
    for (const key of keys.slice(0, -1)) at = at[key];
    at[keys[keys.length - 1]] = value;
  };

const kind =
  (name: string, className: string) =>
  (description: Description): void => {
    layerOf(description, name).class_name = className;
  };

/** In signals: what the layer takes its values from. */
const taking =
  (name: string, from: readonly unknown[]) =>
  (description: Description): void => {
    const [use] = layerOf(description, name).inbound_nodes;
    use.args[0].config.keras_history = from;
  };

/** In operators: keywords of the first layer's call. */
const calledWith =
  (keywords: Readonly<Record<string, unknown>>) =>
  (description: Description): void => {
    layerOf(description, "räum").inbound_nodes[0].kwargs = keywords;
  };

/** In operators: a constant beside what a layer takes. */
const given =
  (name: string, value: unknown) =>
  (description: Description): void => {
    const constant = typeof value === "number" ? value : { class_name: "__numpy__", config: { value } };
    layerOf(description, name).inbound_nodes[0].args[1] = constant;
  };

test("all layers that cannot be read are named at once, each with its reason", async () => {
  const bytes = changed("branches", (description) => {
    kind("add", "LSTM")(description);
    kind("flatten", "Lambda")(description);
    settings("depthwise_conv2d", { activation: "gelu" })(description);
    settings("conv2d_1", { data_format: "channels_first" })(description);
  });
  await refuses(
    bytes,
    /^a\.keras must hold only nodes that can be read, but got "\d that cannot"\.[\s\S]*layer "depthwise_conv2d_gelu" \(Activation\) must be relu, relu6 or linear, or softmax, sigmoid or tanh at the end, but got "gelu"[\s\S]*layer "add" \(LSTM\) must be of a kind that can be read, but got "LSTM"\. Take another layer[\s\S]*layer "flatten" \(Lambda\)/,
  );
});

const refusals: readonly [network: string, change: (description: Description) => unknown, message: RegExp][] =
  [
    [
      "signals",
      kind("max_pooling1d", "Lambda"),
      /layer "max_pooling1d" \(Lambda\) must be of a kind that can be read/,
    ],
    [
      "signals",
      settings("conv1d", { padding: "full" }),
      /must have padding "valid" or "same", but got "full"/,
    ],
    [
      "signals",
      settings("conv1d", { strides: [0] }),
      /1 whole numbers from 1 to 65536 as strides, but got \[0\]/,
    ],
    ["signals", settings("conv1d", { strides: { a: 1 } }), /whole numbers from 1 to 65536 as strides/],
    ["signals", settings("conv1d", { groups: 2 }), /3 input channels in all groups, but got "2 groups of 3"/],
    ["signals", settings("conv1d", { groups: "two" }), /a number as groups, but got "two"/],
    ["signals", settings("max_pooling1d", { pool_size: 1e9 }), /whole numbers from 1 to 65536 as pool_size/],
    ["signals", settings("max_pooling1d", { pool_size: [60_000] }), /must have a kernel of at most 16/],
    [
      "signals",
      kind("max_pooling1d", "Conv1D"),
      /must hold the weights of "max_pooling1d", but got "conv1d_1"/,
    ],
    ["signals", taking("conv1d", ["conv1d", 0, 0]), /layer conv1d\w* must not depend on itself/],
    ["signals", taking("conv1d", ["nowhere", 0, 0]), /must take values from its layers, but got "nowhere"/],
    ["signals", taking("conv1d", ["max_pooling1d", 7, 0]), /from its layers, but got \["max_pooling1d", 7\]/],
    [
      "signals",
      taking("conv1d", 5 as never),
      /network "signals" connections must be a list, but got "number"/,
    ],
    ["signals", put(["config", "output_layers"], []), /must have one output, but got 0/],
    [
      "branches",
      settings("depthwise_conv2d", { dtype: { class_name: "Int4DTypePolicy" } }),
      /must not be quantised, but got "Int4DTypePolicy"/,
    ],
    ["operators", calledWith({ training: true }), /layer "räum" must be used for inference/],
    ["operators", given("räum", 3), /layer "räum" must take computed values only, but got \[3\]/],
    ["operators", given("multiply", [[[1], [2]]]), /constants of numbers along the last axis only/],
    [
      "signals",
      put(
        ["config", "input_layers"],
        [
          ["conv1d", 0, 0],
          ["conv1d_1", 0, 0],
        ],
      ),
      /must have 1 input, but got 2/,
    ],
    ["signals", put(["config", "layers"], { a: 1 }), /layers must be a list, but got "object"/],
    ["signals", put(["config", "layers", 1], null), /a layer must be described by an object, but got "null"/],
    [
      "signals",
      put(["config", "layers", 1, "class_name"], 7),
      /must have a class name and a name, but got "number"/,
    ],
    [
      "signals",
      put(["config", "layers", 1, "config"], "x"),
      /config must be described by an object, but got "string"/,
    ],
    [
      "signals",
      (d) => void d.config.layers.push(d.config.layers[1]),
      /layers with names of their own, but got "conv1d"/,
    ],
    [
      "signals",
      put(["class_name"], "Transformer"),
      /must be a Sequential or functional network, but got "Transformer"/,
    ],
    ["signals", () => [1, 2], /a layer must be described by an object, but got "object"/],
    [
      "signals",
      settings("signal", { batch_shape: [null, 2 ** 40, 3] }),
      /must have at most \d+ values|elements/,
    ],
    [
      "signals",
      settings("signal", { batch_shape: [null, null, 3] }),
      /fixed sizes besides the batch[\s\S]*Give the input shape/,
    ],
    [
      "signals",
      settings("signal", { batch_shape: [null, 16, 4] }),
      /layer "conv1d" \(Conv1D\) must have 4 input channels/,
    ],
    ["branches", settings("zero_padding2d", { padding: 60_000 }), /must give at most \d+ values/],
    [
      "branches",
      settings("zero_padding2d", {
        padding: [
          [1, -1],
          [0, 0],
        ],
      }),
      /whole numbers of 0 or more as padding/,
    ],
    ["branches", settings("average_pooling2d", { padding: "same" }), /must have no padding, or count it/],
    [
      "branches",
      settings("batch_normalization", { axis: 1 }),
      /must go over the last axis, the channels, but got 1/,
    ],
    ["branches", settings("batch_normalization", { scale: true }), /must have 4 weights, but got 3/],
    ["branches", settings("re_lu", { negative_slope: 0.1 }), /must have a negative_slope of 0, but got 0.1/],
    ["in_a_row", settings("rescaling", { scale: ["a"] }), /one number, or one a channel, as scale/],
    [
      "signals",
      settings("conv1d", { activation: "sigmoid" }),
      /layer "conv1d_sigmoid" \(Sigmoid\)[\s\S]*It can be left out at the end of a network only/,
    ],
    ["in_a_row", settings("reshape", { target_shape: [2, 2, 2] }), /must keep the 4 elements/],
    ["in_a_row", kind("rescaling", "Softmax"), /It can be left out at the end of a network only/],
  ];

test("descriptions of what cannot be are refused by layer, each in its own words", async () => {
  for (const [network, change, message] of refusals) await refuses(changed(network, change), message);
});

test("networks within networks end somewhere", () => {
  const weights: NetworkWeights = { of: () => [], inside: () => weights };
  const relu = { class_name: "ReLU", config: { name: "r" } };
  const within = (times: number, uses: number): Description => {
    let inner: Description = { class_name: "Sequential", config: { name: "core", layers: [relu] } };
    for (let i = 0; i < times; i++) {
      const input = { class_name: "InputLayer", config: { name: "i", batch_shape: [null, 4] } };
      const each = Array.from({ length: uses }, () => [["i", 0, 0, {}]]);
      const layers = [input, { ...inner, name: "n", inbound_nodes: each }];
      const ends = { input_layers: [["i", 0, 0]], output_layers: [["n", 0, 0]] };
      inner = { class_name: "Functional", config: { name: `w${i}`, layers, ...ends } };
    }
    return inner;
  };
  assert.equal(kerasGraph(within(8, 1), weights, "a").nodes.filter(({ op }) => op === "ReLU").length, 1);
  assert.throws(() => kerasGraph(within(9, 1), weights, "a"), /must lie at most 8 networks deep/);
  assert.throws(() => kerasGraph(within(20_000, 1), weights, "a"), /must lie at most 8 networks deep/);
  // Nine uses of nine uses of …, eight networks deep, are 9⁸ layers.
  assert.throws(() => kerasGraph(within(8, 9), weights, "a"), /must have at most 20000 layers/);
  assert.throws(() => kerasGraph(within(1, 65), weights, "a"), /must use a layer at most 64 times/);
});

test("archives that lack a part, or hold another, say which", async () => {
  const { "config.json": config, "model.weights.h5": weights, ...rest } = entries("signals.keras");
  await refuses(
    storedZip({ ...rest, "config.json": config }),
    /must hold model\.weights\.h5, as archives of Keras do/,
  );
  await refuses(storedZip({ "model.weights.h5": weights }), /must hold config\.json/);
  const text = new TextEncoder().encode("{ no json");
  await refuses(storedZip({ "config.json": text, "model.weights.h5": weights }), /config\.json must be JSON/);
  await refuses(
    storedZip({ "config.json": config, "model.weights.h5": text }),
    /must begin as an HDF5 file does/,
  );
  const others = entries("branches.keras")["model.weights.h5"];
  await refuses(storedZip({ "config.json": config, "model.weights.h5": others }), /must have "conv1d"/);
  const packed = storedZip({ ...rest, "config.json": config, "model.weights.h5": weights });
  // Method 8, deflate, of the first file.
  const list = packed.findLastIndex((_, at) => String(packed.subarray(at, at + 4)) === "80,75,1,2");
  packed[list + 10] = 8;
  await refuses(packed, /must be stored as it is/);
});

test("weights alone, and HDF5 files of others, are no network", async () => {
  const weights = entries("signals.keras")["model.weights.h5"];
  await refuses(
    weights,
    /must hold a network with its weights[\s\S]*model\.save\(\), not by save_weights/,
    "w.h5",
  );
});

test("a file cut anywhere is refused", async () => {
  for (const name of ["signals.h5", "signals.keras"]) {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 60)) {
      await assert.rejects(
        readKeras(bytes.slice(0, length), name),
        (error: Error) => isExpected(error),
        `${length}`,
      );
    }
  }
});
