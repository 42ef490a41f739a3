// How fast are spiking networks simulated, beside SpikingJelly and snnTorch on the same machine, with the same
// number of threads, weights and inputs? Ours counts operations and keeps accuracy after every step as well.
// Rounds of ours and the peer's alternate and the minimum counts; predictions are compared. Encoding is part of
// no time: inputs are constant images, or spikes that are given.

import { heldValues } from "../src/coding/constant.ts";
import type { InputSpikes } from "../src/coding/input-spikes.ts";
import type { Dataset, ImageSet } from "../src/data/dataset.ts";
import { splitOf, subset } from "../src/data/image-set.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { dense, neuron, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import { sizeOf } from "../src/model/shapes.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { SimulationPool } from "../src/node/simulation-pool.ts";
import type { SimulationResult } from "../src/simulate/simulation-result.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { spikingModel } from "../test/spiking-models.ts";
import { convertedNetwork, lenet, mlp } from "./converted-networks.ts";
import { limitRows } from "./core-limits.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { leakyNetwork, onEvents, randomSpikes, withNeurons } from "./simulator-inputs.ts";
import { Peer, type PeerInput, type PeerName, type PeerRun } from "./simulator-peer.ts";

interface Case {
  readonly name: string;
  readonly model: Model;
  readonly peer: PeerName | null;
  readonly set: ImageSet;
  /** Instead of the set's pixels. */
  readonly spikes?: InputSpikes;
  /** Times faster than the peer. */
  readonly goal?: number;
  readonly threads?: 1 | 2;
}

interface Bench {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  readonly quick: boolean;
  readonly rounds: number;
  readonly versions: Record<string, string>;
}

const key = { seed: 0, trial: 0, boundsPotentials: false };

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const kernels = await loadKernels({ build: "simd" });
  const dataset = await loadDataset("mnist");
  const bench: Bench = { kernels, dataset, quick, rounds: quick ? 3 : 7, versions: {} };
  const rows: BenchRow[] = [];
  for (const one of await casesOf(bench)) rows.push(await measure(bench, one));
  rows.push(...(await threadRows(bench)));
  rows.push(...(await growthRows(bench)));
  rows.push(...limitRows(kernels, quick));
  const { versions } = bench;
  if (process.env["SPIKEFRONT_PEERS_PYTHON"] === undefined) {
    versions["peers"] =
      "none (set SPIKEFRONT_PEERS_PYTHON to a Python with torch, spikingjelly and snntorch)";
  }
  return benchReport({ name: "simulator", quick, threads: 1, versions, rows });
}

async function casesOf({ dataset, quick }: Bench): Promise<Case[]> {
  const images = quick ? 32 : 100;
  const set = subset(splitOf(dataset, "test"), 0, images);
  const wideSet = subset(splitOf(dataset, "test"), 0, 128);
  const constant = { coding: "constant", readout: "membrane" } as const;
  const cases: Case[] = [];
  for (const bits of quick ? ([8] as const) : ([8, "float32"] as const)) {
    const weights = bits === 8 ? "int8" : "float32";
    const small = await convertedNetwork(lenet, dataset, bits, { ...constant, steps: 32 });
    const wide = await convertedNetwork(mlp, dataset, bits, { ...constant, steps: 25 });
    const goal = bits === 8 ? { goal: 10 } : {};
    cases.push({
      name: `converted LeNet, ${weights}, digits, T = 32`,
      model: small,
      peer: "spikingjelly",
      set,
      ...goal,
    });
    cases.push({
      name: `converted 784-1000-10, ${weights}, digits, T = 25`,
      model: wide,
      peer: "snntorch",
      set: wideSet,
      ...goal,
    });
    for (const density of quick ? [0.1] : [0.02, 0.05, 0.1, 0.2, 0.5]) {
      const percent = `${100 * density} % random spikes`;
      const random = {
        spikes: randomSpikes(images, 32, 784, density),
        ...(density === 0.1 && bits === 8 && { goal: 5 }),
      };
      cases.push({
        name: `LeNet IF, ${weights}, ${percent}, T = 32`,
        model: onEvents(small),
        peer: "spikingjelly",
        set,
        ...random,
      });
      cases.push({
        name: `784-1000-10 LIF, ${weights}, ${percent}, T = 25`,
        model: leakyNetwork(bits),
        peer: "snntorch",
        set: wideSet,
        ...random,
        spikes: randomSpikes(128, 25, 784, density),
      });
    }
  }
  return cases;
}

async function measure(bench: Bench, one: Case): Promise<BenchRow> {
  const { model, set, spikes, threads = 1 } = one;
  const count = set.count;
  const asked = {
    pixels: set.pixels,
    labels: set.labels,
    ...(spikes && { spikes }),
    ...key,
    firstImage: 0,
    count,
  };
  const runOurs = await runner(bench, model, threads);
  const peer = one.peer === null ? undefined : Peer.start();
  const problem = peer && (await loadPeer(bench, peer, one, threads));
  const ours: number[] = [];
  const theirs: PeerRun[] = [];
  let result = await runOurs.run(asked);
  let failure = problem;
  for (let round = 0; round < bench.rounds; round++) {
    const start = performance.now();
    result = await runOurs.run(asked);
    ours.push(performance.now() - start);
    if (peer === undefined || failure !== undefined) continue;
    const answer = await peer.run();
    if ("error" in answer) failure = answer.error;
    else theirs.push(answer);
  }
  peer?.close();
  await runOurs.close();
  const best = Math.min(...ours) / count;
  const peerBest = (1000 * Math.min(...theirs.map(({ seconds }) => seconds))) / count;
  return benchRow({
    case: `${one.name}, ${threads} thread${threads > 1 ? "s" : ""}`,
    unit: "ms an image",
    ours: best,
    peer: theirs.length > 0 ? peerBest : undefined,
    goal: one.goal !== undefined && theirs.length > 0 ? peerBest / one.goal : undefined,
    better: "lower",
    note: noteOf(one, result, ours, theirs, failure),
  });
}

function noteOf(
  { set, peer, spikes }: Case,
  { predictions, correctPerStep, operationsPerImage }: SimulationResult,
  ours: readonly number[],
  theirs: readonly PeerRun[],
  failure: string | undefined,
): string {
  const { count } = set;
  const operations = operationsPerImage.reduce((sum, some) => sum + some, 0);
  const parts = [
    `at most ${(Math.max(...ours) / count).toPrecision(3)} ms`,
    `${(operations / Math.min(...ours) / 1e6).toFixed(1)} G synaptic operations/s`,
  ];
  if (spikes === undefined) parts.push(`${correctPerStep.at(-1)} of ${count} right`);
  if (theirs.length > 0) {
    const [first] = theirs;
    const same = first.predictions.filter((prediction, i) => prediction === predictions[i]).length;
    parts.push(`same prediction for ${same} of ${count}`, `${peer}: ${first.note}`);
  }
  if (failure !== undefined) parts.push(`${peer} not measured: ${failure}`);
  return parts.join("; ");
}

interface Runner {
  readonly run: (asked: Parameters<SimulationPool["run"]>[0]) => Promise<SimulationResult>;
  readonly close: () => Promise<void>;
}

async function runner({ kernels }: Bench, model: Model, threads: number): Promise<Runner> {
  if (threads > 1) {
    const pool = new SimulationPool({ model, threads });
    return { run: (asked) => pool.run(asked), close: () => pool.close() };
  }
  const simulator = createSimulator(kernels, model);
  return {
    run: async (asked) => simulator.run({ ...asked, isCancelled: () => false }),
    close: async () => {},
  };
}

/** @returns why the peer cannot be run */
async function loadPeer(bench: Bench, peer: Peer, one: Case, threads: number): Promise<string | undefined> {
  const { model, set, spikes } = one;
  const size = sizeOf(model.network.inputShape);
  const held = heldValues(model.preprocessing);
  const values = Float32Array.from(set.pixels.subarray(0, set.count * size), (pixel) => held[pixel]);
  const input: PeerInput = spikes
    ? { kind: "spikes", spikes }
    : { kind: "constant", values, images: set.count };
  const answer = await peer.load(one.peer ?? "snntorch", model, input, threads);
  if ("error" in answer) return answer.error;
  bench.versions[one.peer ?? ""] = answer.version;
  bench.versions["torch"] = answer.torch;
  // The first run chooses the peer's fastest mode.
  await peer.run();
  return undefined;
}

/** Two threads beside one, beside the peer's two, and all test images. */
async function threadRows(bench: Bench): Promise<BenchRow[]> {
  const { dataset, quick } = bench;
  const model = await convertedNetwork(lenet, dataset, 8, {
    coding: "constant",
    readout: "membrane",
    steps: 32,
  });
  const test = splitOf(dataset, "test");
  const set = subset(test, 0, quick ? 64 : 2000);
  const seconds: number[][] = [[], []];
  const runners = [await runner(bench, model, 1), await runner(bench, model, 2)];
  for (let round = 0; round <= bench.rounds; round++) {
    for (const [i, { run }] of runners.entries()) {
      const start = performance.now();
      await run({ ...set, ...key, firstImage: 0, count: set.count });
      if (round > 0) seconds[i].push(performance.now() - start);
    }
  }
  const rows = [
    benchRow({
      case: `converted LeNet, int8, T = 32, ${set.count} images: two threads over one`,
      unit: "times faster",
      ours: Math.min(...seconds[0]) / Math.min(...seconds[1]),
      goal: 1.8,
      better: "higher",
      note: "one thread runs in the program itself",
    }),
  ];
  const all = subset(test, 0, quick ? 500 : test.count);
  const start = performance.now();
  const { correctPerStep } = await runners[1].run({ ...all, ...key, firstImage: 0, count: all.count });
  rows.push(
    benchRow({
      case: `converted LeNet, int8, T = 32, ${all.count} test images, two threads`,
      unit: "s",
      ours: (performance.now() - start) / 1000,
      better: "lower",
      note: `${correctPerStep.at(-1)} right`,
    }),
  );
  for (const { close } of runners) await close();
  const some = subset(test, 0, quick ? 32 : 100);
  rows.push(
    await measure(bench, {
      name: "converted LeNet, int8, digits, T = 32",
      model,
      peer: "spikingjelly",
      set: some,
      threads: 2,
    }),
  );
  return rows;
}

/** How time grows with steps, width, depth and density; no peer. */
async function growthRows(bench: Bench): Promise<BenchRow[]> {
  const { dataset, quick } = bench;
  const set = subset(splitOf(dataset, "test"), 0, quick ? 20 : 200);
  const rows: BenchRow[] = [];
  const add = async (name: string, model: Model, spikes?: InputSpikes): Promise<void> => {
    rows.push(await measure(bench, { name, model, peer: null, set, ...(spikes && { spikes }) }));
  };
  for (const steps of quick ? [8] : [8, 16, 32, 64]) {
    const model = await convertedNetwork(lenet, dataset, 8, {
      coding: "constant",
      readout: "membrane",
      steps,
    });
    await add(`growth with T: converted LeNet, int8, digits, T = ${steps}`, model);
  }
  if (quick) return rows;
  const chain = (layers: number, width: number): Model => {
    const hidden = Array.from({ length: layers }, () => [dense(width), neuron()]).flat();
    const network = sequential("chain", [784], [...hidden, dense(10)]);
    const model = spikingModel(network, { seed: 1, inference: { coding: "events", steps: 16 } });
    return withNeurons(model, { threshold: 30 * Math.sqrt(width) });
  };
  const tenth = randomSpikes(set.count, 16, 784, 0.1);
  for (const width of [250, 500, 1000, 2000])
    await add(`growth with width: 784-${width}-10 IF, int8, T = 16`, chain(1, width), tenth);
  for (const layers of [1, 2, 4, 8])
    await add(`growth with depth: ${layers} × 500 IF, int8, T = 16`, chain(layers, 500), tenth);
  for (const density of [0.01, 0.05, 0.25, 1]) {
    const spikes = randomSpikes(set.count, 16, 784, density);
    await add(
      `growth with density: 784-1000-10 IF, int8, T = 16, ${100 * density} %`,
      chain(1, 1000),
      spikes,
    );
  }
  return rows;
}
