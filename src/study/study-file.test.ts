import assert from "node:assert/strict";
import { test } from "node:test";
import { samplers } from "../optimize/samplers.ts";
import { objectives } from "../pipeline/objectives.ts";
import { readStudyFile } from "./study-file.ts";
import { describeDifference, type StudySettings } from "./study-settings.ts";

const head = "schema: spikefront.study/1\n";
const read = (rest: string) => readStudyFile(head + rest, "s.yaml");

test("a file with nothing but its schema is a whole study of defaults", () => {
  const settings = read("");
  assert.equal(settings.name, "study");
  assert.equal(settings.data, "mnist");
  assert.deepEqual(settings.networks, [
    { name: "ann", kind: "mlp", kernel: 5, batchNorm: false, hidden: [128], channels: [16, 32] },
  ]);
  assert.deepEqual(settings.search, {
    trials: 64,
    batch: 4,
    sampler: "nsga2",
    startTrials: 16,
    stopWhenStalled: 0,
  });
  assert.deepEqual(settings.objectives, ["accuracy", "energy", "drop"]);
  assert.deepEqual(settings.requirements, {}, "what is not required has no limit");
  assert.deepEqual(settings.space, {});
});

test("what is written is what is read, in either style of YAML and with any line ends", () => {
  const block = `name: small
seed: 7
data: fashion-mnist
profile: spikingjelly-int8
networks:
  - name: wide   # a comment
    hidden: [512, 256]
    batchNorm: true
  - name: conv
    kind: cnn
    channels: [4, 8]
    kernel: 3
  - file: trained/net.safetensors
space:
  steps: { low: 2, high: 8 }
  coding: [rate, latency]
search: { trials: 9, sampler: sobol }
final: { bitErrorRates: [0.01] }
objectives: [energy, accuracy]
requirements: { minAccuracy: 0.9, maxLatencySteps: 8 }
`;
  const settings = read(block);
  assert.equal(settings.seed, 7);
  assert.equal(settings.profile, "spikingjelly-int8");
  assert.deepEqual(settings.networks, [
    { name: "wide", kind: "mlp", kernel: 5, batchNorm: true, hidden: [512, 256], channels: [16, 32] },
    { name: "conv", kind: "cnn", kernel: 3, batchNorm: false, hidden: [128], channels: [4, 8] },
    { name: "ann3", file: "trained/net.safetensors" },
  ]);
  assert.deepEqual(settings.space, { steps: { low: 2, high: 8 }, coding: ["rate", "latency"] });
  assert.deepEqual(settings.search, {
    trials: 9,
    batch: 4,
    sampler: "sobol",
    startTrials: 16,
    stopWhenStalled: 0,
  });
  assert.deepEqual(settings.final.bitErrorRates, [0.01]);
  assert.deepEqual(settings.objectives, ["energy", "accuracy"]);
  assert.deepEqual(settings.requirements, { minAccuracy: 0.9, maxLatencySteps: 8 });
  assert.deepEqual(readStudyFile((head + block).replaceAll("\n", "\r\n"), "s.yaml"), settings);
  assert.deepEqual(readStudyFile(`\uFEFF${head}${block}`, "s.yaml"), settings);
});

test("a study that was kept before searches could stall goes on, unless it asks for that", () => {
  const now = read("");
  const { stopWhenStalled: _, ...search } = now.search;
  const before = { ...now, search } as StudySettings;
  assert.deepEqual(describeDifference(before, now), []);
  assert.deepEqual(describeDifference(before, read("search: { stopWhenStalled: 20 }")), [
    "search.stopWhenStalled: not set before, 20 now",
  ]);
});

test("a reference point is what is written of it, and nothing where nothing is", () => {
  const { reference } = read("search: { reference: { energy: 1e5 } }").search;
  assert.deepEqual(reference, { energy: 1e5 });
  assert.ok(!("reference" in read("search: { trials: 3 }").search));
});

const badFiles: readonly (readonly [text: string, message: string])[] = [
  ["", 's.yaml must be a map of settings, but got "an empty file". Begin with: schema: spikefront.study/1'],
  [
    "# only words\n",
    's.yaml must be a map of settings, but got "an empty file". Begin with: schema: spikefront.study/1',
  ],
  ["[1, 2]", "s.yaml must be a map of settings, but got [1, 2]. Begin with: schema: spikefront.study/1"],
  [
    "name: x\n",
    's.yaml:1:1: schema must be spikefront.study/1, but got "nothing". Begin with: schema: spikefront.study/1',
  ],
  [
    "schema: spikefront.study/2\n",
    's.yaml:1:9: schema must be spikefront.study/1, but got "spikefront.study/2". This release reads no other version.',
  ],
  [
    `${head}seed: 1\nseed: 2\n`,
    's.yaml:3:1: every setting must be written once, but got "seed: 2". Remove one of the two.',
  ],
  [
    `${head}search:\n\ttrials: 3\n`,
    's.yaml:3:1: must be indented with spaces, but got "trials: 3". Put two spaces in place of each tab.',
  ],
  [
    `${head}seed: 1\n---\nseed: 2\n`,
    's.yaml:3:1: must be one YAML document, but got "---". Write one study a file, without --- in between.',
  ],
  [
    `${head}seed: !new 3\n`,
    's.yaml:2:7: must be written without tags, but got "seed: !new 3". Remove the word that begins with !.',
  ],
  [
    `${head}name: &it study\ndata: *it\n`,
    's.yaml:3:7: must be written without aliases, but got "*it". Write the value itself.',
  ],
  [
    `${head}objectives: [*lost]\n`,
    's.yaml:2:14: must be written without aliases, but got "*lost". Write the value itself.',
  ],
];
for (const [text, message] of badFiles) {
  test(`a broken file says: ${message}`, () => {
    assert.throws(() => readStudyFile(text, "s.yaml"), { name: "FormatError", message });
  });
}

test("YAML that does not end names the place and what YAML asks for", () => {
  assert.throws(() => read("search: { trials: 3\n"), {
    name: "FormatError",
    message: /^s\.yaml:\d+:\d+: must be YAML \(.*must.*end with a \}\), but got /,
  });
});

test("aliases within aliases, which grow without end, are refused at once", () => {
  let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let i = 1; i < 40; i++) bomb += `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]\n`;
  assert.throws(() => read(bomb), { name: "FormatError", message: /without aliases/ });
});

const mistakes: readonly (readonly [rest: string, message: string])[] = [
  ["seach: {}", '2:1: study must hold known settings only, but got "seach". Did you mean search?'],
  [
    "search:\n  trails: 3",
    '3:3: search must hold known settings only, but got "trails". Did you mean trials?',
  ],
  ["search: { trials: 0 }", "2:19: search.trials must be a whole number from 1 to 1000000, but got 0."],
  [
    "search: { sampler: nsga }",
    `2:20: search.sampler must be one of ${Object.keys(samplers).join(", ")}, but got "nsga". Did you mean nsga2?`,
  ],
  [
    "search:\n  reference: { energie: 5 }",
    '3:16: search.reference must hold known settings only, but got "energie". Did you mean energy?',
  ],
  [
    "search: { reference: { accuracy: 90 } }",
    "2:34: search.reference.accuracy must be a number from 0 to 1, but got 90.",
  ],
  [
    "search: { reference: { noise: 0.1 } }",
    '2:24: search.reference must be among the study\'s objectives, accuracy, energy, drop, but got "noise".',
  ],
  ["search: { halving: true }", "2:20: search.halving must be a map of settings, but got true."],
  [
    "search: { racing: { repeats: 1 } }",
    "2:30: search.racing.repeats must be a whole number from 2 to 1000, but got 1.",
  ],
  [
    "search: { halving: { factr: 3 } }",
    '2:22: search.halving must hold known settings only, but got "factr". Did you mean factor?',
  ],
  [
    "search: { halving: { minImages: 400 } }",
    "2:22: search.halving.minImages must be at most 333, evaluation.images by search.halving.factor, but got 400. There is nothing to halve.",
  ],
  ["search: { reference: 0.9 }", "2:22: search.reference must be a map of objectives, but got 0.9."],
  ["seed: 1.5", "2:7: seed must be a whole number from 0 to 2147483647, but got 1.5."],
  ["seed: '1'", '2:7: seed must be a whole number from 0 to 2147483647, but got "1".'],
  [
    "name: ../up",
    '2:7: name must be letters, digits, dots, dashes and underscores, but got "../up". It names a folder.',
  ],
  ["training: fast", '2:11: training must be a map of settings, but got "fast".'],
  ["space: { steps: 0 }", "2:10: space.steps must be a whole number from 1 to 4096, but got 0."],
  [
    "space: { stepps: 1 }",
    '2:10: space must hold known settings only, but got "stepps". Did you mean steps?',
  ],
  [
    "space:\n  coding: rate\n  thresholdFactor: 0",
    "4:3: space.thresholdFactor must be a number from 0.2 to 2, but got 0.",
  ],
  [
    "forbidden: [{ coding: rate }, { steps: 0 }]",
    "2:33: forbidden[1].steps must be a whole number from 1 to 4096, but got 0.",
  ],
  [
    "forbidden: [{ codin: rate }]",
    '2:15: forbidden[0] must hold known settings only, but got "codin". Did you mean coding?',
  ],
  [
    "forbidden: [rate]",
    '2:12: forbidden must be a list of combinations such as {coding: rate}, but got ["rate"].',
  ],
  [
    "space: { coding: rate }\nforbidden: [{ coding: rate }]",
    '2:8: space must leave designs that are not forbidden (last by a combination of coding), but got "none in 10000 draws". Take a forbidden combination out, or widen the space.',
  ],
  ["space: { network: other }", '2:10: space.network must be one of ann, but got "other".'],
  [
    "networks: [{ hiden: [3] }]",
    '2:14: networks[0] must hold known settings only, but got "hiden". Did you mean hidden?',
  ],
  [
    "networks: [{ hidden: 3 }]",
    "2:22: networks[0].hidden must be a list of whole numbers of at least 1, but got 3.",
  ],
  [
    "networks: [{ name: a }, { name: a }]",
    '2:25: networks[1].name must be different from the others\', but got "a".',
  ],
  [
    "networks: [{ file: a.safetensors, hidden: [3] }]",
    '2:35: networks[0] must hold name and file only, for the file says the rest, but got "hidden".',
  ],
  [
    "objectives: [accuracy, enrgy]",
    `2:13: objectives must be among ${Object.keys(objectives).join(", ")}, but got "enrgy". Did you mean energy?`,
  ],
  [
    "objectives: [accuracy]",
    '2:13: objectives must be a list of at least 2 different objectives, but got ["accuracy"].',
  ],
  [
    "requirements: { minAccuracy: 98 }",
    "2:30: requirements.minAccuracy must be a number from 0 to 1, but got 98.",
  ],
  [
    "final: { bitErrorRates: 0.1 }",
    "2:25: final.bitErrorRates must be a list of numbers from 0 to 1, but got 0.1.",
  ],
];
for (const [rest, message] of mistakes) {
  test(`a wrong setting says: ${message}`, () => {
    assert.throws(() => read(rest), { name: "InvalidValueError", message: `s.yaml:${message}` });
  });
}

test("searches halve only where it is written, by defaults where nothing else is", () => {
  assert.ok(!("halving" in read("search: { trials: 3 }").search));
  assert.deepEqual(read("search: { halving: {} }").search.halving, { minImages: 100, factor: 3 });
  const before = read("search: { trials: 3 }");
  assert.deepEqual(describeDifference(before, read("search: { halving: {} }")), [
    "search.halving.minImages: not set before, 100 now",
    "search.halving.factor: not set before, 3 now",
  ]);
});

test("the first of two mistakes in a section is told", () => {
  assert.throws(() => read("search: { trials: 0, batch: 0 }"), /search\.trials/);
});

test("a study differs from itself in nothing, from another in what changed, and the budget does not count", () => {
  const before = read("search: { trials: 10 }\nspace: { steps: 4 }");
  assert.deepEqual(describeDifference(before, read("space: { steps: 4 }\nsearch: { trials: 10 }")), []);
  assert.deepEqual(describeDifference(before, read("search: { trials: 99 }\nspace: { steps: 4 }")), []);
  assert.deepEqual(
    describeDifference(
      before,
      read("seed: 3\nsearch: { trials: 10, batch: 8 }\nnetworks: [{ hidden: [9] }]"),
    ),
    [
      "seed: 0 before, 3 now",
      'networks: [{"name":"ann","kind":"mlp","kernel":5,"batchNorm":false,"hidden":[128],"channels":[16,32]}] before, [{"name":"ann","kind":"mlp","kernel":5,"batchNorm":false,"hidden":[9],"channels":[16,32]}] now',
      "space.steps: 4 before, not set now",
      "search.batch: 4 before, 8 now",
    ],
  );
});
