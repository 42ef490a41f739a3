// Does the C code do what the simulator does, on 2,000 test images of MNIST, to the last spike? And how large is
// it? Networks are trained and converted as the simulator's benchmark has them, then made whole-numbered.

import { integerNetwork } from "../src/convert/integer-network.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import { exportC99 } from "../src/deploy/c99/export-c99.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import type { FlowTrace } from "../src/simulate/simulation-request.ts";
import type { SimulationResult } from "../src/simulate/simulation-result.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { type CompiledRun, runCompiled } from "./c99-program.ts";
import { convertedNetwork, lenet, mlp } from "./converted-networks.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

const cases = [
  { network: lenet, coding: "constant", steps: 8 },
  { network: lenet, coding: "rate", steps: 16 },
  { network: mlp, coding: "constant", steps: 8 },
] as const;

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const dataset = await loadDataset("mnist");
  const test = splitOf(dataset, "test");
  const images = subset(test, 0, quick ? 200 : 2000);
  const kernels = await loadKernels({ build: "simd" });
  const rows: BenchRow[] = [];
  const versions: Record<string, string> = {};
  for (const { network, coding, steps } of cases) {
    const snn = await convertedNetwork(network, dataset, 8, { steps, coding, readout: "membrane" });
    const whole = integerNetwork(snn, { kind: "integer", potentialBits: 32, overflow: "saturate" });
    const program = exportC99(whole, { stem: network.name });
    const compiled = runCompiled(program, images.pixels);
    if (compiled === undefined) continue;
    versions["compiler"] = compiled.compiler;
    const [before, simulated] = [simulate(kernels, snn, images), simulate(kernels, whole, images)];
    const name = `${network.name}, ${coding}, ${steps} steps`;
    rows.push(...caseRows(name, images, compiled, before.result, simulated));
    const worst = program.worstCase;
    const bytes = `${worst.additionsPerStep} additions a step at most`;
    rows.push(size(`${name}: RAM`, program.ramBytes, bytes));
    rows.push(size(`${name}: tables`, program.flashBytes, "weights, thresholds, biases, codes"));
    rows.push(size(`${name}: tables and machine code`, compiled.textBytes, "of this machine, -O2"));
  }
  return benchReport({ name: "c99", quick, threads: 1, versions, rows });
}

interface Simulated {
  readonly result: SimulationResult;
  readonly spikeHashes: Uint32Array;
}

function caseRows(
  name: string,
  { count, labels }: ImageSet,
  compiled: CompiledRun,
  before: SimulationResult,
  { result, spikeHashes }: Simulated,
): readonly BenchRow[] {
  const counted = (isCounted: (image: number) => boolean): number =>
    Array.from({ length: count }, (_, image) => image).filter(isCounted).length;
  const spikes = result.layers.reduce((sum, layer) => sum + layer.spikes, 0);
  const percent = (correct: number): number => (100 * correct) / count;
  const additions = result.operationsPerImage.reduce((sum, each) => sum + each, 0) / count;
  return [
    benchRow({
      case: `${name}: images with other spikes than simulated`,
      unit: "images",
      ours: counted((image) => compiled.spikeHashes[image] !== spikeHashes[image]),
      goal: 0,
      better: "lower",
      note: `of ${count}, ${spikes} spikes`,
    }),
    benchRow({
      case: `${name}: images of another class than simulated`,
      unit: "images",
      ours: counted((image) => compiled.classes[image] !== result.predictions[image]),
      goal: 0,
      better: "lower",
    }),
    benchRow({
      case: `${name}: accuracy in C`,
      unit: "%",
      ours: percent(counted((image) => compiled.classes[image] === labels[image])),
      better: "higher",
      note: `${percent(before.correctPerStep.at(-1) ?? 0)} % before it was whole-numbered`,
    }),
    benchRow({
      case: `${name}: additions and products an image`,
      unit: "",
      ours: Math.round(additions),
      better: "lower",
      note: "as the simulator counts them",
    }),
  ];
}

function size(name: string, bytes: number, note: string): BenchRow {
  return benchRow({ case: name, unit: "bytes", ours: bytes, better: "lower", note });
}

function simulate(kernels: Kernels, model: Model, { pixels, labels, count }: ImageSet): Simulated {
  const spikeHashes = new Uint32Array(count);
  const layers = model.network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id);
  const steps = model.inference?.steps ?? 0;
  const trace = ({ firstImage, images, flows }: FlowTrace): void => {
    for (let b = 0; b < images; b++) spikeHashes[firstImage + b] = hashOf(layers, flows, b, steps);
  };
  const request = {
    pixels,
    labels,
    firstImage: 0,
    count,
    seed: 0,
    trial: 0,
    isCancelled: () => false,
    trace,
  };
  const mark = kernels.mark();
  const result = createSimulator(kernels, model).run(request);
  kernels.release(mark);
  return { result, spikeHashes };
}

/** As deploy/c99/test-vectors.ts hashes them. */
function hashOf(layers: readonly string[], flows: FlowTrace["flows"], image: number, steps: number): number {
  let hash = 0x811c9dc5;
  const add = (word: number): void => {
    hash = Math.imul(hash ^ word, 0x01000193);
  };
  for (let step = 0; step < steps; step++) {
    layers.forEach((layer, place) => {
      const flow = flows.get(layer);
      if (flow?.kind !== "spikes") throw new TypeError(`${layer} gives no spikes`);
      add(0x80000000 | place);
      const segment = image * steps + step;
      for (let at = segment === 0 ? 0 : flow.ends[segment - 1]; at < flow.ends[segment]; at++)
        add(flow.events[at]);
    });
  }
  return hash >>> 0;
}
