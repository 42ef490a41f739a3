// Fills the README's quoted parts from their sources: files named in code fences, and the table of
// docs/results/quickstart.json. `--check` only tells whether they are up to date.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { searchTable, studyTable } from "./search-table.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (name) => readFileSync(join(root, name), "utf8");
const result = (name) => JSON.parse(read(`docs/results/${name}.json`));

/** The README with every quoted part as its source has it. */
export function fillReadme(text) {
  return text
    .replace(/```ts file=(\S+)\n[\s\S]*?```/g, (_, file) => `\`\`\`ts file=${file}\n${read(file)}\`\`\``)
    .replace(
      /(<!-- quickstart table: begin -->)[\s\S]*?(<!-- quickstart table: end -->)/,
      (_, begin, end) => `${begin}\n${quickstartTable()}\n${end}`,
    )
    .replace(
      /(<!-- training table: begin -->)[\s\S]*?(<!-- training table: end -->)/,
      (_, begin, end) => `${begin}\n${trainingTable()}\n${end}`,
    )
    .replace(
      /(<!-- conversion table: begin -->)[\s\S]*?(<!-- conversion table: end -->)/,
      (_, begin, end) => `${begin}\n${conversionTable()}\n${end}`,
    )
    .replace(
      /(<!-- campaign table: begin -->)[\s\S]*?(<!-- campaign table: end -->)/,
      (_, begin, end) => `${begin}\n${campaignTable()}\n${end}`,
    )
    .replace(
      /(<!-- search table: begin -->)[\s\S]*?(<!-- search table: end -->)/,
      (_, begin, end) => `${begin}\n${searchTable(result("search"))}\n${end}`,
    )
    .replace(
      /(<!-- search-study table: begin -->)[\s\S]*?(<!-- search-study table: end -->)/,
      (_, begin, end) => `${begin}\n${studyTable(result("search-study"))}\n${end}`,
    )
    .replace(
      /(<!-- simulator table: begin -->)[\s\S]*?(<!-- simulator table: end -->)/,
      (_, begin, end) => `${begin}\n${simulatorTable()}\n${end}`,
    );
}

function quickstartTable() {
  const { networks, recommendation, profiles, seconds } = result("quickstart");
  const firstSnn = recommendation.ranking.find((id) => /^p\d+$/.test(id));
  const wanted = ["ann-float32", "ann-int8", "ann-int8-skip", recommendation.choice, firstSnn];
  const rows = [...new Set(wanted)]
    .map((id) => networks.find((network) => network.id === id))
    .filter(Boolean);
  const rate = Math.max(...rows[1].drops.map(({ bitErrorRate }) => bitErrorRate).filter((r) => r < 0.01));
  const lines = rows.map(({ id, label, accuracy, energyPj, drops, steps }) => {
    const drop = drops.find(({ bitErrorRate }) => bitErrorRate === rate);
    return `| ${id}${id === recommendation.choice ? " (recommended)" : ""} | ${label} | ${percent(accuracy)} | ${nj(energyPj[profiles[0]])} | ${nj(energyPj[profiles[1]])} | ${percent(drop.drop)} (${drop.format}) | ${steps} |`;
  });
  return [
    `| | network | accuracy (95 %) | energy, compute | energy, with memory | drop at bit-error rate ${rate} | steps |`,
    "|---|---|---|---|---|---|---|",
    ...lines,
    "",
    `The whole study took ${seconds} s on two cores.`,
  ].join("\n");
}

function trainingTable() {
  const { rows, versions, machine } = result("training");
  const accuracies = rows.filter(({ goal }) => goal !== null);
  const speeds = rows.filter(({ goal }) => goal === null);
  return [
    "| trained with the defaults, seed 0 | right of 10,000 test images |",
    "|---|---|",
    ...accuracies.map((row) => `| ${row.case.replace(", seed 0", "")} | ${(100 * row.ours).toFixed(2)} % |`),
    "",
    `| an epoch of 50,000 images | spikefront | PyTorch ${versions.pytorch} | times faster |`,
    "|---|---|---|---|",
    ...speeds.map(
      (row) =>
        `| ${row.case} | ${seconds(row.ours)} | ${seconds(row.peer)} | ${row.ratio === null ? "–" : row.ratio.toFixed(2)} |`,
    ),
    "",
    `Measured side by side on ${machine.replace(/, load .*/, "")} (relaxed SIMD).`,
  ].join("\n");
}

function conversionTable() {
  const { rows } = result("conversion");
  const datasets = [
    ["mnist", "MNIST"],
    ["fashion-mnist", "Fashion-MNIST"],
  ];
  const suffix = ": fewest steps within 0.2 points, all charged";
  const prefix = "mnist CNN";
  const rules = rows
    .filter((row) => row.case.startsWith(prefix) && row.case.endsWith(suffix))
    .map((row) => row.case.slice(prefix.length, -suffix.length));
  const steps = (dataset, rule) => {
    const row = rows.find((one) => one.case === `${dataset} CNN${rule}${suffix}`);
    const most = /, (\d+): [\d.]+; not reached$/.exec(row.note)?.[1];
    return row.ours === null ? `not in ${most}` : String(row.ours);
  };
  const ann = (dataset) => rows.find((row) => row.case === `${dataset} CNN, ANN`).note.split(" images")[0];
  return [
    `| rule (int8 weights, constant input) | ${datasets.map(([, name]) => `${name}, steps`).join(" | ")} |`,
    "|---|---|---|",
    ...rules.map(
      (rule) =>
        `| ${rule.replace(/^[, ]+/, "")} | ${datasets.map(([name]) => steps(name, rule)).join(" | ")} |`,
    ),
    "",
    `Fewest steps, all charged, with which a CNN is within 0.2 points of its plain ANN: ${datasets.map(([name, title]) => `${title} ${ann(name)} test images`).join(", ")}.`,
  ].join("\n");
}

function campaignTable() {
  const { rows, versions, machine } = result("campaign");
  const again = ({ case: name }) =>
    rows.find((row) => row.case === `${name}: full re-simulation over the campaign`);
  const timed = rows.filter((row) => again(row) !== undefined && row.unit === "s");
  const passing = rows.filter(
    (row) => again(row) !== undefined && row.unit !== "s" && row.case.includes("membrane readout"),
  );
  const missed = timed.filter(({ pass }) => pass === false);
  const equal = rows.filter(({ case: name }) => name.includes("outcomes equal to"));
  const sum = (pick) => equal.reduce((total, row) => total + pick(row), 0);
  return [
    "| campaign, two threads | spikefront | simulating everything again | PyTorch |",
    "|---|---|---|---|",
    ...timed.map(
      (row) =>
        `| ${row.case} | ${row.ours.toPrecision(3)} s | ${duration(row.ours * again(row).ours)} | ${row.peer === null ? "not measured" : duration(row.peer)} |`,
    ),
    "",
    `On ${machine.replace(/, load .*/, "")}; what the others take is extrapolated (\`docs/results/campaign.json\`, ` +
      `\`npm run bench -- campaign\`; PyTorch ${versions.torch}). Faults of one step cost ` +
      `${passing.map(({ case: name, ours }) => `${ours.toPrecision(2)} µs (${name.replace(/, T.* of \d+/, ",").replace(/, one step.*/, "")})`).join(", ")} an image. ` +
      `Slower than we aim at: ${missed.map(({ case: name, goal }) => `${name.replace(/ of \d+.*/, "")} (${goal} s)`).join("; ")}. ` +
      `Counts of ${sum(({ ours }) => ours)} of ${sum(({ goal }) => goal)} faults compared are those of full re-simulation or PyTorch.`,
  ].join("\n");
}

function duration(seconds) {
  if (seconds < 120) return `${seconds.toPrecision(3)} s`;
  if (seconds < 7200) return `${(seconds / 60).toPrecision(3)} minutes`;
  if (seconds < 172_800) return `${(seconds / 3600).toPrecision(3)} hours`;
  return `${(seconds / 86_400).toPrecision(3)} days`;
}

function simulatorTable() {
  const { rows, versions, machine } = result("simulator");
  const peerOf = (row) => (row.note.includes("spikingjelly") ? "SpikingJelly" : "snnTorch");
  const isShown = ({ case: name }) =>
    ["digits", " 2 %", " 10 %", " 50 %"].some((words) => name.includes(words));
  const beside = rows.filter((row) => row.peer !== null && isShown(row));
  const find = (words) => rows.find((row) => row.case.includes(words));
  const twice = find("two threads over one");
  const all = find("10000 test images");
  return [
    "| milliseconds an image | spikefront | peer | times faster |",
    "|---|---|---|---|",
    ...beside.map(
      (row) =>
        `| ${row.case} | ${row.ours.toPrecision(3)} | ${row.peer.toPrecision(3)} (${peerOf(row)}) | ${row.ratio.toFixed(1)} |`,
    ),
    "",
    `Side by side on ${machine.replace(/, load .*/, "")}: SpikingJelly ${versions.spikingjelly.replace("not told", "from source")}, snnTorch ` +
      `${versions.snntorch}, PyTorch ${versions.torch}; the same weights and inputs, the peer's fastest mode. ` +
      `Two threads are ${twice.ours.toFixed(2)} times as fast as one; the 10,000 test images of MNIST take ` +
      `${all.ours.toFixed(2)} s (converted LeNet, T = 32, two threads; ${all.note}).`,
  ].join("\n");
}

function seconds(value) {
  return value === null ? "not measured" : `${value.toFixed(2)} s`;
}

function percent({ value, low, high }) {
  const show = (share) => (100 * share).toFixed(2);
  return `${show(value)} % (${show(low)} to ${show(high)})`;
}

function nj(pj) {
  if (pj === null) return "cannot be priced";
  return pj >= 1e6 ? `${(pj / 1e6).toPrecision(3)} µJ` : `${(pj / 1000).toPrecision(3)} nJ`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = read("README.md");
  const filled = fillReadme(text);
  if (!process.argv.includes("--check")) writeFileSync(join(root, "README.md"), filled);
  else if (filled !== text) {
    console.error("README.md is out of date. Run: node scripts/write-readme.mjs");
    process.exit(1);
  }
}
