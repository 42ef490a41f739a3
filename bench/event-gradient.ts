// How long does a step of training by exact gradients of spike times take, how many spikes does it process, and what share
// of the core is that? Beside it the same network in PyTorch, simulated densely in steps of 1 ms with surrogate gradients.
// 784-800-10, 50 images of MNIST, counts (up to 30 spikes a neuron) and time to first spike: forward, loss,
// backward, Adam. Rounds alternate; the least of each side counts.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { epochOrder } from "../src/ann/batches.ts";
import { BatchEngine } from "../src/event-gradient/batch-engine.ts";
import { type EventExperiment, eventExperiments } from "../src/event-gradient/event-experiments.ts";
import { type EventNetwork, eventNetwork, eventWeightShapes } from "../src/event-gradient/event-network.ts";
import { computeEventShard } from "../src/event-gradient/event-shard.ts";
import { eventTrainingFields } from "../src/event-gradient/event-training-fields.ts";
import { initialiseEventWeights } from "../src/event-gradient/initialise-event-weights.ts";
import { eventCodingFields, type LabelledTrains } from "../src/event-gradient/labelled-trains.ts";
import { sampleOf } from "../src/event-gradient/spike-trains.ts";
import { hasRelaxedSimd, loadKernels } from "../src/kernels/load.ts";
import { adamStep } from "../src/kernels/optimiser-step.ts";
import { loadValues, type ValuesDataset } from "../src/node/event-data.ts";
import { codedSplit, trainEventNetwork } from "../src/node/train-event-network.ts";
import { resolve } from "../src/space/resolve.ts";
import { type CoreSpeed, coreSpeed } from "./core-speed.ts";
import { PeerProcess } from "./peer-process.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

const batch = 50;
const epochSamples = 50_000;
const dtS = 1e-3;
const build = hasRelaxedSimd() ? "relaxed" : "simd";

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const dataset = await loadValues("mnist");
  const speed = await coreSpeed(quick ? 2 : 10);
  const rows: BenchRow[] = [];
  let versions: Readonly<Record<string, string>> = { torch: "none (set SPIKEFRONT_PEERS_PYTHON)" };
  for (const name of ["mnist-count", "mnist-ttfs"]) {
    const experiment = eventExperiments[name];
    const peer = name === "mnist-count" ? PeerProcess.start("event_gradient.py") : undefined;
    const own = await ourSteps(experiment, dataset);
    if (peer !== undefined) versions = await loadPeer(peer, own);
    const [ours, theirs]: [Step[], PeerSteps[]] = [[], []];
    for (let round = 0; round < (quick ? 2 : 6); round++) {
      for (let i = 0; i < (quick ? 1 : 5); i++) ours.push(own.step());
      const answer = await peer?.ask<PeerSteps>({ do: "run", rounds: quick ? 1 : 2 });
      if (answer !== undefined && "error" in answer) throw new Error(answer.error);
      if (answer !== undefined) theirs.push(answer);
    }
    peer?.close();
    const epochS = await epochSeconds(experiment, dataset, quick);
    rows.push(...rowsOf(name, { own, ours, theirs, epochS, speed }));
  }
  return benchReport({
    name: "event-gradient",
    quick,
    threads: 2,
    versions: { ...versions, kernels: build },
    rows,
  });
}

interface Step {
  readonly forwardMs: number;
  readonly wholeMs: number;
  /** Of the whole step; waits for a shared core left out. */
  readonly processorMs: number;
}

interface OurSteps {
  readonly network: EventNetwork;
  readonly train: LabelledTrains;
  readonly learningRate: number;
  readonly step: () => Step;
  /** Events heard, by layer, and times the neurons that hear them; of the last step's batch. */
  readonly counts: () => { readonly events: number; readonly synaptic: number };
  readonly peakBytes: () => number;
}

interface PeerSteps {
  readonly clockMs: readonly number[];
  readonly processorMs: readonly number[];
  readonly spikes: readonly number[];
  readonly mib: number;
}

function rowsOf(
  name: string,
  measured: {
    readonly own: OurSteps;
    readonly ours: readonly Step[];
    readonly theirs: readonly PeerSteps[];
    readonly epochS: number;
    readonly speed: CoreSpeed;
  },
): readonly BenchRow[] {
  const { own, ours, theirs, epochS, speed } = measured;
  const wholeMs = Math.min(...ours.map((step) => step.wholeMs));
  const forwardMs = Math.min(...ours.map((step) => step.forwardMs));
  const least = (of: (some: PeerSteps) => readonly number[]): number | undefined =>
    theirs.length === 0 ? undefined : Math.min(...theirs.flatMap(of));
  const { events, synaptic } = own.counts();
  const title = `${name}, batch ${batch}`;
  const slowest = Math.max(...ours.map((step) => step.wholeMs)).toFixed(1);
  const perSecond = synaptic / forwardMs / 1e6;
  const share = (some: number, of: number): string => `${((100 * some) / of).toFixed(0)} %`;
  const peerSpikes = theirs
    .at(-1)
    ?.spikes.map((spikes) => spikes.toFixed(0))
    .join(" and ");
  return [
    benchRow({
      case: `${title}, one step of training on one core`,
      unit: "ms",
      ours: wholeMs,
      peer: least(({ clockMs }) => clockMs),
      better: "lower",
      note: `ours up to ${slowest}${peerSpikes === undefined ? "" : `; peer: dense steps of ${1000 * dtS} ms, surrogate gradients, ${peerSpikes} spikes an image by layer`}`,
    }),
    benchRow({
      case: `${title}, one step of training, processor time`,
      unit: "ms",
      ours: Math.min(...ours.map((step) => step.processorMs)),
      peer: least(({ processorMs }) => processorMs),
      better: "lower",
      note: "waits for a shared core left out",
    }),
    benchRow({
      case: `${name}, an epoch of ${epochSamples} images on two cores`,
      unit: "s",
      ours: epochS,
      better: "lower",
      note: "by a part of the images, validation of 100 included",
    }),
    benchRow({
      case: `${title}, spikes heard by a layer, forward and backward on one core`,
      unit: "million/s",
      ours: events / wholeMs / 1000,
      better: "higher",
      note: `${(events / batch).toFixed(0)} an image`,
    }),
    benchRow({
      case: `${title}, forward, weights added on one core`,
      unit: "G/s",
      ours: perSecond,
      better: "higher",
      note: `two multiplications and additions each: ${share(4 * perSecond, 2 * speed.floatAdditions)} of the core's; ${share(4 * perSecond, speed.readsL2)} of L2's reads`,
    }),
    benchRow({
      case: `${title}, memory of a batch`,
      unit: "MiB",
      ours: own.peakBytes() / 2 ** 20,
      peer: theirs.length === 0 ? undefined : Math.max(...theirs.map(({ mib }) => mib)),
      better: "lower",
      note: "ours: besides weights, gradient and moments; the peer's: growth of its process in training",
    }),
  ];
}

async function ourSteps(experiment: EventExperiment, dataset: ValuesDataset): Promise<OurSteps> {
  const network = eventNetwork(experiment.network);
  const coding = resolve("coding", eventCodingFields, experiment.coding);
  const settings = resolve("training", eventTrainingFields, { ...experiment.training, shards: 1 });
  const train = codedSplit({ network, coding, dataset }, "train", batch);
  const kernels = await loadKernels({ build, memoryBytes: 2 ** 28 });
  const engine = new BatchEngine(kernels, { network });
  engine.setWeights(initialiseEventWeights(network, 0, experiment.starts));
  const [m, v] = [kernels.float32(engine.weights.length), kernels.float32(engine.weights.length)];
  const place = { engine, settings, seed: 0, train, validation: train };
  const order = epochOrder(0, 0, batch);
  const silent = new Uint32Array(eventWeightShapes(network).reduce((sum, [rows = 0]) => sum + rows, 0));
  const { learningRate } = settings;
  let [updates, spikes]: [number, Float64Array] = [0, new Float64Array(0)];
  return {
    network,
    train,
    learningRate,
    step() {
      const began = performance.now();
      for (let s = 0; s < batch; s += engine.samplesTogether) {
        engine.forward(train.trains, s, Math.min(batch, s + engine.samplesTogether));
      }
      const forwardMs = performance.now() - began;
      const [again, used] = [performance.now(), process.cpuUsage()];
      ({ spikes } = computeEventShard(place, { order, epoch: 0, from: 0, count: batch }, 0, silent));
      const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, learningRate };
      const parameters = { parameter: engine.weights, gradient: engine.gradient, m, v };
      adamStep(kernels, { ...parameters, ...constants, step: ++updates });
      const { user, system } = process.cpuUsage(used);
      return { forwardMs, wholeMs: performance.now() - again, processorMs: (user + system) / 1000 };
    },
    counts() {
      const heard = [train.trains.timeS.length, ...spikes.subarray(0, spikes.length - 1)];
      const rows = eventWeightShapes(network).map(([outputs]) => outputs);
      return {
        events: heard.reduce((sum, events) => sum + events, 0),
        synaptic: heard.reduce((sum, events, l) => sum + events * rows[l], 0),
      };
    },
    peakBytes: () => engine.peakBytes,
  };
}

async function loadPeer(peer: PeerProcess, own: OurSteps): Promise<Readonly<Record<string, string>>> {
  const { network, train, learningRate } = own;
  const times = new Float32Array(batch * 784).fill(-1);
  for (let s = 0; s < batch; s++) {
    const { neuron, timeS } = sampleOf(train.trains, s);
    for (const [e, n] of neuron.entries()) times[s * 784 + n] = timeS[e];
  }
  const [at, labels] = [join(peer.folder, "times"), join(peer.folder, "labels")];
  writeFileSync(at, new Uint8Array(times.buffer));
  writeFileSync(labels, train.labels);
  const thresholds = network.layers.map((layer) => (layer.kind === "pool" ? 0 : layer.threshold));
  const sizes = { inputs: 784, hidden: 800, outputs: 10, batch, threads: 1 };
  const { windowS } = network;
  const described = { ...sizes, thresholds, tauS: 0.13, windowS, dtS, learningRate, times: at, labels };
  const loaded = await peer.ask<Record<string, string>>({ do: "load", ...described });
  if ("error" in loaded) throw new Error(loaded["error"]);
  return loaded;
}

/** Of the fastest of some epochs of fewer images, on two threads. */
async function epochSeconds(
  experiment: EventExperiment,
  dataset: ValuesDataset,
  quick: boolean,
): Promise<number> {
  const samples = quick ? 500 : 5000;
  const some = (split: "train" | "validation", count: number) => {
    const { values, labels, inputs } = dataset.splits[split];
    return { values: values.subarray(0, count * inputs), inputs, labels: labels.subarray(0, count) };
  };
  const splits = { ...dataset.splits, train: some("train", samples), validation: some("validation", 100) };
  const times: number[] = [];
  await trainEventNetwork({
    experiment: { ...experiment, training: { ...experiment.training, epochs: quick ? 2 : 4 } },
    dataset: { ...dataset, splits },
    seed: 0,
    threads: 2,
    build,
    onEpoch: () => times.push(performance.now()),
  });
  const least = Math.min(...times.slice(1).map((time, i) => time - times[i]));
  return ((least / 1000) * epochSamples) / samples;
}
