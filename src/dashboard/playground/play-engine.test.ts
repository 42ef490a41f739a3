import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModel } from "../../../test/spiking-models.ts";
import { writeNetworkFile } from "../../formats/network-file.ts";
import { loadKernels } from "../../kernels/load.ts";
import { dense, flatten, neuron, sequential } from "../../model/build.ts";
import { PlayEngine } from "./play-engine.ts";
import type { FromEngine } from "./play-messages.ts";
import { asExported } from "./play-settings.ts";

const network = sequential("tiny", [1, 3, 3], [flatten(), dense(6), neuron({ model: "if" }), dense(3)]);
const model = spikingModel(network, {
  seed: 2,
  inference: { coding: "rate", steps: 4, readout: "membrane" },
});
const images = 40;
const pixels = Uint8Array.from({ length: 9 * images }, (_, i) => (i * 37) % 256);
const labels = Uint8Array.from({ length: images }, (_, i) => i % 3);

async function openEngine(): Promise<{ readonly engine: PlayEngine; readonly told: FromEngine[] }> {
  const told: FromEngine[] = [];
  let now = 0;
  const kernels = await loadKernels({ memoryBytes: 16 * 1024 * 1024 });
  // Every piece takes a whole tick, so the next is as small.
  const engine = new PlayEngine({ kernels, tell: (message) => told.push(message), nowMs: () => (now += 40) });
  engine.take({ kind: "network", bytes: writeNetworkFile(model), name: "tiny.safetensors" });
  engine.take({ kind: "images", pixels, labels });
  return { engine, told };
}

const lastOf = <K extends FromEngine["kind"]>(
  told: readonly FromEngine[],
  kind: K,
): Extract<FromEngine, { kind: K }> | undefined =>
  told.findLast((message): message is Extract<FromEngine, { kind: K }> => message.kind === kind);

test("a sample that is half done starts again when something moves, the network as exported goes on", async () => {
  const { engine, told } = await openEngine();
  engine.take({ kind: "sample", count: images, wish: 1 });
  for (let i = 0; i < 10; i++) assert.ok(engine.tick());
  assert.equal(lastOf(told, "sample")?.exported.images, 10);
  engine.take({ kind: "settings", settings: { ...asExported(4), thresholdFactor: 2 } });
  while (engine.tick());
  const { exported, altered } = lastOf(told, "sample") ?? {};
  assert.equal(exported?.images, images);
  assert.equal(altered?.images, images);
  assert.notDeepEqual(altered?.layers, exported?.layers);
  engine.take({ kind: "settings", settings: asExported(4) });
  engine.take({ kind: "sample", count: images, wish: 9 });
  assert.ok(!engine.tick(), "nothing is left to do");
  assert.equal(lastOf(told, "sample")?.wish, 9, "but what is known is told");
  assert.equal(lastOf(told, "sample")?.altered, null);
});

test("a sample that is made smaller is its first images, and one that is stopped stays what it is", async () => {
  const { engine, told } = await openEngine();
  engine.take({ kind: "sample", count: 30, wish: 1 });
  while (engine.tick());
  const long = lastOf(told, "sample")?.exported;
  engine.take({ kind: "sample", count: 8, wish: 2 });
  for (let i = 0; i < 4; i++) engine.tick();
  engine.take({ kind: "stop" });
  assert.ok(!engine.tick());
  assert.equal(lastOf(told, "sample")?.exported.images, 4);
  engine.take({ kind: "sample", count: 8, wish: 3 });
  while (engine.tick());
  const short = lastOf(told, "sample")?.exported;
  assert.equal(short?.images, 8);
  assert.deepEqual(short?.predictions, long?.predictions.subarray(0, 8));
});

test("an image is watched before the sample goes on, and again when something moves", async () => {
  const { engine, told } = await openEngine();
  engine.take({ kind: "sample", count: images, wish: 1 });
  engine.take({ kind: "watch", image: 7 });
  engine.tick();
  assert.equal(told.at(-1)?.kind, "watch");
  const before = lastOf(told, "watch");
  assert.equal(before?.image, 7);
  engine.take({
    kind: "settings",
    settings: { ...asExported(4), killed: { neuron1: [0, 1, 2, 3, 4, 5] } },
  });
  engine.tick();
  assert.deepEqual(lastOf(told, "altered")?.dead, { neuron1: [0, 1, 2, 3, 4, 5] });
  assert.equal(lastOf(told, "watch")?.watched.layers.at(-1)?.events.length, 0, "all are dead");
  engine.take({ kind: "watch", image: pixels.slice(0, 9) });
  engine.tick();
  assert.equal(lastOf(told, "watch")?.image, null);
});

test("what is wrong is told, and the engine goes on with the next wish", async () => {
  const { engine, told } = await openEngine();
  engine.take({ kind: "settings", settings: { ...asExported(4), killed: { neuron1: [6] } } });
  assert.deepEqual(lastOf(told, "problem")?.about, "settings");
  assert.ok(!engine.tick());
  engine.take({ kind: "settings", settings: asExported(4) });
  engine.take({ kind: "sample", count: 3, wish: 2 });
  while (engine.tick());
  assert.equal(lastOf(told, "sample")?.exported.images, 3);
  engine.take({ kind: "network", bytes: new Uint8Array([1, 2, 3]), name: "broken" });
  assert.equal(lastOf(told, "problem")?.about, "network");
  assert.ok(!engine.tick());
  const ann = { ...model, inference: { ...model.inference, coding: "events" } } as typeof model;
  engine.take({ kind: "network", bytes: writeNetworkFile(ann), name: "recorded" });
  assert.match(lastOf(told, "problem")?.message ?? "", /must take images, but takes recordings/);
});
