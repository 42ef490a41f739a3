// What this core can do, and the share of it that the spiking kernels reach.

import { addInto } from "../src/kernels/elementwise.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { matmul } from "../src/kernels/matmul.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { type BenchRow, benchRow } from "./report.ts";
import { leakyNetwork, randomSpikes } from "./simulator-inputs.ts";

const key = { seed: 0, trial: 0, boundsPotentials: false };

export function limitRows(kernels: Kernels, quick: boolean): BenchRow[] {
  const mark = kernels.mark();
  const best = (work: () => void): number => {
    let seconds = Number.POSITIVE_INFINITY;
    for (let round = 0; round < (quick ? 3 : 15); round++) {
      const start = performance.now();
      work();
      seconds = Math.min(seconds, (performance.now() - start) / 1000);
    }
    return seconds;
  };
  const adds = (floats: number, repeats: number): number => {
    const [x, y] = [kernels.float32(floats), kernels.float32(floats)];
    return (
      (floats * repeats) /
      best(() => {
        for (let k = 0; k < repeats; k++) addInto(kernels, { x, y });
      }) /
      1e9
    );
  };
  const near = adds(1536, 20_000);
  const middle = adds(40_000, 1000);
  const far = adds(16 * 1024 * 1024, 1);
  const [m, n, k] = [256, 512, 784];
  const [a, b, c] = [kernels.float32(m * k), kernels.float32(k * n), kernels.float32(m * n)];
  const products = (2 * m * n * k) / best(() => matmul(kernels, { a, b, c, m, n, k })) / 1e9;
  kernels.release(mark);
  const limit = (name: string, unit: string, ours: number, note: string): BenchRow =>
    benchRow({ case: `limit of this core: ${name}`, unit, ours, better: "higher", note });
  const set = { pixels: new Uint8Array(0), labels: new Uint8Array(64) };
  const spikes = randomSpikes(64, 25, 784, 0.1);
  const reached = (["int", "float32"] as const).map((weights) => {
    const simulator = createSimulator(kernels, leakyNetwork(weights === "int" ? 8 : "float32"));
    const ask = { ...set, spikes, ...key, firstImage: 0, count: 64, isCancelled: () => false };
    const operations = simulator.run(ask).operationsPerImage.reduce((sum, some) => sum + some, 0);
    return operations / best(() => void simulator.run(ask)) / 1e9;
  });
  const share = (some: number, of: number): string => `${((100 * some) / of).toFixed(0)} %`;
  return [
    limit(
      "float32 multiplications and additions in registers (matmul)",
      "GFLOP/s",
      products,
      "plain SIMD, 128 bit",
    ),
    limit(
      "float32 additions into memory, arrays in L1",
      "G/s",
      near,
      `${(12 * near).toFixed(0)} GB/s read and written`,
    ),
    limit("float32 additions into memory, arrays in L2", "G/s", middle, `${(12 * middle).toFixed(0)} GB/s`),
    limit("float32 additions into memory, arrays in DRAM", "G/s", far, `${(12 * far).toFixed(0)} GB/s`),
    limit(
      "784-1000-10 LIF at 10 %, float32, synaptic additions of a whole run",
      "G/s",
      reached[1],
      `${share(reached[1], products / 2)} of the additions that matmul makes in registers`,
    ),
    limit(
      "784-1000-10 LIF at 10 %, int8, synaptic additions of a whole run",
      "G/s",
      reached[0],
      `${share(reached[0], products)} of those in int16 lanes, twice as many`,
    ),
  ];
}
