// How long does one step of training through time take, beside snnTorch with the same network, batch and threads, and
// how much memory? 784-1000-10 leaky neurons, 25 steps, 128 images of MNIST: forward, loss on counts, backward, Adam.
// Rounds alternate; the least of each side counts. One shard, so one thread; more threads take shards of their own.
// A convolution network beside it has no peer: its row is to be compared with itself.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { subset } from "../src/data/image-set.ts";
import { hasRelaxedSimd, loadKernels } from "../src/kernels/load.ts";
import { adamStep } from "../src/kernels/optimiser-step.ts";
import type { Model } from "../src/model/model.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { seriesLosses } from "../src/surrogate/series-losses.ts";
import {
  initialiseSpiking,
  type SpikingNetworkSpec,
  spikingNetwork,
} from "../src/surrogate/spiking-network.ts";
import { SurrogateEngine } from "../src/surrogate/surrogate-engine.ts";
import { PeerProcess } from "./peer-process.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

const [batch, steps, hidden] = [128, 25, 1000];
const [convolutionSteps, convolutionBatch] = [10, 32];
const codings = ["constant", "rate"] as const;
const build = hasRelaxedSimd() ? "relaxed" : "simd";

/** What the reference machine's snnTorch takes, one AVX2 core: the bar where there is no peer. */
const goalMs = 210;

interface Timed {
  readonly clockMs: readonly number[];
  readonly processorMs: readonly number[];
  readonly mib: number;
}

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const images = subset((await loadDataset("mnist")).train, 0, batch);
  const rows: BenchRow[] = [];
  let versions: Readonly<Record<string, string>> = { snntorch: "none (set SPIKEFRONT_PEERS_PYTHON)" };
  for (const coding of codings) {
    const ours = await ourSteps(denseModel(coding), images, batch);
    const peer = PeerProcess.start("bptt.py");
    const pixels = peer === undefined ? "" : join(peer.folder, "pixels");
    if (peer !== undefined) {
      writeFileSync(pixels, images.pixels.subarray(0, batch * 784));
      const network = { inputs: 784, hidden, outputs: 10, steps, batch, coding, threads: 1 };
      const loaded = await peer.ask<Record<string, string>>({ do: "load", pixels, ...network });
      if ("error" in loaded) throw new Error(loaded["error"]);
      versions = loaded;
    }
    const [own, theirs]: [Timed[], Timed[]] = [[], []];
    for (let round = 0; round < (quick ? 2 : 6); round++) {
      own.push(ours.run(quick ? 1 : 5));
      const answer = await peer?.ask<Timed>({ do: "run", rounds: quick ? 1 : 5 });
      if (answer !== undefined && "error" in answer) throw new Error(answer.error);
      if (answer !== undefined) theirs.push(answer);
    }
    peer?.close();
    const name = `784-${hidden}-10 LIF, ${steps} steps, batch ${batch}, ${coding} input`;
    rows.push(...rowsOf(name, own, theirs, ours.mib));
  }
  const ours = await ourSteps(convolutionModel(), images, convolutionBatch);
  const own = Array.from({ length: quick ? 2 : 6 }, () => ours.run(quick ? 1 : 5));
  const name = `CNN 16-32 (5 × 5) and 128 LIF, ${convolutionSteps} steps, batch ${convolutionBatch}, rate input`;
  rows.push(...rowsOf(name, own, [], ours.mib, false));
  return benchReport({ name: "bptt", quick, threads: 1, versions: { ...versions, kernels: build }, rows });
}

function rowsOf(
  name: string,
  own: readonly Timed[],
  theirs: readonly Timed[],
  mib: number,
  hasGoal = true,
): readonly BenchRow[] {
  const least = (rounds: readonly Timed[], of: (round: Timed) => readonly number[]): number =>
    Math.min(...rounds.flatMap(of));
  const [clock, processor] = [(round: Timed) => round.clockMs, (round: Timed) => round.processorMs];
  const peer = theirs.length === 0 ? undefined : least(theirs, clock);
  const spread = [least(own, clock), Math.max(...own.flatMap(clock))].map((ms) => ms.toFixed(1)).join(" to ");
  return [
    benchRow({
      case: name,
      unit: "ms a step of training",
      ours: least(own, clock),
      peer,
      ...(hasGoal && { goal: peer ?? goalMs }),
      better: "lower",
      note: `ours ${spread}`,
    }),
    benchRow({
      case: `${name}, processor time`,
      unit: "ms a step of training",
      ours: least(own, processor),
      peer: theirs.length === 0 ? undefined : least(theirs, processor),
      better: "lower",
      note: "waits for a shared core left out",
    }),
    benchRow({
      case: `${name}, memory`,
      unit: "MiB",
      ours: mib,
      peer: theirs.length === 0 ? undefined : Math.max(...theirs.map((round) => round.mib)),
      better: "lower",
      note: "ours: kernel memory taken; the peer's: growth of its process in training",
    }),
  ];
}

async function ourSteps(
  model: Model,
  images: { readonly pixels: Uint8Array; readonly labels: Uint8Array },
  batch: number,
): Promise<{ readonly mib: number; readonly run: (rounds: number) => Timed }> {
  const kernels = await loadKernels({ build, memoryBytes: 2 ** 29 });
  const mark = kernels.mark();
  const engine = new SurrogateEngine(kernels, {
    model,
    loss: seriesLosses.countCrossEntropy,
    surrogate: "fastSigmoid",
    slope: 25,
    isDetached: true,
    maximumShard: batch,
  });
  const { parameterCount } = engine.layout;
  const [m, v] = [kernels.float32(parameterCount), kernels.float32(parameterCount)];
  engine.pixels.set(images.pixels.subarray(0, engine.pixels.length));
  engine.labels.set(images.labels.subarray(0, batch));
  const places = Uint32Array.from({ length: batch }, (_, i) => i);
  let done = 0;
  const step = (): void => {
    engine.compute(batch, 1 / batch, { seed: 0, trial: 0, images: places });
    const { parameters: parameter, gradient } = engine;
    const constants = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, learningRate: 1e-3 };
    adamStep(kernels, { parameter, gradient, m, v, ...constants, step: ++done });
  };
  return {
    mib: (kernels.mark() - mark) / 2 ** 20,
    run(rounds) {
      const [clockMs, processorMs]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const [began, used] = [performance.now(), process.cpuUsage()];
        step();
        clockMs.push(performance.now() - began);
        const { user, system } = process.cpuUsage(used);
        processorMs.push((user + system) / 1000);
      }
      return { clockMs, processorMs, mib: 0 };
    },
  };
}

function denseModel(coding: (typeof codings)[number]): Model {
  return lifModel({ kind: "mlp", hidden: [hidden], channels: [] }, coding, steps);
}

function convolutionModel(): Model {
  return lifModel({ kind: "cnn", hidden: [128], channels: [16, 32] }, "rate", convolutionSteps);
}

function lifModel(
  shape: Pick<SpikingNetworkSpec, "kind" | "hidden" | "channels">,
  coding: (typeof codings)[number],
  steps: number,
): Model {
  const network = spikingNetwork(
    {
      name: "lif",
      ...shape,
      kernel: 5,
      batchNorm: false,
      neuron: { model: "lif", reset: "subtract" },
      isOutputSpiking: true,
    },
    [1, 28, 28],
    10,
  );
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialiseSpiking(network, 0, { threshold: 1, leak: 0.95 }),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { steps, coding, readout: "count", dtMs: 1 },
    classes: [..."0123456789"],
    provenance: { data: "", seed: 0, commit: "", kernels: build, parent: "", history: [] },
  };
}
