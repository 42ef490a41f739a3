// Fills the tables of docs/bacho.md from docs/results/bacho.json, bacho-exact.json and bacho-fashion.json, between comments that
// name them, and draws docs/bacho.svg. `--check` only tells whether the tables are up to date.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventClaimsFigures } from "../src/cli/event-claims-figures.ts";
import { meanInterval } from "../src/statistics/mean-interval.ts";

const docs = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs");
const page = join(docs, "bacho.md");
const arms = ["one", "many"];

/** The recorded runs as one: its own, with the paper's exact gradients behind the pair they belong to, and Fashion-MNIST's. */
export function recordedBacho() {
  const [result, exact, fashion] = ["bacho", "bacho-exact", "bacho-fashion"].map((name) =>
    JSON.parse(readFileSync(join(docs, `results/${name}.json`), "utf8")),
  );
  const { settings } = result;
  const together = (of) => [...of(result).slice(0, 1), ...of(exact), ...of(result).slice(1), ...of(fashion)];
  const pairs = together((run) => run.settings.pairs);
  return {
    ...result,
    settings: { ...settings, pairs },
    pairs: together((run) => run.pairs),
    claims: [...result.claims, ...exact.claims, ...fashion.claims],
    cpuHours: result.cpuHours + exact.cpuHours + fashion.cpuHours,
  };
}

/** The page with every table as the result has it. */
export function fillBacho(text, result) {
  const tables = {
    verdicts: verdicts(result),
    others: otherVerdicts(result),
    figures: figures(result),
    robustness: robustness(result),
    clock: clock(result),
    sweeps: sweeps(result),
    runs: runs(result),
  };
  return Object.entries(tables).reduce(
    (filled, [name, table]) =>
      filled.replace(
        new RegExp(`(<!-- ${name}: begin -->)[\\s\\S]*?(<!-- ${name}: end -->)`),
        (_, begin, end) => `${begin}\n${table}\n${end}`,
      ),
    text,
  );
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

const measures = ["accuracy", "progress", "spikes", "latency", "robustness"];

/** Claims of the abstract by pair. */
function verdicts({ pairs, claims }) {
  const cell = (measure, { name }) => {
    const { claim, stated } = claims.find((one) => one.claim.pair === name && one.claim.measure === measure);
    return `**${stated.verdict}** ${claim.claim.kind === "comparable" ? change(stated.interval) : points(stated.interval)}`;
  };
  const rows = measures.map((measure) => {
    const { claim } = claims.find((one) => one.claim.measure === measure);
    return [claim.paper, ...pairs.map((pair) => cell(measure, pair))];
  });
  return table(["claim", ...pairs.map(({ name }) => name)], rows);
}

/** Claims of toys and sweeps, under every condition. */
function otherVerdicts({ claims }) {
  const rows = claims
    .filter(({ claim }) => !measures.includes(claim.measure))
    .flatMap(({ claim, stated }) => [
      [claim.paper, claim.pair, claim.claim.estimand, `**${stated.verdict}** ${rounded(stated.interval, 3)}`],
    ]);
  return table(["claim", "asked of", "estimand, smaller than 0", "verdict"], rows);
}

function figures({ pairs }) {
  const of = (pair, arm, figure, show) => show(mean(pair.arms[arm].map(({ measures: own }) => figure(own))));
  const kinds = [
    ["accuracy, %", ({ correct, samples }) => (100 * correct) / samples, (value) => value.toFixed(2)],
    ["spikes for a sample", ({ spikesPerSample }) => spikesPerSample, (value) => value.toFixed(0)],
    ["decision by margin, ms", ({ rules }) => 1000 * rules.margin.meanS, (value) => value.toFixed(1)],
    [
      "decision at the first output spike, ms",
      ({ rules }) => 1000 * rules.first.meanS,
      (value) => value.toFixed(1),
    ],
    [
      "accuracy then, %",
      ({ rules, samples }) => (100 * rules.first.correct) / samples,
      (value) => value.toFixed(2),
    ],
    [
      "accuracy under 10 ms of jitter, %",
      (own) => 100 * under(own, "jitterMs", 10),
      (value) => value.toFixed(2),
    ],
    [
      "with 20 % of the spikes lost, %",
      (own) => 100 * under(own, "deletions", 0.2),
      (value) => value.toFixed(2),
    ],
  ];
  const rows = kinds.map(([title, figure, show]) => [
    title,
    ...pairs.map((pair) => arms.map((arm) => of(pair, arm, figure, show)).join(" / ")),
  ]);
  return table(["mean over networks, one spike / many", ...pairs.map(({ name }) => name)], rows);
}

function under({ noise, noiseSamples }, kind, level) {
  const { correct } = noise.find((one) => one.noise === kind && one.level === level);
  return mean(correct) / noiseSamples;
}

const noiseNames = {
  jitterMs: "jitter, 2 to 20 ms",
  deletions: "lost spikes, 5 to 40 %",
  thresholdNoise: "scattered thresholds, 5 to 20 %",
  weightNoise: "scattered weights, 10 to 50 %",
  weightBits: "weights of 8 to 2 bits",
  bitErrorRates: "flipped bits, 0.1 and 1 %",
};

/** How the claim of robustness is answered at every level. */
function robustness({ pairs, claims }) {
  const letters = { supported: "+", contradicted: "−", inconclusive: "○" };
  const rows = Object.entries(noiseNames).map(([noise, name]) => [
    name,
    ...pairs.map((pair) => {
      const { all } = claims.find(({ claim }) => claim.pair === pair.name && claim.measure === "robustness");
      return all
        .filter(({ condition }) => condition.noise === noise)
        .map(({ verdict }) => letters[verdict])
        .join(" ");
    }),
  ]);
  return table(["noise, least first", ...pairs.map(({ name }) => name)], rows);
}

/** Accuracy of the same samples on a clock − in continuous time, by network. Measured before caps held there: left out. */
function clock({ pairs }) {
  const rows = pairs
    .filter(({ name }) => name !== "mnist-800-exact")
    .flatMap((pair) =>
      arms.map((arm) => {
        const own = pair.arms[arm].map(({ measures: of }) => of);
        const lost = (dtMs, bits) =>
          own.map(({ clock: all, clockClean, clockSamples }) => {
            const { correct } = all.find((one) => one.dtMs === dtMs && one.bits === bits);
            return (correct - clockClean) / clockSamples;
          });
        const shown = (dtMs, bits) => points(meanInterval(lost(dtMs, bits), [-1, 1], "networks"));
        return [
          `${pair.name}, ${arm === "one" ? "one spike" : "many"}`,
          (100 * mean(own.map(({ clockClean, clockSamples }) => clockClean / clockSamples))).toFixed(2),
          shown(1, 8),
          signed(100 * Math.min(...lost(1, 8)), 2),
          shown(10, 8),
          shown(1, 4),
        ];
      }),
    );
  const head = ["network", "continuous, %", "1 ms, 8 bits", "worst network", "10 ms, 8 bits", "1 ms, 4 bits"];
  return table(head, rows);
}

const varied = { thresholds: "thresholds ×", maxSpikes: "cap", timeConstants: "time constants ×" };

function sweeps({ settings, sweeps: all }) {
  const rows = settings.sweeps.flatMap(({ pair, arm, vary }, s) =>
    all[s].points.map(({ value, networks }) => {
      const of = (name, factor, digits) => (factor * mean(networks.map((one) => one[name]))).toFixed(digits);
      return [
        `${pair}, ${arm === "one" ? "one spike" : "many"}`,
        `${varied[vary]} ${value}`,
        of("accuracy", 100, 2),
        of("underJitter", 100, 2),
        of("spikes", 1, 1),
        of("latencyS", 1000, 1),
      ];
    }),
  );
  const head = ["network", "varied", "accuracy, %", "under jitter, %", "spikes for a sample", "decision, ms"];
  return table(head, rows);
}

/** What was trained, for how long, and by which commits. */
function runs({ pairs, toys, sweeps: all, cpuHours, settings, machine }) {
  const hours = (networks) => networks.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / 60;
  const row = (name, networks, what) => [
    name,
    what,
    hours(networks).toFixed(1),
    [...new Set(networks.flatMap(({ commit, measuredBy }) => [commit, measuredBy]))]
      .map((commit) => commit.slice(0, 7))
      .join(", "),
  ];
  const known = new Set(
    pairs.flatMap(({ arms: own }) => [...own.one, ...own.many]).map(({ sha256 }) => sha256),
  );
  const swept = all
    .flatMap(({ points }) => points.flatMap(({ networks }) => networks))
    .filter(({ sha256 }) => !known.has(sha256));
  const rows = [
    ...pairs.map(({ name, arms: own }, p) => {
      const { one, samples } = settings.pairs[p];
      const part = samples === undefined ? "" : ` of ${samples.toLocaleString("en-US")} samples`;
      const what = `${own.one.length} and ${own.many.length} networks, ${one.epochs} epochs${part}`;
      return row(name, [...own.one, ...own.many], what);
    }),
    ...toys.map((toy, t) => [
      toy.name,
      `${settings.toys[t].repeats} repeats of ${settings.toys[t].means.length * settings.toys[t].deviations.length} starts, two experiments`,
      (toy.cpuSeconds / 60).toFixed(1),
      toy.commits.map((commit) => commit.slice(0, 7)).join(", "),
    ]),
    row("sweeps", swept, `${swept.length} more networks`),
  ];
  return [
    table(["", "trained", "processor minutes", "commits"], rows),
    "",
    `${(60 * cpuHours).toFixed(0)} processor minutes of training in all; last on ${machine}.`,
  ].join("\n");
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A difference of shares, in points. */
function points({ value, low, high }) {
  return `${signed(100 * value, 2)} (${signed(100 * low, 2)} to ${signed(100 * high, 2)}) points`;
}

/** A ratio − 1, in per cent. */
function change({ value, low, high }) {
  return `${signed(100 * value, 0)} % (${signed(100 * low, 0)} to ${signed(100 * high, 0)})`;
}

function rounded({ value, low, high }, digits) {
  return `${signed(value, digits)} (${signed(low, digits)} to ${signed(high, digits)})`;
}

function signed(value, digits) {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = recordedBacho();
  const text = readFileSync(page, "utf8");
  const filled = fillBacho(text, result);
  if (!process.argv.includes("--check")) {
    writeFileSync(page, filled);
    writeFileSync(join(docs, "bacho.svg"), eventClaimsFigures(result));
  } else if (text !== filled) {
    console.error("docs/bacho.md is out of date: node scripts/write-bacho.mjs");
    process.exitCode = 1;
  }
}
