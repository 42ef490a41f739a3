// Runs the quickstart, or another study that comes along, in a fresh folder and records what it showed:
// docs/results/NAME.json and the picture of its front, docs/NAME-front.svg. What pages quote of studies is from these.
// Use: node --conditions=source scripts/record-quickstart.mjs [NAME]

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderParetoSvg } from "../src/dashboard/pareto-picture.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = "quickstart"] = process.argv.slice(2);
const study = join(root, "studies", `${name}.yaml`);
const folder = mkdtempSync(join(os.tmpdir(), `spikefront-${name}-`));
const started = performance.now();
execFileSync(process.execPath, [join(root, "bin", "spikefront.cjs"), "explore", study, "--out", folder], {
  stdio: "inherit",
});
const seconds = (performance.now() - started) / 1000;
// Of all threads of what was run, whatever else the machine did: ticks of its children, as Linux counts them.
const stat = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
const processorSeconds = Math.round((Number(stat[13]) + Number(stat[14])) / 100);
const front = JSON.parse(readFileSync(join(folder, "front.json"), "utf8"));

const row = ({ id, label, design, accuracy, energy, doses, density, latencySteps, memoryBytes }) => ({
  id,
  label,
  method: design?.method,
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

/** undefined: trials are of one kind. */
function trialsByMethod(trials) {
  const methods = trials.flatMap(({ design }) => design.method ?? []);
  if (methods.length === 0) return undefined;
  return Object.fromEntries(
    [...new Set(methods)]
      .sort()
      .map((method) => [method, methods.filter((other) => other === method).length]),
  );
}

const record = {
  command: `node --conditions=source scripts/record-quickstart.mjs${name === "quickstart" ? "" : ` ${name}`}`,
  commit: front.versions.commit,
  seed: front.seed,
  versions: front.versions,
  machine: `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores`,
  seconds: Math.round(seconds * 10) / 10,
  processorSeconds,
  data: front.data,
  recommendation: front.recommendation,
  profiles: front.profiles.map(({ name }) => name),
  rankStability: front.rankStability,
  testUses: front.testUses.length,
  trialsByMethod: trialsByMethod(front.trials),
  networks: [...front.networks, ...front.points].map(row),
  notes: front.notes,
};
mkdirSync(join(root, "docs", "results"), { recursive: true });
writeFileSync(join(root, "docs", "results", `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
writeFileSync(join(root, "docs", `${name}-front.svg`), renderParetoSvg(front));
rmSync(folder, { recursive: true });
console.log(`recorded ${record.networks.length} networks in ${record.seconds} s`);
