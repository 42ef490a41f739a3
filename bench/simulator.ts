// How fast are spiking networks simulated, beside SpikingJelly and snnTorch on the same machine, with the same
// number of threads, weights and inputs? Ours counts operations and keeps accuracy after every step as well.
// Encoding is part of no time: inputs are constant images, or spikes that are given, to us as lists and to the
// peers as float tensors.

import { splitOf, subset } from "../src/data/image-set.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { loadDataset } from "../src/node/dataset-files.ts";
import { convertedNetwork, lenet, mlp } from "./converted-networks.ts";
import { limitRows } from "./core-limits.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { growthRows } from "./simulator-growth.ts";
import { leakyNetwork, onEvents, randomSpikes } from "./simulator-inputs.ts";
import { key, measure, type SimulatorBench, type SimulatorCase, simulatorOf } from "./simulator-measure.ts";
import { Peer } from "./simulator-peer.ts";

const constant = { coding: "constant", readout: "membrane" } as const;

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const peer = Peer.start();
  const bench: SimulatorBench = {
    kernels: await loadKernels({ build: "simd" }),
    dataset: await loadDataset("mnist"),
    quick,
    rounds: quick ? 3 : 7,
    peer,
    versions: {},
    comparisons: [],
  };
  const rows: BenchRow[] = [];
  try {
    for (const one of await casesOf(bench)) rows.push(await measure(bench, one));
    rows.push(...(await threadRows(bench)));
    rows.push(...agreementRows(bench));
  } finally {
    peer?.close();
  }
  rows.push(...(await growthRows(bench)));
  rows.push(...(await limitRows(bench.kernels, quick)));
  const { versions } = bench;
  if (peer === undefined) {
    versions["peers"] =
      "none (set SPIKEFRONT_PEERS_PYTHON to a Python with torch, spikingjelly and snntorch)";
  }
  return benchReport({ name: "simulator", quick, threads: 1, versions, rows });
}

async function casesOf({ dataset, quick }: SimulatorBench): Promise<SimulatorCase[]> {
  const test = splitOf(dataset, "test");
  const few = { peer: "spikingjelly", set: subset(test, 0, quick ? 32 : 100) } as const;
  const many = { peer: "snntorch", set: subset(test, 0, 128) } as const;
  const cases: SimulatorCase[] = [];
  for (const bits of quick ? ([8] as const) : ([8, "float32"] as const)) {
    const weights = bits === 8 ? "int8" : "float32";
    const small = await convertedNetwork(lenet, dataset, bits, { ...constant, steps: 32 });
    const wide = await convertedNetwork(mlp, dataset, bits, { ...constant, steps: 25 });
    const onConstant = bits === 8 ? { goal: 10 } : {};
    cases.push(
      { name: `converted LeNet, ${weights}, digits, T = 32`, model: small, ...few, ...onConstant },
      { name: `converted 784-1000-10, ${weights}, digits, T = 25`, model: wide, ...many, ...onConstant },
    );
    for (const density of quick ? [0.1] : [0.02, 0.05, 0.1, 0.2, 0.5]) {
      const percent = `${100 * density} % random spikes`;
      const goal = density === 0.1 && bits === 8 ? { goal: 5 } : {};
      cases.push(
        {
          name: `LeNet IF, ${weights}, ${percent}, T = 32`,
          model: onEvents(small),
          spikes: randomSpikes(few.set.count, 32, 784, density),
          ...few,
          ...goal,
        },
        {
          name: `784-1000-10 LIF, ${weights}, ${percent}, T = 25`,
          model: leakyNetwork(bits),
          spikes: randomSpikes(many.set.count, 25, 784, density),
          ...many,
          ...goal,
        },
      );
    }
  }
  cases.push({
    name: "784-1000-10 LIF, snntorch semantics, reset by subtraction, int8, 10 % random spikes, T = 25",
    model: leakyNetwork(8, { reset: "subtract", semantics: "snntorch" }),
    spikes: randomSpikes(many.set.count, 25, 784, 0.1),
    ...many,
  });
  return cases;
}

/** Two threads beside one, beside the peer's two, and all test images. */
async function threadRows(bench: SimulatorBench): Promise<BenchRow[]> {
  const { kernels, dataset, quick, rounds } = bench;
  const model = await convertedNetwork(lenet, dataset, 8, { ...constant, steps: 32 });
  const test = splitOf(dataset, "test");
  const set = subset(test, 0, quick ? 500 : 2000);
  const runners = [1, 2].map((threads) => simulatorOf(kernels, model, threads));
  const times: number[][] = [[], []];
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { run }] of runners.entries()) {
      const start = performance.now();
      await run({ ...set, ...key, firstImage: 0, count: set.count });
      if (round > 0) times[i].push(performance.now() - start);
    }
  }
  const rows = [
    benchRow({
      case: `converted LeNet, int8, T = 32, ${set.count} images: two threads over one`,
      unit: "times faster",
      ours: Math.min(...times[0]) / Math.min(...times[1]),
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
  rows.push(
    await measure(bench, {
      name: "converted LeNet, int8, digits, T = 32",
      model,
      peer: "spikingjelly",
      set: subset(test, 0, quick ? 32 : 100),
      threads: 2,
    }),
  );
  return rows;
}

/** Sums of codes are exact in any order; those of floats are not, and a potential at its threshold shows it. */
function agreementRows({ comparisons }: SimulatorBench): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const isExact of [true, false]) {
    const some = comparisons.filter((comparison) => comparison.isExact === isExact);
    if (some.length === 0) continue;
    const images = some.reduce((sum, one) => sum + one.images, 0);
    rows.push(
      benchRow({
        case: `the peers' predictions, ${isExact ? "int8" : "float32"} weights, ${some.length} cases`,
        unit: `images of ${images}`,
        ours: some.reduce((sum, { same }) => sum + same, 0),
        ...(isExact && { goal: images }),
        better: "higher",
        note: `a layer's spikes differ by at most ${Math.max(...some.map((one) => one.spikeDifference)).toPrecision(1)} of them`,
      }),
    );
  }
  return rows;
}
