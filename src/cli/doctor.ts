// `doctor`: does this machine have what spikefront needs? Each check tells what it found and, when that is
// not enough, the cure. Checks that are not needed widen or speed up the work; the others must pass.

import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type KnownDataset, knownDatasets } from "../data/known-datasets.ts";
import { hasRelaxedSimd, kernelHash, loadKernels } from "../kernels/load.ts";
import { matmul } from "../kernels/matmul.ts";
import { postgresChecks } from "../node/postgres-checks.ts";
import { command } from "./command.ts";
import { findDataFolder, howToGet } from "./data.ts";
import { formatSize } from "./memory-size.ts";
import { storeAddress, storeOption } from "./store-option.ts";

export interface Check {
  readonly name: string;
  readonly isNeeded: boolean;
  /** What was found, as words. @throws with the cure when it is not enough */
  readonly find: () => Promise<string>;
}

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly isNeeded: boolean;
  readonly found: string;
}

const neededMemoryBytes = 2 ** 30;

export const doctor = command({
  name: "doctor",
  about: "Check that this machine has what spikefront needs.",
  out: "folder that must be writable [default: runs]",
  operands: [],
  options: { store: storeOption },
  resources: [],
  examples: [
    "spikefront doctor",
    "spikefront doctor --json",
    "spikefront doctor --store postgres://me@db.example.org/studies",
  ],
  async run({ options, out, terminal }) {
    const address = storeAddress(options.store);
    const database = address === undefined ? [] : postgresChecks(address);
    const findings = await examine([
      ...machineChecks(path.resolve(out ?? "runs")),
      ...database.map((check) => ({ ...check, isNeeded: true })),
    ]);
    const width = Math.max(...findings.map(({ name }) => name.length));
    for (const { name, ok, isNeeded, found } of findings) {
      terminal.write(`${ok ? "ok     " : isNeeded ? "FAILED " : "missing"}  ${name.padEnd(width)}  ${found}`);
    }
    const ok = findings.every((finding) => finding.ok || !finding.isNeeded);
    terminal.write(
      ok ? "This machine can run spikefront." : "This machine cannot run spikefront yet: see above.",
    );
    return { ok, checks: findings };
  },
});

/** Make every check, whatever the others find. */
export function examine(checks: readonly Check[]): Promise<Finding[]> {
  return Promise.all(
    checks.map(async ({ name, isNeeded, find }) => {
      try {
        return { name, ok: true, isNeeded, found: await find() };
      } catch (error) {
        return { name, ok: false, isNeeded, found: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

function machineChecks(outFolder: string): Check[] {
  return [
    { name: "Node", isNeeded: true, find: async () => `${process.versions.node} (needed: 22.18)` },
    { name: "cores", isNeeded: true, find: findCores },
    { name: "memory", isNeeded: true, find: findMemory },
    { name: "kernels", isNeeded: true, find: tryKernels },
    { name: "relaxed SIMD", isNeeded: false, find: findRelaxedSimd },
    { name: "shared memory", isNeeded: true, find: trySharedMemory },
    { name: "SQLite", isNeeded: true, find: trySqlite },
    ...Object.values(knownDatasets).map((known) => ({
      name: known.name,
      isNeeded: known.npmPackage !== "",
      find: () => findDataset(known),
    })),
    { name: "output", isNeeded: true, find: () => tryWriting(outFolder) },
  ];
}

async function findCores(): Promise<string> {
  return `${os.availableParallelism()} (${os.cpus()[0]?.model.trim() || process.arch})`;
}

async function findMemory(): Promise<string> {
  // A container's bound counts, not only what the machine has.
  const bound = process.constrainedMemory();
  const bytes = bound > 0 ? Math.min(bound, os.totalmem()) : os.totalmem();
  const found = `${formatSize(bytes)}, ${formatSize(process.availableMemory())} free`;
  if (bytes < neededMemoryBytes)
    throw new Error(`${found}; at least ${formatSize(neededMemoryBytes)} is needed.`);
  return found;
}

/** The build is there, loads, and multiplies rightly. */
async function tryKernels(): Promise<string> {
  const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 20 });
  const [a, b, c] = [
    kernels.float32From([1, 2, 3, 4]),
    kernels.float32From([5, 6, 7, 8]),
    kernels.float32(4),
  ];
  matmul(kernels, { a, b, c, m: 2, n: 2, k: 2 });
  if (c.join() !== "19,22,43,50")
    throw new Error(`they multiply wrongly (${c.join()}). Run npm run prepare.`);
  return `build ${kernelHash("simd").slice(0, 12)}`;
}

async function findRelaxedSimd(): Promise<string> {
  if (!hasRelaxedSimd()) throw new Error("not available: training uses the portable build.");
  return "available for training";
}

async function trySharedMemory(): Promise<string> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  Atomics.store(flag, 0, 1);
  return "available";
}

async function trySqlite(): Promise<string> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(":memory:");
  const row = database.prepare("SELECT sqlite_version() AS version").get();
  database.close();
  return String(row?.["version"]);
}

async function findDataset(known: KnownDataset): Promise<string> {
  const folder = findDataFolder(known);
  if (folder === null) throw new Error(`not here. ${howToGet(known)}`);
  return folder;
}

/** Write into the folder, or, when it does not exist yet, where it would be made; leaves nothing behind. */
async function tryWriting(folder: string): Promise<string> {
  let existing = folder;
  while (!statSync(existing, { throwIfNoEntry: false })) existing = path.dirname(existing);
  if (!statSync(existing).isDirectory())
    throw new Error(`${existing} is a file. Choose another folder with --out.`);
  try {
    accessSync(existing, constants.W_OK);
    const attempt = mkdtempSync(path.join(existing, ".doctor-"));
    writeFileSync(path.join(attempt, "file"), "x");
    rmSync(attempt, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw new Error(`${existing} cannot be written to${code}. Choose another folder with --out.`);
  }
  return folder;
}
