// The portable rooms run in a browser: each is bundled for one, and one bundle is run where there is
// nothing but the language and what every browser has.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rooms } from "../../house.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const portable = Object.keys(rooms).filter((room) => room !== "node" && room !== "cli");

/**
 * What a page pays for a room with all it stands on, KiB after gzip. A limit is there to be noticed when it
 * is passed, not to be raised without a reason: what came along, and must it?
 */
const limitKib: Readonly<Record<string, number>> = {
  base: 2,
  // Matrices of skips, steps and forbidden combinations came along.
  space: 6,
  // Sums of codes, pools, every form of neuron and both ways of training spikes (event times and surrogates),
  // each in the plain and in the relaxed build.
  kernels: 54,
  // Bootstrap, equivalence tests and verdicts came along: every figure rests on them.
  statistics: 8,
  neuron: 4,
  // Preprocessing by channel and residual networks came along.
  model: 8,
  // Codes, spike trains, binned events, deltas.
  coding: 6,
  // Readers of two sensors' files of events came along.
  data: 7,
  // Other frameworks' files came along: importing them is what the room is for, and telling them apart.
  formats: 15,
  // Readers of every set but those whose unpacking is loaded when it is needed.
  recordings: 12,
  ann: 25,
  // Signed neurons, warm-ups and first spikes came along.
  simulate: 31,
  // Gaussian processes, TPE, importances, halving and racing came along.
  optimize: 40,
  // The simulator and its kernels came along: calibration and diagnosis watch an SNN run.
  convert: 47,
  // A catalogue of faults, noise, attacks and protections came along, and what checks a network.
  fault: 24,
  // The simulator, faults and the ways to follow them.
  campaign: 66,
  // The simulator and its kernels came along: it judges what is trained.
  surrogate: 50,
  // Training by surrogates, conversion's folding and energy came along: candidates are trained and measured.
  // Training of their ANNs, flipped bits and dead neurons came along.
  topology: 70,
  // Batches on the kernels, each with its scalar twin, came along.
  // Of faults the catalogue came along, and what checks the network they strike.
  "event-gradient": 36,
  energy: 12,
  // Writers, and the scalar simulator that test vectors come from.
  deploy: 38,
  // Protections, input noise and objectives of faults came along, and plans of networks that trials train; their
  // training is loaded when it is needed.
  pipeline: 76,
  // Claims, samplers and the exchange of studies came along, and kernels that train spikes.
  // Claims about event networks train, disturb and simulate them.
  // Studies of skips and of event networks came along: their settings, spaces and descriptions.
  study: 164,
  dashboard: 40,
};

async function bundle(entry: string, format: "esm" | "iife"): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    write: false,
    minify: true,
    format,
    splitting: format === "esm",
    outdir: "out",
    metafile: true,
    globalName: "room",
    platform: "browser",
    target: "es2023",
    conditions: ["source"],
    logLevel: "silent",
  });
  // What is imported only when it is needed is not paid for before.
  const { outputs } = metafile;
  const loaded = new Set(Object.keys(outputs).filter((name) => outputs[name].entryPoint?.endsWith(entry)));
  for (const name of loaded) {
    for (const { path: chunk, kind } of outputs[name].imports) {
      if (kind === "import-statement") loaded.add(chunk);
    }
  }
  const isLoaded = (file: string): boolean => loaded.has(path.relative(process.cwd(), file));
  return outputFiles
    .filter((file) => isLoaded(file.path))
    .map(({ text }) => text)
    .join("\n");
}

for (const room of portable) {
  test(`${room} can be bundled for a browser and stays within ${limitKib[room]} KiB`, async (context) => {
    const code = await bundle(`src/${room}/index.ts`, "esm");
    const kib = gzipSync(code, { level: 9 }).length / 1024;
    context.diagnostic(`${room}: ${kib.toFixed(1)} KiB`);
    assert.doesNotMatch(code, /from\s*"node:|require\("/);
    assert.ok(
      kib <= limitKib[room],
      `${room} has grown to ${kib.toFixed(1)} KiB; ${limitKib[room]} are allowed`,
    );
  });
}

test("every portable room has a limit, and no limit is left without its room", () => {
  assert.deepEqual(Object.keys(limitKib).sort(), [...portable].sort());
});

test("a bundle that reaches for Node is refused, so the tests above can fail", async () => {
  await assert.rejects(bundle("src/node/index.ts", "esm"), /Could not resolve "node:/);
});

test("the whole library loads where there is no Node, and its random streams are the same there", async () => {
  const code = await bundle("src/index.ts", "iife");
  const page = vm.createContext({ TextEncoder, TextDecoder, WebAssembly, URL, structuredClone, performance });
  const there = vm.runInContext(
    `${code};
    const { Random } = room;
    JSON.stringify({
      draws: Array.from({ length: 5 }, (_, index) => new Random({ seed: 1, trial: 2, purpose: "bundle", index }).uniform()),
      hasNode: typeof process !== "undefined" || typeof Buffer !== "undefined",
    })`,
    page,
  );
  const { Random } = await import("../../src/base/random.ts");
  const draws = Array.from({ length: 5 }, (_, index) =>
    new Random({ seed: 1, trial: 2, purpose: "bundle", index }).uniform(),
  );
  assert.deepEqual(JSON.parse(there), { draws, hasNode: false });
});
