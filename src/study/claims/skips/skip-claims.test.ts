// Claims about skips: what their file must hold, how figures become verdicts, and a whole small study of made figures.
// Nothing here is about accuracy.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { FormatError, InvalidValueError } from "../../../base/errors.ts";
import type { SkipFigures } from "../../../topology/measure-skips.ts";
import { openClaims } from "../claims-document.ts";
import { judgeSkipClaims } from "./judge-skip-claims.ts";
import { runSkipClaims } from "./run-skip-claims.ts";
import { readSkipClaims } from "./skip-claims-file.ts";
import type { OpenSkipNetwork, SkipClaimsPorts, SkipPiece } from "./skip-claims-ports.ts";
import type { MeasuredSkipNetwork, MeasuredSkips, SkipSearchResult } from "./skip-claims-result.ts";
import { matrixOf, quickSkipSettings, type SkipClaimsSettings } from "./skip-claims-settings.ts";
import type { SkipPieceKind, SkipTask } from "./skip-task.ts";

const file = `schema: spikefront.claims/1
kind: skips
name: small
trained: 3
search: { trials: 6, starts: 2 }
faults: { images: 10, draws: 2, bitErrorRates: [0.01], deadShares: [0.1] }
networks:
  - { name: one, data: mnist, stem: 4, widths: [4, 4, 4], isSearched: true }
  - { name: other, data: braille, kind: conv, stem: 4, widths: [4, 4] }
  - { name: absent, data: dvs-gesture, kind: conv, stem: 4, widths: [4, 4], isSearched: true }
claims:
  - { id: rate, networks: [one, other], measure: rate, smaller: none, than: add, kind: smaller, estimand: rates }
  - { id: best, networks: [one, other], measure: accuracy, smaller: concat, than: add, kind: no larger, estimand: a }
  - { id: gain, networks: [one], measure: accuracy, smaller: none, than: found, kind: smaller, estimand: gains }
  - { id: mean, networks: [one, other], measure: products, smaller: none, than: concat, together: average, kind: smaller, estimand: p }
  - { id: soon, networks: [one], measure: evaluations, smaller: gp, than: random, kind: smaller, estimand: evaluations }
  - { id: even, networks: [one], measure: spread, smaller: gp, than: random, kind: smaller, estimand: distances }
  - { id: fast, networks: [one], measure: minutes, smaller: gp, minutes: 5, kind: smaller, estimand: minutes }
  - { id: dvs, networks: [one, absent], measure: accuracy, smaller: none, than: found, together: average, kind: smaller, margin: 0.08, estimand: gains }
`;

const read = (text: string): SkipClaimsSettings => readSkipClaims(openClaims(text, "s.yaml"));
const settings = read(file);

test("the study that comes along states every observation whole, on two kinds of data and two topologies", () => {
  const text = readFileSync(path.resolve(import.meta.dirname, "../../../../studies/benmeziane.yaml"), "utf8");
  const { claims, networks, trained } = read(text);
  assert.ok(trained >= 5);
  for (const { paper, claim, networks: asked } of claims) {
    assert.ok(paper !== "" && claim.estimand !== "");
    const of = networks.filter(({ name }) => asked.includes(name));
    assert.ok(new Set(of.map(({ data }) => data)).size >= 2, claim.estimand);
  }
  const measures = new Set(claims.map(({ measure }) => measure));
  for (const measure of ["rate", "accuracy", "products", "energy", "evaluations", "minutes"] as const)
    assert.ok(measures.has(measure), measure);
  const dvs = claims.filter(({ networks: asked }) => asked.includes("cifar10-dvs-conv"));
  assert.deepEqual(
    dvs.map(({ claim }) => claim.margin),
    [0.08],
  );
});

test("arms are a digit everywhere, and a quick study has the networks and claims of the whole one", () => {
  const [one] = settings.networks;
  assert.deepEqual(
    (["none", "add", "concat"] as const).map((arm) => matrixOf(one, arm)),
    ["00|0", "11|1", "22|2"],
  );
  const quick = quickSkipSettings(settings);
  assert.equal(quick.networks.length, 3);
  assert.ok(quick.networks.every(({ epochs, trainingImages }) => epochs === 1 && trainingImages <= 300));
  assert.ok(quick.search.starts < quick.search.trials);
  assert.deepEqual(quick.claims, settings.claims);
});

for (const [before, after] of [
  ["kind: skips", "kind: skip"],
  ["starts: 2", "starts: 6"],
  ["widths: [4, 4, 4]", "widths: [4]"],
  ["widths: [4, 4, 4]", "widths: [4, 0]"],
  ["data: mnist, ", ""],
  ["name: other", "name: one"],
  ["[one, other], measure: rate", "[one, othr], measure: rate"],
  ["smaller: none, than: add", "smaller: none, than: gp"],
  ["smaller: gp, than: random", "smaller: gp, than: add"],
  ["networks: [one], measure: evaluations", "networks: [other], measure: evaluations"],
  ["networks: [one], measure: accuracy", "networks: [other], measure: accuracy"],
  ["kind: smaller, estimand: rates", "kind: comparable, estimand: rates"],
  ["kind: smaller, estimand: rates", "kind: smaller, test: bootstrap, estimand: rates"],
  ["measure: rate", "mesure: rate"],
  ["bitErrorRates: [0.01]", "bitErrorRates: [1.5]"],
] as const) {
  test(`a file with "${after}" in place of "${before}" is refused by its place`, () => {
    assert.ok(file.includes(before));
    assert.throws(
      () => read(file.replace(before, after)),
      (error) =>
        (error instanceof InvalidValueError || error instanceof FormatError) &&
        /s\.yaml:\d+:\d+/.test(error.message),
    );
  });
}

interface Made {
  readonly correct?: number;
  readonly rate?: number;
  readonly products?: number;
}

function figures({ correct = 50, rate = 0.1, products = 100 }: Made): SkipFigures {
  return { images: 100, correct, firingRate: rate, operations: 1, energyPj: 10, products };
}

function skips(made: Made, seed = 0): MeasuredSkips {
  const own = figures(made);
  const struck = { images: 10, correct: 5, struck: [] };
  return { seed, matrix: "00|0", begun: own, validation: own, test: own, struck };
}

function search(sampler: "gp" | "random", lowestError: readonly number[], minutes = 1): SkipSearchResult {
  return { sampler, seed: 0, lowestError, matrix: "00|0", minutes };
}

function network(
  name: string,
  arms: Partial<Record<"none" | "add" | "concat" | "found", readonly Made[]>>,
  searches: readonly SkipSearchResult[] = [],
): MeasuredSkipNetwork {
  const of = (arm: keyof typeof arms): readonly MeasuredSkips[] => (arms[arm] ?? [{}, {}, {}]).map(skips);
  const all = { none: of("none"), add: of("add"), concat: of("concat"), found: of("found") };
  return { name, data: "made", sha256: "", anns: null, arms: all, searches, candidates: 0 };
}

const missing = [{ name: "absent", data: "dvs-gesture", missing: "It is not here." }];

function judged(networks: readonly MeasuredSkipNetwork[]): Readonly<Record<string, string>> {
  const answers = judgeSkipClaims(settings, networks, missing);
  return Object.fromEntries(answers.map(({ claim, stated }) => [claim.id, stated.verdict]));
}

const better = {
  none: [
    { correct: 50, rate: 0.1 },
    { correct: 51, rate: 0.11 },
    { correct: 50, rate: 0.1 },
  ],
  add: [
    { correct: 80, rate: 0.3 },
    { correct: 81, rate: 0.3 },
    { correct: 80, rate: 0.3 },
  ],
  concat: [
    { correct: 80, products: 150 },
    { correct: 81, products: 150 },
    { correct: 80, products: 150 },
  ],
  found: [{ correct: 90 }, { correct: 91 }, { correct: 92 }],
};
const searches = [
  ...[0, 1, 2].map(() => search("gp", [0.5, 0.2, 0.1, 0.1])),
  search("random", [0.5, 0.5, 0.5, 0.2]),
  search("random", [0.5, 0.5, 0.4, 0.25]),
  search("random", [0.5, 0.5, 0.3, 0.3]),
];

test("what is so in every network and seed is supported, what is the other way round contradicted", () => {
  assert.deepEqual(judged([network("one", better, searches), network("other", better)]), {
    rate: "supported",
    best: "supported",
    gain: "supported",
    mean: "supported",
    soon: "supported",
    even: "inconclusive",
    fast: "supported",
    dvs: "not tested",
  });
  const worse = { ...better, none: better.add, add: better.none };
  const slow = searches.map((each) => ({ ...each, minutes: 9 }));
  const told = judged([network("one", worse, slow), network("other", better)]);
  assert.deepEqual(
    [told["rate"], told["best"], told["fast"]],
    ["contradicted", "contradicted", "contradicted"],
  );
});

test("a claim of every network waits for all of them, and one of their mean takes the mean", () => {
  const unlike = { ...better, add: [{ rate: 0.3 }, { rate: 0.0 }, { rate: 0.3 }] };
  assert.equal(judged([network("one", better), network("other", unlike)])["rate"], "inconclusive");
  const cheap = { concat: [{ products: 90 }, { products: 90 }, { products: 90 }] };
  const [rate, , , mean] = judgeSkipClaims(
    settings,
    [network("one", better), network("other", cheap)],
    missing,
  );
  assert.equal(rate.byNetwork.length, 2);
  // 50 more in one network and 10 fewer in the other are 20 more.
  assert.equal(mean.stated.interval?.value, -20);
  assert.deepEqual(
    mean.byNetwork.map(({ verdict }) => verdict),
    ["supported", "contradicted"],
  );
});

test("evaluations count up to random search's median end, and one more than all where it is not reached", () => {
  const [, , , , soon] = judgeSkipClaims(settings, [network("one", better, searches)], missing);
  // Target 0.25. The process is there after 2; random after 4, after 4, never.
  assert.equal(soon.stated.interval?.value, (2 - 4 + (2 - 4) + (2 - 5)) / 3);
});

test("what is not here is not tested, and its reason is told", () => {
  const dvs = judgeSkipClaims(settings, [network("one", better, searches)], missing).at(-1);
  assert.equal(dvs?.stated.verdict, "not tested");
  assert.match(dvs?.stated.why ?? "", /It is not here\./);
});

/** A candidate's worth by its matrix: additions are good. */
function made(task: SkipTask): SkipPiece["result"] {
  const worth = (matrix: string): Made => ({ correct: 50 + 10 * (matrix.split("1").length - 1) });
  switch (task.kind) {
    case "ann":
      return { validation: 0.9, test: 0.8 };
    case "supernet":
      return { matrices: ["22|2"], tensors: {} };
    case "candidate":
      return figures(worth(task.matrix));
    case "training":
      return skips(worth(task.matrix));
    default:
      throw new TypeError(`unknown piece ${JSON.stringify(task satisfies never)}`);
  }
}

test("a study trains every arm and seed, searches, trains what was found, and leaves out what is not here", async () => {
  const asked: string[] = [];
  const closed: string[] = [];
  const ports: SkipClaimsPorts = {
    open: async ({ name, data }) => {
      if (name === "absent") return { missing: `${data} is not here.` };
      const open: OpenSkipNetwork = {
        sha256: name,
        isRecorded: name === "other",
        measure: async <K extends SkipPieceKind>(tasks: readonly SkipTask<K>[], onPiece: () => void) =>
          (tasks as readonly SkipTask[]).map((task) => {
            const { matrix, seed } = { matrix: "", seed: "", ...task };
            asked.push(`${name} ${task.kind} ${matrix} ${seed}`);
            onPiece();
            return { result: made(task), cpuSeconds: 6 } as SkipPiece<K>;
          }),
        close: async () => {
          closed.push(name);
        },
      };
      return open;
    },
    cpuSeconds: () => 0,
    onProgress: ({ share }) => assert.ok(share >= 0 && share <= 1),
  };
  const result = await runSkipClaims(ports, settings, false);
  assert.deepEqual(closed, ["one", "other"]);
  assert.deepEqual(result.missing, [
    { name: "absent", data: "dvs-gesture", missing: "dvs-gesture is not here." },
  ]);
  const [one, other] = result.networks;
  assert.deepEqual([one.anns, other.anns], [[0.8, 0.8, 0.8], null]);
  assert.equal(one.searches.length, 6);
  assert.deepEqual(
    one.arms.found.map(({ matrix, seed }) => [matrix, seed]),
    one.searches.filter(({ sampler }) => sampler === "gp").map(({ matrix, seed }) => [matrix, seed]),
  );
  for (const { lowestError, minutes } of one.searches) {
    assert.equal(lowestError.length, 6);
    assert.ok(lowestError.every((error, i) => i === 0 || error <= lowestError[i - 1]));
    // The supernet and at most six candidates of 6 s each.
    assert.ok(minutes >= 0.2 && minutes <= 0.7 + 1e-9, String(minutes));
  }
  const candidates = asked.filter((task) => task.startsWith("one candidate"));
  assert.equal(new Set(candidates).size, candidates.length);
  assert.equal(one.candidates, candidates.length);
  assert.equal(asked.filter((task) => task.startsWith("one training")).length, 12);
  assert.equal(asked.filter((task) => task.startsWith("other")).length, 9);
  assert.equal(result.cpuHours, (asked.length * 6) / 3600);
  assert.deepEqual(await runSkipClaims(ports, settings, false), result);
});
