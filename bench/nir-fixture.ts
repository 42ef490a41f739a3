// Writes test/fixtures/peer-nir.json: what other simulators fire when they run our NIR files, for every network
// and tool that loses nothing. Use: SPIKEFRONT_PEERS_PYTHON=... node bench/nir-fixture.ts

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isExpected } from "../src/base/errors.ts";
import { writeNir } from "../src/formats/write-nir.ts";
import { nirInput, nirModel, nirNetworks } from "../test/nir-networks.ts";
import { digits, graphHash, type PeerNirCase } from "../test/peer-nir.ts";
import { PeerProcess } from "./peer-process.ts";
import { shaped } from "./shaped.ts";

const steps = { norse: 1e-3, snntorch: 1e-4, spikingjelly: 1e-4, sinabs: 1e-3 } as const;
const peer = PeerProcess.start("nir_run.py");
if (peer === undefined) throw new Error("SPIKEFRONT_PEERS_PYTHON must name a Python with the simulators");
const versions = await peer.ask<Record<string, string>>({ do: "versions" });
const cases: PeerNirCase[] = [];
for (const network of Object.keys(nirNetworks) as (keyof typeof nirNetworks)[]) {
  const model = nirModel(nirNetworks[network], { seed: 1, isWhole: true });
  const input = nirInput(model, 2).rows.map((row) => shaped(row, model.network.inputShape));
  for (const tool of Object.keys(steps) as (keyof typeof steps)[]) {
    const written = await writeNir(model, { profile: tool }).catch((error: unknown) => {
      if (!isExpected(error)) throw error;
      return null;
    });
    if (written === null || written.losses.length > 0) continue;
    const file = join(peer.folder, "net.nir");
    writeFileSync(file, written.bytes);
    const answer = await peer.ask<{ output: readonly (readonly number[])[] }>({
      do: "run",
      tool,
      file,
      dt: steps[tool],
      input,
    });
    if ("error" in answer) throw new Error(`${network}, ${tool}: ${answer.error}`);
    cases.push({ network, tool, graph: await graphHash(written.bytes), fired: answer.output.map(digits) });
  }
}
peer.close();
const target = join(import.meta.dirname, "../test/fixtures/peer-nir.json");
writeFileSync(target, `${JSON.stringify({ versions, cases }, null, 1)}\n`);
