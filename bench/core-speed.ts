// What one core can do at best, measured by loops that do nothing else: additions in registers, and reads
// from arrays that lie in a cache or in memory. The loops are compiled when the benchmark runs and are no
// part of the product.

import asc from "assemblyscript/asc";

const names: readonly string[] = ["a", "b", "c", "d", "e", "f", "g", "h"];

// Eight sums hide an instruction's latency; what is added is an argument, as a constant would be made anew
// for every addition. A read ends in an exclusive or, for which there are more units
// than for loads; what comes out is returned, so that nothing may be left out.
const starts = (lanes: string): string =>
  names.map((name, k) => `let ${name} = ${lanes}.splat(${k});`).join(" ");
const unrolled = (statement: (name: string) => string): string =>
  Array.from({ length: 8 }, () => names.map(statement).join(" ")).join("\n    ");
const source = `
export function addFloats(rounds: i32, step: f32): f32 {
  const one = f32x4.splat(step);
  ${starts("f32x4")}
  for (let i = 0; i < rounds; i++) {
    ${unrolled((name) => `${name} = f32x4.add(${name}, one);`)}
  }
  return f32x4.extract_lane(${names.reduce((sum, name) => `f32x4.add(${sum}, ${name})`)}, 0);
}
export function addShorts(rounds: i32, step: i16): i32 {
  const one = i16x8.splat(step);
  ${starts("i16x8")}
  for (let i = 0; i < rounds; i++) {
    ${unrolled((name) => `${name} = i16x8.add(${name}, one);`)}
  }
  return i16x8.extract_lane_s(${names.reduce((sum, name) => `i16x8.add(${sum}, ${name})`)}, 0);
}
export function read(bytes: i32, rounds: i32): i32 {
  ${starts("i32x4")}
  for (let i = 0; i < rounds; i++) {
    for (let at: usize = 65536, end = at + <usize>bytes; at < end; at += 128) {
      ${names.map((name, k) => `${name} = v128.xor(${name}, v128.load(at, ${16 * k}));`).join("\n      ")}
    }
  }
  return i32x4.extract_lane(${names.reduce((sum, name) => `v128.xor(${sum}, ${name})`)}, 0);
}
export function touch(bytes: i32): i32 {
  memory.fill(65536, 1, bytes);
  return 0;
}
`;

export interface CoreSpeed {
  /** Billions a second, one 128-bit instruction being four (int16: eight). */
  readonly floatAdditions: number;
  readonly shortAdditions: number;
  /** GB a second. */
  readonly readsL1: number;
  readonly readsL2: number;
  readonly readsMemory: number;
}

/** @param rounds - of which the fastest counts */
export async function coreSpeed(rounds: number): Promise<CoreSpeed> {
  const { addFloats, addShorts, read, touch } = await compile();
  const [kibi, mebi] = [1024, 1024 * 1024];
  const perSecond = (work: number, run: () => number): number => {
    let best = Number.POSITIVE_INFINITY;
    // The first rounds are the compiler's.
    for (let round = -20; round < rounds; round++) {
      const start = performance.now();
      run();
      if (round >= 0) best = Math.min(best, performance.now() - start);
    }
    return work / best / 1e6;
  };
  // Pages that were never written would all be the same one.
  touch(128 * mebi);
  const turns = 250_000;
  const reads = (bytes: number, total: number): number => perSecond(total, () => read(bytes, total / bytes));
  return {
    floatAdditions: perSecond(turns * 256, () => addFloats(turns, 1)),
    shortAdditions: perSecond(turns * 512, () => addShorts(turns, 1)),
    readsL1: reads(16 * kibi, 256 * mebi),
    readsL2: reads(256 * kibi, 256 * mebi),
    readsMemory: reads(128 * mebi, 128 * mebi),
  };
}

async function compile(): Promise<Record<string, (...args: number[]) => number>> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error } = await asc.main(
    [
      "in.ts",
      "-o",
      "out.wasm",
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd",
      "--initialMemory",
      "2080",
    ],
    {
      readFile: (name: string) => (name === "in.ts" ? source : null),
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== "string") binary = Uint8Array.from(contents);
      },
      listFiles: () => [],
    },
  );
  if (binary === undefined) throw error ?? new Error("the loops did not compile");
  const { instance } = await WebAssembly.instantiate(binary, {});
  return instance.exports as Record<string, (...args: number[]) => number>;
}
