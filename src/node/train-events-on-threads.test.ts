import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { yinYang } from "../data/yin-yang.ts";
import { eventNetwork } from "../event-gradient/event-network.ts";
import { eventTrainingFields } from "../event-gradient/event-training-fields.ts";
import { initialiseEventWeights } from "../event-gradient/initialise-event-weights.ts";
import { eventCodingFields, labelledTrains } from "../event-gradient/labelled-trains.ts";
import { resolve } from "../space/resolve.ts";
import { type TrainEventsOptions, trainEventsOnThreads } from "./train-events-on-threads.ts";

const folder = mkdtempSync(path.join(tmpdir(), "spikefront-events-"));
after(() => rmSync(folder, { recursive: true }));

const network = eventNetwork({
  inputShape: [5],
  windowS: 0.5,
  layers: [
    { id: "hidden", kind: "dense", units: 30, threshold: 0.13, maxSpikes: 2 },
    { id: "output", kind: "dense", units: 3, threshold: 0.13, maxSpikes: 1 },
  ],
});
const coding = resolve("coding", eventCodingFields, { latestS: 0.2, isZeroSilent: false, biasS: 0.1 });
const split = (samples: number, seed: number) => {
  const { labels, ...values } = yinYang({ samples, seed });
  return labelledTrains(values, labels, { coding, windowS: network.windowS });
};

function options(more: Partial<TrainEventsOptions> = {}): TrainEventsOptions {
  return {
    network,
    settings: resolve("training", eventTrainingFields, {
      loss: "firstSpike",
      epochs: 3,
      batch: 50,
      shards: 3,
      inputNoiseS: 0.01,
      bump: 1e-3,
      silentShare: 0.2,
    }),
    seed: 0,
    train: split(310, 1),
    validation: split(100, 2),
    weights: initialiseEventWeights(network, 0, [{ kind: "uniform", a: -0.3, b: 1 }]),
    threads: 1,
    build: "simd",
    memoryBytes: 2 ** 27,
    checkpointPath: undefined,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  };
}

test("one, two and three threads train the same weights to the last bit and log the same epochs", async () => {
  const [one, two, three] = await Promise.all(
    [1, 2, 3].map((threads) => trainEventsOnThreads(options({ threads }))),
  );
  assert.deepEqual(two, one);
  assert.deepEqual(three, one);
});

test("an aborted training goes on from its last epoch, on any number of threads, to the same weights", async () => {
  const settings = { ...options().settings, epochs: 20 };
  const whole = await trainEventsOnThreads(options({ settings }));
  const checkpointPath = path.join(folder, "checkpoint");
  const controller = new AbortController();
  const stopped = options({
    settings,
    checkpointPath,
    signal: controller.signal,
    onEpoch: () => controller.abort(),
  });
  await assert.rejects(trainEventsOnThreads(stopped), { name: "CancelledError" });
  assert.ok(existsSync(checkpointPath));
  const epochs: number[] = [];
  const resumed = await trainEventsOnThreads(
    options({ settings, checkpointPath, threads: 2, onEpoch: ({ epoch }) => epochs.push(epoch) }),
  );
  assert.ok(epochs[0] > 1 && epochs.length < 20, `it began again at epoch ${epochs[0]}`);
  assert.deepEqual(resumed, whole);
  assert.ok(!existsSync(checkpointPath));
});

test("another training's checkpoint is not taken up", async () => {
  const checkpointPath = path.join(folder, "other");
  const controller = new AbortController();
  const stopped = { checkpointPath, signal: controller.signal, onEpoch: () => controller.abort() };
  const settings = { ...options().settings, epochs: 20 };
  await assert.rejects(trainEventsOnThreads(options({ ...stopped, settings })), { name: "CancelledError" });
  const other = options({ checkpointPath, seed: 1 });
  assert.deepEqual(await trainEventsOnThreads(other), await trainEventsOnThreads(options({ seed: 1 })));
});

test("what goes wrong on a thread reaches the caller as the error it is", async () => {
  const labelled = options().train;
  const train = { ...labelled, labels: labelled.labels.map((label) => label + 1) };
  await assert.rejects(trainEventsOnThreads(options({ train, threads: 2 })), {
    name: "InvalidValueError",
    message: /^training label \d+ must be below 3, but got 3/,
  });
});
