// How the simulator's time and memory grow with steps, width, depth and density; no peer.

import type { InputSpikes } from "../src/coding/input-spikes.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import { dense, neuron, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { spikingModel } from "../test/spiking-models.ts";
import { convertedNetwork, lenet } from "./converted-networks.ts";
import { type BenchRow, benchRow } from "./report.ts";
import { randomSpikes, withNeurons } from "./simulator-inputs.ts";
import { key, measure, type SimulatorBench } from "./simulator-measure.ts";

const steps = 16;

export async function growthRows(bench: SimulatorBench): Promise<BenchRow[]> {
  const { dataset, quick } = bench;
  const set = subset(splitOf(dataset, "test"), 0, quick ? 20 : 200);
  const rows: BenchRow[] = [];
  const add = async (name: string, model: Model, spikes?: InputSpikes): Promise<void> => {
    rows.push(await measure(bench, { name, model, peer: null, set, ...(spikes && { spikes }) }));
    rows.push(memoryRow(bench, name, model, spikes));
  };
  for (const T of quick ? [8] : [8, 16, 32, 64]) {
    const inference = { coding: "constant", readout: "membrane", steps: T } as const;
    const model = await convertedNetwork(lenet, dataset, 8, inference);
    await add(`growth with T: converted LeNet, int8, digits, T = ${T}`, model);
  }
  if (quick) return rows;
  const tenth = randomSpikes(set.count, steps, 784, 0.1);
  for (const width of [250, 500, 1000, 2000]) {
    await add(`growth with width: 784-${width}-10 IF, int8, T = ${steps}`, chain(1, width), tenth);
  }
  for (const layers of [1, 2, 4, 8]) {
    await add(`growth with depth: ${layers} × 500 IF, int8, T = ${steps}`, chain(layers, 500), tenth);
  }
  for (const density of [0.01, 0.05, 0.25, 1]) {
    const name = `growth with density: 784-1000-10 IF, int8, T = ${steps}, ${100 * density} %`;
    await add(name, chain(1, 1000), randomSpikes(set.count, steps, 784, density));
  }
  return rows;
}

function chain(layers: number, width: number): Model {
  const hidden = Array.from({ length: layers }, () => [dense(width), neuron()]).flat();
  const network = sequential("chain", [784], [...hidden, dense(10)]);
  const model = spikingModel(network, { seed: 1, inference: { coding: "events", steps } });
  return withNeurons(model, { threshold: 30 * Math.sqrt(width) });
}

/** What an image more in a piece takes of the kernels' memory, and what all of them share. */
function memoryRow(
  { kernels, dataset }: SimulatorBench,
  name: string,
  model: Model,
  spikes?: InputSpikes,
): BenchRow {
  const { pixels, labels } = dataset.test;
  const takenBy = (images: number): number => {
    const free = kernels.freeBytes;
    let least = free;
    const isCancelled = (): boolean => {
      least = Math.min(least, kernels.freeBytes);
      return false;
    };
    const options = { maximumBatch: images, memoryBytes: kernels.freeBytes };
    const asked = { pixels, labels, ...(spikes && { spikes }), ...key, firstImage: 0, count: images };
    createSimulator(kernels, model, options).run({ ...asked, isCancelled });
    return free - least;
  };
  const [few, many] = [2, 18];
  const perImage = (takenBy(many) - takenBy(few)) / (many - few);
  return benchRow({
    case: `memory: ${name}`,
    unit: "KiB an image",
    ours: perImage / 1024,
    better: "lower",
    note: `of the images that run together; ${((takenBy(few) - few * perImage) / 1024).toFixed(0)} KiB besides, once`,
  });
}
