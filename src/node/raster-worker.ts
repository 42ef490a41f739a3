// A worker thread that runs one image through a network and tells when which neurons fired.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData, StateError } from "../base/errors.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import { requireImages } from "../pipeline/require-images.ts";
import type { FlowTrace } from "../simulate/simulation-request.ts";
import { createSimulator } from "../simulate/simulator.ts";
import type { LiveRaster, RasterLayer } from "../study/live-network.ts";
import { readFileBytes } from "./atomic-file.ts";
import { loadDataset } from "./dataset-files.ts";
import type { PartReply } from "./part-pool.ts";
import type { RasterPart, ToRasterWorker } from "./raster-messages.ts";

/** More neurons of a layer than this could not be told apart: every n-th is drawn. */
const mostRows = 256;

const { memoryBytes, cancelFlag } = workerData as ToRasterWorker;
const isCancelled = (): boolean => Atomics.load(cancelFlag, 0) !== 0;
const kernels = loadKernels({ build: "simd", memoryBytes });
let known: Dataset | undefined;

parentPort?.on("message", async (part: RasterPart) => {
  let reply: PartReply<LiveRaster>;
  try {
    reply = { result: await rasterOf(part) };
  } catch (error) {
    reply = { error: errorToData(error) };
  }
  parentPort?.postMessage(reply);
});

async function rasterOf(part: RasterPart): Promise<LiveRaster> {
  const { path, image, seed, trial } = part;
  const model = readNetworkFile(readFileBytes(path), path);
  const split = splitOf(await datasetOf(part), "validation");
  requireImages(model, split);
  const layers: RasterLayer[] = [];
  const result = createSimulator(await kernels, model, { maximumBatch: 1 }).run({
    pixels: split.pixels,
    labels: split.labels,
    firstImage: image,
    count: 1,
    seed,
    trial,
    isCancelled,
    boundsPotentials: false,
    trace: ({ flows }) => {
      const order = ["input", ...model.network.layers.map(({ id }) => id)];
      for (const id of order) layers.push(...rasterLayer(id, flows));
    },
  });
  const neurons = new Set(result.layers.filter(({ kind }) => kind === "neuron").map(({ layer }) => layer));
  return {
    trial,
    image,
    label: split.labels[image],
    decided: result.predictions[0],
    classes: model.classes,
    steps: result.steps,
    layers: layers.filter(({ layer }) => layer === "input" || neurons.has(layer)),
  };
}

/** None for what is no train of spikes, as held input is not. */
function rasterLayer(layer: string, flows: FlowTrace["flows"]): readonly RasterLayer[] {
  const flow = flows.get(layer);
  if (flow?.kind !== "spikes") return [];
  const { size, ends, events } = flow;
  const stride = Math.ceil(size / mostRows);
  const steps = Array.from(ends, (end, step) =>
    Array.from(events.subarray(step === 0 ? 0 : ends[step - 1], end))
      .filter((neuron) => neuron % stride === 0)
      .map((neuron) => neuron / stride)
      .sort((a, b) => a - b),
  );
  return [{ layer, neurons: size, stride, spikes: ends.at(-1) ?? 0, events: steps }];
}

async function datasetOf({ data, dataSha256 }: RasterPart): Promise<Dataset> {
  const dataset = known?.name === data ? known : await loadDataset(data);
  known = dataset;
  if (dataset.sha256 !== dataSha256)
    throw new StateError(
      `data set ${data} must be the one the study ran on (SHA-256 ${dataSha256.slice(0, 12)}…), but is ${dataset.sha256.slice(0, 12)}….`,
    );
  return dataset;
}
