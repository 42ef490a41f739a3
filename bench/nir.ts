// Do files that we export run in other simulators with our spikes? Networks of every kind that NIR holds are
// written for each reader, read by the reference package, and run there on the same input spikes; every output
// spike of every step is compared. Where a reader cannot hold a network the row says why, and where it holds
// another one, what was told when the file was written.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isExpected } from "../src/base/errors.ts";
import { readNir } from "../src/formats/read-nir.ts";
import { writeNir } from "../src/formats/write-nir.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { loadKernels } from "../src/kernels/load.ts";
import type { Model } from "../src/model/model.ts";
import { sizeOf } from "../src/model/shapes.ts";
import { nirInput, nirModel, nirNetworks } from "../test/nir-networks.ts";
import { outputSpikes } from "../test/output-spikes.ts";
import { type PeerFailure, PeerProcess } from "./peer-process.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { shaped } from "./shaped.ts";

const tools = ["norse", "snntorch", "spikingjelly", "sinabs"] as const;
/** s. */
const steps: Readonly<Record<(typeof tools)[number], number>> = {
  norse: 1e-3,
  snntorch: 1e-4,
  spikingjelly: 1e-4,
  sinabs: 1e-3,
};
const models = new URL("../../shared/models/nir/", import.meta.url);
const noPeer =
  "none (set SPIKEFRONT_PEERS_PYTHON to a Python with nir, nirtorch, h5py, torch and the simulators)";

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const kernels = await loadKernels({ build: "simd" });
  const peer = PeerProcess.start("nir_run.py");
  const rows: BenchRow[] = [];
  const found = await peer?.ask<Record<string, string>>({ do: "versions" });
  const versions = found === undefined ? { peer: noPeer } : (found as Record<string, string>);
  try {
    for (const [name, model] of await cases(quick)) {
      for (const tool of tools) rows.push(await compared(kernels, name, model, tool, peer));
    }
  } finally {
    peer?.close();
  }
  return benchReport({ name: "nir", quick, threads: 1, versions, rows });
}

async function cases(quick: boolean): Promise<readonly (readonly [string, Model])[]> {
  const all: (readonly [string, Model])[] = [];
  for (const isWhole of quick ? [true] : [true, false]) {
    for (const [name, network] of Object.entries(nirNetworks))
      all.push([`${name}, ${isWhole ? "whole" : "real"} weights`, nirModel(network, { seed: 1, isWhole })]);
  }
  const byChannel = nirModel(nirNetworks["padding, stride, sum"], {
    seed: 1,
    isWhole: false,
    byChannel: true,
  });
  all.push(["thresholds by channel", byChannel]);
  for (const file of ["braille_noDelay_bias_zero.nir", "lif_norse.nir"]) {
    const path = fileURLToPath(new URL(file, models));
    all.push([file, await readNir(new Uint8Array(readFileSync(path)), file, { steps: 200 })]);
  }
  const path = fileURLToPath(new URL("cnn_sinabs.nir", models));
  const cnn = await readNir(new Uint8Array(readFileSync(path)), "cnn_sinabs.nir", {
    profile: "sinabs",
    steps: 60,
  });
  return [...all, ["cnn_sinabs.nir as sinabs has it", cnn]];
}

async function compared(
  kernels: Kernels,
  name: string,
  model: Model,
  tool: (typeof tools)[number],
  peer: PeerProcess | undefined,
): Promise<BenchRow> {
  // Event cameras are sparse; neurons that fire several times a step would have to more often than they can.
  const density = sizeOf(model.network.inputShape) > 1000 ? 0.01 : 0.3;
  const { spikes, rows } = nirInput(model, 2, density);
  const ours = outputSpikes(kernels, model, spikes);
  const row = (note: string, different?: number, isHeld = false): BenchRow =>
    benchRow({
      case: `${name}: ${tool}`,
      unit: "output spikes that differ",
      ours: different ?? Number.NaN,
      goal: isHeld && different !== undefined ? 0 : undefined,
      better: "lower",
      note,
    });
  let written: Awaited<ReturnType<typeof writeNir>>;
  try {
    written = await writeNir(model, { profile: tool });
  } catch (error) {
    if (!isExpected(error)) throw error;
    return row(`refused: ${error.message}`);
  }
  const told = [...new Set(written.losses.map(({ what }) => what))].join("; ") || "nothing is lost";
  if (peer === undefined) return row(told);
  const file = join(peer.folder, `${tool}.nir`);
  writeFileSync(file, written.bytes);
  const read = await peer.ask<object>({ do: "read", file });
  const unread = "error" in read ? `; read without type check: ${(read as PeerFailure).error}` : "";
  const input = rows.map((values) => shaped(values, model.network.inputShape));
  const asked = { do: "run", tool, file, dt: steps[tool], input };
  const answer = await peer.ask<{ output: readonly (readonly number[])[] }>(asked);
  if ("error" in answer) return row(`${told}${unread}; ran into ${answer.error}`);
  const theirs = answer.output.flat();
  const different = ours.flat().filter((count, i) => count !== theirs[i]).length;
  const counts = [ours.flat(), theirs].map((all) => all.reduce((sum, count) => sum + count, 0));
  const note = `${told}${unread}; ${counts[0]} spikes here, ${counts[1]} there, at ${theirs.length} places`;
  return row(note, different, written.losses.length === 0);
}
