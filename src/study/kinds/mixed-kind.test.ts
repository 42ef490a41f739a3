import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical, type DesignValues, isActive } from "../../space/space.ts";
import { parametersOf } from "../exchange/parameters.ts";
import { pastTrials } from "../exchange/past-trials.ts";
import type { PortableStudy } from "../exchange/portable-study.ts";
import { readStudyFile } from "../study-file.ts";
import { StudyJudge } from "../study-judge.ts";
import { kindOf } from "./kind-of.ts";
import { type Method, methods } from "./methods.ts";

const head = "schema: spikefront.study/1\n";
const read = (text: string) => readStudyFile(`${head}${text}`, "study.yaml");
const networks = "networks: [{ name: a }, { name: b }]\n";
const skips = "skips: { blocks: [{ widths: [8, 8], chained: false }], training: { epochs: 2 } }\n";
const mixed = read(
  `methods: [convert, skips, ttfs]\n${networks}${skips}ttfs: { epochs: 3 }
space: { convert.steps: { low: 2, high: 9 }, convert.weightBits: 5, skips.steps: 4, ttfs.second: [true, false] }
forbidden: [{ ttfs.second: true, ttfs.units1: { low: 40 } }]`,
);
const alone: Readonly<Record<Method, string>> = {
  convert: `${networks}space: { steps: { low: 2, high: 9 }, weightBits: 5 }`,
  skips: `${skips}space: { steps: 4 }`,
  ttfs: `ttfs: { epochs: 3 }\n${networks}space: { second: [true, false] }`,
};
const hashes = new Map([
  ["a", "of a"],
  ["b", "of b"],
  ["skips.ann", "of the blocks"],
  ["skips.shared-weights", "of all"],
]);
const judge = new StudyJudge(mixed, hashes);
const asked = judge.ask(
  Array.from({ length: 300 }, (_, i) => i),
  [],
);

test("a design is made to the plan that it has in a study of its own method", () => {
  for (const method of methods) {
    const single = kindOf(read(alone[method]));
    const parts = new Map([...hashes].map(([name, hash]) => [name.replace("skips.", ""), hash]));
    const own = asked.filter((design) => design["method"] === method);
    assert.ok(own.length > 30, `${own.length} of ${method}`);
    for (const design of own) {
      const { method: _, ...told } = judge.kind.told(design);
      assert.deepEqual(Object.keys(told), Object.keys(single.space().fields));
      for (const depth of ["search", "final"] as const)
        assert.deepEqual(judge.planOf(design, depth), single.plan(parts, told, depth));
      assert.deepEqual(canonical(single.space(), told), told);
    }
  }
});

test("settings matter under their method alone, and what is forbidden in one is never asked", () => {
  for (const design of asked) {
    for (const name of Object.keys(design)) {
      const [method, field] = name.split(".");
      if (field !== undefined && method !== design["method"]) assert.ok(!isActive(judge.space, name, design));
    }
    assert.ok(!(design["ttfs.second"] === true && (design["ttfs.units1"] as number) >= 40), "by the study");
    assert.notEqual(design["skips.block1"] === "00|0" && design["method"] === "skips", true, "by the kind");
  }
  const seconds = asked.filter((design) => design["ttfs.second"] === true);
  assert.ok(seconds.length > 10, String(seconds.length));
});

test("ANNs of the study are trained once for all, those of a method have its name", () => {
  assert.deepEqual(
    judge.kind.parts.map(({ name }) => name),
    ["a", "b", "skips.ann", "skips.shared-weights"],
  );
  assert.deepEqual(
    judge.kind.referenceAnns(hashes, judge.space).map(([name, hash]) => `${name}: ${hash}`),
    ["a: of a", "b: of b", "skips.ann: of the blocks"],
  );
  const one = (method: Method): DesignValues => asked.find((design) => design["method"] === method) as never;
  const anns = judge.kind.anns(hashes, [one("convert"), one("skips"), one("ttfs")]);
  const ids = anns.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.includes("ann-int5") && ids.includes("skips-ann-int8"), ids.join(" "));
  const plans = anns.map(({ plan }) => JSON.stringify(plan));
  assert.equal(new Set(plans).size, plans.length);
  for (const hash of hashes.values()) if (hash !== "of all") assert.ok(plans.join().includes(hash), hash);
  assert.deepEqual(
    judge.kind.anns(hashes, [one("ttfs")]).map(({ id }) => id),
    ["a-float32", "a-int8", "b-float32", "b-int8"],
  );
  const { rivals } = judge.kind.controls(hashes, one("skips"));
  assert.deepEqual(
    rivals.map(({ id }) => id),
    ["no-skips"],
  );
});

test("trials of studies of one kind, whose settings have other names, are not taken for designs of several methods", () => {
  const single = new StudyJudge(read(alone.ttfs), new Map());
  const trials = (from: StudyJudge): PortableStudy => ({
    name: "past",
    directions: ["maximize", "minimize"],
    attributes: {},
    systemAttributes: { "study:metric_names": ["accuracy", "energy"] },
    trials: from.ask([0, 1, 2], []).map((design, number) => ({
      ...{ number, state: "complete", parameters: parametersOf(from.space, design), values: [0.5, 1] },
      ...{ intermediate: [], attributes: {}, systemAttributes: {}, startedMs: null, finishedMs: null },
    })),
  });
  const wishes = [
    { name: "accuracy", direction: "maximize" },
    { name: "energy", direction: "minimize" },
  ] as const;
  const known = (past: StudyJudge, now: StudyJudge): number =>
    pastTrials(trials(past), now.space, wishes).past.length;
  assert.deepEqual([known(single, judge), known(judge, single)], [0, 0]);
  assert.deepEqual([known(judge, judge), known(single, single)], [3, 3]);
});

test("a method that is not named in the file is at its defaults, and networks are made only where one converts", () => {
  assert.equal(read("methods: [ttfs, convert]").ttfs?.finalEpochs, 8);
  assert.equal(read("methods: [ttfs, convert]").networks.length, 1);
  assert.deepEqual(read("methods: [ttfs, skips]").networks, []);
  const { training, skips: own } = read(
    "methods: [skips, convert]\ntraining: { batch: 50 }\nskips: { training: { epochs: 2 } }",
  );
  assert.deepEqual(own?.training, { ...training, epochs: 2 });
});

const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["one method", "methods: [ttfs]", /2:10: methods must be a list of at least 2 of convert, skips, ttfs/],
  ["an unknown method", "methods: [ttfs, ann]", /2:10: methods must be a list of at least 2 of/],
  [
    "the section of a method that is not searched",
    "methods: [ttfs, convert]\nskips: {}",
    /3:1: skips must be among methods to be set, but got "ttfs, convert"/,
  ],
  [
    "a setting of no method",
    "methods: [ttfs, convert]\nspace: { steps: 4 }",
    /3:10: space must name settings by their method, as in ttfs\.weightBits, but got "steps"/,
  ],
  [
    "a setting out of its range",
    "methods: [ttfs, convert]\nspace:\n  ttfs.cap: 2\n  convert.steps: 0",
    /5:3: space\.convert\.steps must be a whole number from 1 to 4096, but got 0/,
  ],
  [
    "a forbidden combination of no method",
    "methods: [ttfs, convert]\nforbidden: [{ units1: 8 }]",
    /3:15: forbidden\[0\] must hold known settings only, but got "units1"/,
  ],
  [
    "figures that one of the methods does not have",
    "methods: [ttfs, convert]\nobjectives: [accuracy, latency]",
    /objectives must be what a study of event networks, a study of conversions has, but got "latency"/,
  ],
];
for (const [what, text, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => read(text), message);
  });
}
