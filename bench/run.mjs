// `npm run bench -- NAME [--quick]`: run bench/NAME.ts, print its table and, last, one JSON line.
// Exits 1 when a goal is missed, 2 when used wrongly. A quick run never fails on numbers.

import { readdirSync } from "node:fs";

const notBenchmarks = new Set([
  "c99-program.ts",
  "campaign-equality.ts",
  "campaign-first-order.ts",
  "campaign-measure.ts",
  "campaign-networks.ts",
  "campaign-peer.ts",
  "conversion-given.ts",
  "conversion-peer.ts",
  "conversion-rows.ts",
  "conversion-rules.ts",
  "conversion-steps.ts",
  "converted-networks.ts",
  "core-limits.ts",
  "core-speed.ts",
  "first-difference.ts",
  "kept.ts",
  "nir-fixture.ts",
  "peer-process.ts",
  "report.ts",
  "rooms-hash.ts",
  "search-compare.ts",
  "search-curves.ts",
  "search-mixed-problem.ts",
  "search-mixed.ts",
  "search-optuna.ts",
  "search-problems.ts",
  "search-runs.ts",
  "search-speed.ts",
  "search-study-trials.ts",
  "shaped.ts",
  "simulator-growth.ts",
  "simulator-inputs.ts",
  "simulator-measure.ts",
  "simulator-peer.ts",
  "softmax-regression.ts",
  "skip-search-problem.ts",
  "skip-search-runs.ts",
  "skip-tables.ts",
  "spikingjelly-fixture.ts",
  "spikingjelly-modes.ts",
  "spikingjelly-peer.ts",
  "step-decisions.ts",
  "surrogate-recipes.ts",
  "timed-data-training.ts",
  "web-frames.ts",
  "web-watchers.ts",
]);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !notBenchmarks.has(file))
  .map((file) => file.slice(0, -".ts".length));

const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const wrong = flags.find((flag) => flag !== "--quick");
if (wrong !== undefined || words.length !== 1 || !names.includes(words[0])) {
  if (wrong !== undefined) console.error(`Unknown option ${wrong}.`);
  else if (words.length === 1) console.error(`There is no benchmark "${words[0]}".`);
  console.error(
    `Use: npm run bench -- NAME [--quick], with NAME one of: ${names.join(", ") || "(none yet)"}.`,
  );
  process.exit(2);
}

const quick = flags.includes("--quick");
const { run } = await import(`./${words[0]}.ts`);
const report = await run({ quick });

const number = (value) =>
  value === null ? "" : Number.isNaN(value) ? "–" : String(Number(value.toPrecision(4)));
const heads = ["case", "unit", "ours", "peer", "times better", "goal", "", "note"];
const table = report.rows.map((row) => [
  row.case,
  row.unit,
  number(row.ours),
  number(row.peer),
  number(row.ratio),
  number(row.goal),
  row.pass === null ? "" : row.pass ? "met" : "MISSED",
  row.note ?? "",
]);
const widths = heads.map((head, i) => Math.max(head.length, ...table.map((cells) => cells[i].length)));
const isText = (i) => i < 2 || i > 5;
const line = (cells) =>
  cells
    .map((cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
    .join("  ")
    .trimEnd();

console.log(
  `${report.name}${quick ? " (quick: do not quote)" : ""}: ${report.machine}, ${report.threads} thread(s)`,
);
console.log(
  Object.entries(report.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", "),
);
console.log(line(heads));
for (const cells of table) console.log(line(cells));
console.log(JSON.stringify(report));
process.exitCode = report.pass || quick ? 0 : 1;
