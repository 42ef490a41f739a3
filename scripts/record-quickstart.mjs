// Runs the quickstart in a fresh folder and records what it showed: docs/results/quickstart.json and the
// picture of its front, docs/quickstart-front.svg. The README quotes only these.
// Use: node --conditions=source scripts/record-quickstart.mjs

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderParetoSvg } from "../src/dashboard/pareto-picture.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(os.tmpdir(), "spikefront-quickstart-"));
const started = performance.now();
execFileSync(process.execPath, [join(root, "bin", "spikefront.cjs"), "explore", "--out", folder], {
  stdio: "inherit",
});
const seconds = (performance.now() - started) / 1000;
const front = JSON.parse(readFileSync(join(folder, "front.json"), "utf8"));

const row = ({ id, label, accuracy, energy, doses, density, latencySteps, memoryBytes }) => ({
  id,
  label,
  accuracy,
  energyPj: Object.fromEntries(
    energy
      .filter(({ accounting }) => accounting === front.accounting || accounting === "mac-once")
      .map((e) => [e.profile, e.energyPj]),
  ),
  drops: doses.map(({ format, bitErrorRate, drop }) => ({ format, bitErrorRate, drop })),
  density: density.total,
  steps: latencySteps,
  memoryBytes,
});
const record = {
  command: "node --conditions=source scripts/record-quickstart.mjs",
  commit: front.versions.commit,
  seed: front.seed,
  versions: front.versions,
  machine: `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores`,
  seconds: Math.round(seconds * 10) / 10,
  data: front.data,
  recommendation: front.recommendation,
  profiles: front.profiles.map(({ name }) => name),
  rankStability: front.rankStability,
  testUses: front.testUses.length,
  networks: [...front.networks, ...front.points].map(row),
  notes: front.notes,
};
mkdirSync(join(root, "docs", "results"), { recursive: true });
writeFileSync(join(root, "docs", "results", "quickstart.json"), `${JSON.stringify(record, null, 2)}\n`);
writeFileSync(join(root, "docs", "quickstart-front.svg"), renderParetoSvg(front));
rmSync(folder, { recursive: true });
console.log(`recorded ${record.networks.length} networks in ${record.seconds} s`);
