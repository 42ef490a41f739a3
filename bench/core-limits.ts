// What this core can do, and the share of it that the spiking kernels reach. An addition reads at least one
// weight: 4 bytes of float32, 1 byte of codes.

import type { Kernels } from "../src/kernels/kernels.ts";
import { matmul } from "../src/kernels/matmul.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { coreSpeed } from "./core-speed.ts";
import { type BenchRow, benchRow } from "./report.ts";
import { leakyNetwork, randomSpikes } from "./simulator-inputs.ts";

const key = { seed: 0, trial: 0, boundsPotentials: false };

export async function limitRows(kernels: Kernels, quick: boolean): Promise<BenchRow[]> {
  const rounds = quick ? 3 : 15;
  const speed = await coreSpeed(rounds);
  const products = matmulSpeed(kernels, rounds);
  const limit = (name: string, unit: string, ours: number, note: string): BenchRow =>
    benchRow({ case: `limit of this core: ${name}`, unit, ours, better: "higher", note });
  const share = (some: number, of: number): string => `${((100 * some) / of).toFixed(0)} %`;
  const ofFloats = additionSpeed(kernels, "float32", rounds);
  const ofCodes = additionSpeed(kernels, 8, rounds);
  return [
    limit("float32 additions", "G/s", speed.floatAdditions, "in registers, 128 bit"),
    limit("int16 additions", "G/s", speed.shortAdditions, "in registers, 128 bit"),
    limit("float32 multiplications and additions of matmul", "G/s", products, "plain SIMD, no fused ones"),
    limit("reads from L1", "GB/s", speed.readsL1, "16 KiB"),
    limit("reads from L2", "GB/s", speed.readsL2, "256 KiB"),
    limit("reads from memory", "GB/s", speed.readsMemory, "128 MiB; part of it may lie in L3"),
    limit(
      "784-1000-10 LIF at 10 %, float32, synaptic additions of a whole run",
      "G/s",
      ofFloats,
      `${share(ofFloats, speed.floatAdditions)} of the additions, ${share(4 * ofFloats, speed.readsL2)} of L2's reads`,
    ),
    limit(
      "784-1000-10 LIF at 10 %, int8, synaptic additions of a whole run",
      "G/s",
      ofCodes,
      `${share(ofCodes, speed.shortAdditions)} of int16 additions, ${share(ofCodes, speed.readsL2)} of L2's reads`,
    ),
  ];
}

function matmulSpeed(kernels: Kernels, rounds: number): number {
  const mark = kernels.mark();
  const [m, n, k] = [256, 512, 784];
  const [a, b, c] = [kernels.float32(m * k), kernels.float32(k * n), kernels.float32(m * n)];
  const ms = fastest(rounds, () => matmul(kernels, { a, b, c, m, n, k }));
  kernels.release(mark);
  return (2 * m * n * k) / ms / 1e6;
}

function additionSpeed(kernels: Kernels, bits: 8 | "float32", rounds: number): number {
  const simulator = createSimulator(kernels, leakyNetwork(bits));
  const spikes = randomSpikes(64, 25, 784, 0.1);
  const set = { pixels: new Uint8Array(0), labels: new Uint8Array(64), spikes };
  const asked = { ...set, ...key, firstImage: 0, count: 64, isCancelled: () => false };
  const additions = simulator.run(asked).operationsPerImage.reduce((sum, some) => sum + some, 0);
  return additions / fastest(rounds, () => simulator.run(asked)) / 1e6;
}

/** Milliseconds of the fastest round; one more warms up. */
function fastest(rounds: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    work();
    if (round > 0) best = Math.min(best, performance.now() - start);
  }
  return best;
}
