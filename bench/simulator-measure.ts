// One case of the simulator's benchmark: ours and the peer's rounds alternate, the minimum of each counts and
// the spread is told; predictions and spikes of the same inputs are compared.

import { heldValues } from "../src/coding/constant.ts";
import type { InputSpikes } from "../src/coding/input-spikes.ts";
import type { Dataset, ImageSet } from "../src/data/dataset.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Model } from "../src/model/model.ts";
import { pixelMaps } from "../src/model/preprocessing.ts";
import { sizeOf } from "../src/model/shapes.ts";
import { SimulationPool } from "../src/node/simulation-pool.ts";
import type { SimulationResult } from "../src/simulate/simulation-result.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { type BenchRow, benchRow } from "./report.ts";
import type { Peer, PeerCheck, PeerInput, PeerName } from "./simulator-peer.ts";

export interface SimulatorCase {
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

export interface SimulatorBench {
  readonly kernels: Kernels;
  readonly dataset: Dataset;
  readonly quick: boolean;
  readonly rounds: number;
  readonly peer: Peer | undefined;
  /** Gains what the peers tell. */
  readonly versions: Record<string, string>;
  /** Gains every comparison with a peer. */
  readonly comparisons: Comparison[];
}

export interface Comparison {
  readonly isExact: boolean;
  readonly images: number;
  /** Images with the peer's prediction. */
  readonly same: number;
  /** Largest difference of a layer's spikes, as a share of them. */
  readonly spikeDifference: number;
}

/** A peer keeps no track of the potentials' bounds. */
export const key = { seed: 0, trial: 0, boundsPotentials: false };

/** A round repeats its work for at least so long: the first milliseconds after the peer's are cold ones. */
const leastRoundMs = 100;

export async function measure(bench: SimulatorBench, one: SimulatorCase): Promise<BenchRow> {
  const { model, set, spikes, threads = 1 } = one;
  const { pixels, labels, count } = set;
  const asked = { pixels, labels, ...(spikes && { spikes }), ...key, firstImage: 0, count };
  const own = simulatorOf(bench.kernels, model, threads);
  const peer = one.peer === null ? undefined : bench.peer;
  const result = await own.run(asked);
  const check = peer && (await prepare(bench, peer, one, threads));
  let failure = check && "error" in check ? check.error : undefined;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    ours.push((await meanMs(() => own.run(asked))) / count);
    if (peer === undefined || failure !== undefined) continue;
    const answer = await peer.run(leastRoundMs);
    if ("error" in answer) failure = answer.error;
    else theirs.push((1000 * answer.seconds) / count);
  }
  await own.close();
  const operations = result.operationsPerImage.reduce((sum, some) => sum + some, 0) / count;
  const notes = [
    `ours ${spread(ours)} ms`,
    `${(operations / Math.min(...ours) / 1e6).toFixed(1)} G synaptic operations/s`,
  ];
  if (spikes === undefined) notes.push(`${result.correctPerStep.at(-1)} of ${count} right`);
  if (theirs.length > 0 && check && !("error" in check)) {
    const comparison = compare(model, result, check);
    bench.comparisons.push(comparison);
    notes.push(
      `same prediction for ${comparison.same} of ${count}, spikes within ${comparison.spikeDifference.toPrecision(1)} of a layer's`,
      `${one.peer} ${spread(theirs)} ms: ${check.note}`,
    );
  }
  if (failure !== undefined) notes.push(`${one.peer} not measured: ${failure}`);
  const best = Math.min(...theirs);
  return benchRow({
    case: `${one.name}, ${threads} thread${threads > 1 ? "s" : ""}`,
    unit: "ms an image",
    ours: Math.min(...ours),
    peer: theirs.length > 0 ? best : undefined,
    goal: one.goal !== undefined && theirs.length > 0 ? best / one.goal : undefined,
    better: "lower",
    note: notes.join("; "),
  });
}

async function meanMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let [times, ms] = [0, 0];
  for (; ms < leastRoundMs; ms = performance.now() - start, times++) await work();
  return ms / times;
}

export interface OwnSimulator {
  readonly run: (asked: Parameters<SimulationPool["run"]>[0]) => Promise<SimulationResult>;
  readonly close: () => Promise<void>;
}

/** One thread is this one. */
export function simulatorOf(kernels: Kernels, model: Model, threads: number): OwnSimulator {
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

/** Give the peer the case and let it find its fastest way. */
async function prepare(
  bench: SimulatorBench,
  peer: Peer,
  one: SimulatorCase,
  threads: number,
): ReturnType<Peer["check"]> {
  const { model, set, spikes } = one;
  const size = sizeOf(model.network.inputShape);
  const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
  const held = maps.map(heldValues);
  const values = Float32Array.from(
    set.pixels.subarray(0, set.count * size),
    (pixel, i) => held[Math.floor((i % size) / plane)][pixel],
  );
  const input: PeerInput = spikes
    ? { kind: "spikes", spikes }
    : { kind: "constant", values, images: set.count };
  const answer = await peer.load(one.peer ?? "snntorch", model, input, threads);
  if ("error" in answer) return answer;
  bench.versions[one.peer ?? ""] = answer.version;
  bench.versions["torch"] = answer.torch;
  return peer.check();
}

function compare(model: Model, { predictions, layers }: SimulationResult, check: PeerCheck): Comparison {
  const spikes = layers.filter(({ kind }) => kind === "neuron").map((layer) => layer.spikes);
  const differences = spikes.map((count, i) => Math.abs(count - check.spikes[i]) / Math.max(count, 1));
  return {
    isExact: model.weightFormat.kind === "int",
    images: predictions.length,
    same: check.predictions.filter((prediction, i) => prediction === predictions[i]).length,
    spikeDifference: Math.max(0, ...differences),
  };
}

function spread(values: readonly number[]): string {
  return `${Math.min(...values).toPrecision(3)} to ${Math.max(...values).toPrecision(3)}`;
}
