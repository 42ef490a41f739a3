import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readClaimsFile } from "./claims-file.ts";
import { quickSettings } from "./claims-settings.ts";

const shipped = readFileSync(new URL("../../../studies/sharifian.yaml", import.meta.url), "utf8");
const settings = readClaimsFile(shipped, "studies/sharifian.yaml");

const small = `schema: spikefront.claims/1
name: small
data: [mnist]
networks: [{ name: net, hidden: [4] }]
designs: { steps: [2, 4] }
figures: { bitErrorRates: [0.01] }
claims:
  - { id: one, data: mnist, measure: drop, kind: ratio at least, margin: 2, test: bootstrap, estimand: drops, stated: { bitErrorRate: 0.01 } }
`;

test("the study that comes along states every claim whole, with at least 5 networks and 20 masks", () => {
  assert.ok(settings.trained >= 5 && settings.figures.faultSeeds >= 20);
  assert.deepEqual(settings.figures.bitErrorRates, [1e-5, 1e-4, 1e-3, 1e-2]);
  const ratios = settings.claims.filter(({ claim }) => claim.kind === "ratio at least");
  assert.deepEqual(
    ratios.map(({ claim }) => claim.margin),
    [27.81, 15.17, 1.92, 1.84],
  );
  for (const { paper, claim } of ratios) assert.ok(paper.includes(String(claim.margin)), paper);
  assert.match(shipped, /confidence: 0.98333/);
});

test("a claim keeps its own margin, and gets the usual test and confidence", () => {
  const [{ claim, stated }] = readClaimsFile(small, "s.yaml").claims;
  assert.deepEqual(claim, {
    kind: "ratio at least",
    estimand: "drops",
    margin: 2,
    test: "bootstrap",
    confidence: 0.95,
  });
  assert.equal(stated.format, "int8");
});

const refused: readonly (readonly [from: string, to: string, message: RegExp])[] = [
  ["claims/1", "study/1", /s\.yaml:1:9: schema must be spikefront\.claims\/1/],
  ["[mnist]", "[]", /s\.yaml:3:7: data must be a list of names of data sets/],
  ["hidden: [4]", "hidden: [0]", /networks\[0\]\.hidden must be a list of whole numbers/],
  ["hidden", "hiden", /s\.yaml:4:\d+: networks\[0\]\.hiden must be a known setting.*Did you mean hidden\?/],
  ["steps: [2, 4]", "steps: 2", /s\.yaml:5:\d+: designs\.steps must be a list/],
  ["steps: [2, 4]", "steps: [0]", /designs\.steps must be a whole number from 1 to 4096, but got 0/],
  ["steps: [2", "step: [2", /designs\.step must be a field of the design space.*Did you mean steps\?/],
  ["[0.01]", "[1.5]", /figures\.bitErrorRates must be a list of numbers above 0 and up to 1/],
  [
    "{ bitErrorRate: 0.01 }",
    "{ bitErrorRate: 0.5 }",
    /stated\.bitErrorRate must be one of 0\.01, but got 0\.5/,
  ],
  ["{ bitErrorRate: 0.01 }", "{ bitErrorRate: 0.01, against: ann-skip }", /must be one of ann, clip, levels/],
  ["test: bootstrap", "test: fieller", /must be "ratio at least" by the test bootstrap, as it is of drop/],
  ["measure: drop", "measure: accuracy", /must be "comparable" by the test tost/],
  ["data: mnist,", "data: cifar10,", /claims\[0\]\.data must be one of mnist, but got "cifar10"/],
  [" margin: 2,", "", /claims\[0\]\.margin must be a number above 0/],
  [
    "name: small",
    "name: small\npick: { networks: 9 }",
    /pick\.networks must be at most trained \(5\), but got 9/,
  ],
  ["figures: {", "figures: { imageBlocks: 7,", /imageBlocks must divide faultImages \(1000\), but got 7/],
  ["name: small", "name: [", /s\.yaml:\d+:\d+: must be YAML/],
  ["name: small", "name: ../up", /name must be letters, digits/],
];

for (const [from, to, message] of refused) {
  test(`a file with ${JSON.stringify(to)} in place of ${JSON.stringify(from)} is refused by its place`, () => {
    assert.ok(small.includes(from));
    assert.throws(() => readClaimsFile(small.replace(from, to), "s.yaml"), { message });
  });
}

test("a quick study keeps every topology and every stated rate", () => {
  const quick = quickSettings(settings);
  assert.deepEqual(quick.networks, settings.networks);
  for (const { stated } of quick.claims) {
    const isAsked = quick.figures.bitErrorRates.includes(stated.bitErrorRate);
    assert.ok(isAsked || quick.claims.every(({ measure }) => measure !== "drop"));
  }
  assert.equal(quick.figures.faultImages % quick.figures.imageBlocks, 0);
});
