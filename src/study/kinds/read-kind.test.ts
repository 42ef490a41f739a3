import assert from "node:assert/strict";
import { test } from "node:test";
import { patternDataset } from "../../../test/study/patterns.ts";
import { readStudyFile } from "../study-file.ts";
import { StudyJudge } from "../study-judge.ts";
import { studySpace } from "../study-space.ts";
import { kindOf } from "./kind-of.ts";

const read = (text: string) => readStudyFile(`schema: spikefront.study/1\n${text}`, "study.yaml");

test("a study of skips has a matrix a block in its space, and nothing else free unless it says so", () => {
  const settings = read(
    "skips: { blocks: [{ widths: [8, 8] }, { widths: [8, 8, 8] }] }\nspace: { steps: { low: 2, high: 8 } }",
  );
  const { fields } = studySpace(settings);
  assert.deepEqual(Object.keys(fields), ["block1", "block2", "steps", "weightBits"]);
  assert.deepEqual([fields["block1"].default, fields["block2"].default], ["0", "00|0"]);
  const { steps, weightBits } = fields;
  assert.ok(steps.kind === "int" && weightBits.kind === "int");
  assert.deepEqual([steps.low, steps.high, weightBits.low, weightBits.high], [2, 8, 8, 8]);
  assert.deepEqual(settings.networks, []);
  assert.deepEqual(
    kindOf(settings).parts.map(({ name }) => name),
    ["ann", "shared-weights"],
  );
});

test("a block without a chain is never asked for without a way from its input to its output", () => {
  const settings = read("skips: { blocks: [{ widths: [8, 8], chained: false }] }");
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  const asked = new StudyJudge(settings, new Map())
    .ask(numbers, [])
    .map((design) => String(design["block1"]));
  assert.ok(!asked.includes("00|0"));
  assert.ok(new Set(asked).size > 10);
});

test("a study of event networks varies sizes, thresholds and time constants, and trains no ANN it is not given", () => {
  const settings = read("ttfs: { epochs: 3 }\nspace: { cap: [1], second: true }");
  assert.deepEqual(settings.networks, []);
  const { fields } = studySpace(settings);
  assert.equal(fields["second"].default, true);
  const plan = kindOf(settings).plan(new Map(), { weightBits: 8 }, "search");
  const final = kindOf(settings).plan(new Map(), { weightBits: 8 }, "final");
  assert.ok(plan.kind === "ttfs" && final.kind === "ttfs");
  assert.deepEqual([plan.epochs, final.epochs], [3, 8]);
});

test("a study that converts is read as it always was", () => {
  const settings = read("name: plain");
  assert.ok(!("skips" in settings) && !("ttfs" in settings));
  assert.equal(settings.networks.length, 1);
});

const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["both kinds", "skips: {}\nttfs: {}", /study\.yaml:3:7: ttfs must not stand beside skips/],
  [
    "a misspelt setting",
    "skips: { round: 3 }",
    /2:10: skips must hold known settings only.*Did you mean rounds/,
  ],
  ["a block of one layer", "skips: { blocks: [{ widths: [8] }] }", /skips\.blocks\[0\] must be a block/],
  [
    "a kernel that is even",
    "skips: { blocks: [{ kind: conv, kernel: 4 }] }",
    /kernel must be odd, but got 4/,
  ],
  [
    "widths that are no sizes",
    "skips: { blocks: [{ widths: [8, 0] }] }",
    /widths must be a list of whole numbers/,
  ],
  [
    "a round of more images than there are",
    "skips: { trainingImages: 100 }",
    /roundImages must be at most trainingImages \(100\)/,
  ],
  ["ANNs in a study of skips", "skips: {}\nnetworks: [{ name: a }]", /3:11: networks must not be given/],
  ["fewer final epochs", "ttfs: { epochs: 9 }", /finalEpochs must be at least epochs \(9\), but got 8/],
  ["a window that ends too soon", "ttfs: { windowMs: 50 }", /windowMs must be above latestMs \(100\)/],
  [
    "latency of a conversion",
    "objectives: [accuracy, latency]",
    /objectives must be what a study of conversions has/,
  ],
  [
    "a search that stops by a volume that nothing measures",
    "skips: {}\nobjectives: [annDrop, firingRate]\nsearch: { stopWhenStalled: 5 }",
    /4:11: search\.stopWhenStalled must be 0 without a reference point, but got 5/,
  ],
  ["an unknown matrix field", "skips: {}\nspace: { block2: '0' }", /block2/],
];
for (const [what, text, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(() => read(text), message);
  });
}

test("data that a study cannot be trained on are refused before anything is trained", () => {
  const given = (text: string) => () => kindOf(read(text)).requireData(patternDataset);
  assert.throws(given("ttfs: {}"), /ttfs\.trainingImages must with judgingImages be at most 500/);
  const few = "trainingImages: 100, judgingImages: 50, rounds: 0";
  assert.throws(given(`skips: { ${few}, blocks: [{ kind: conv }] }`), /must be dense behind dense layers/);
  assert.doesNotThrow(given(`skips: { ${few} }`));
});
