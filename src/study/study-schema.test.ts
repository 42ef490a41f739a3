import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { claimsSchemaName } from "./claims/claims-document.ts";
import { readStudyFile } from "./study-file.ts";
import { studySchema } from "./study-schema.ts";

const root = new URL("../../", import.meta.url);
const studies = readdirSync(new URL("studies/", root))
  .map((file) => ({ file, text: readFileSync(new URL(`studies/${file}`, root), "utf8") }))
  .filter(({ text }) => !text.includes(`schema: ${claimsSchemaName}`));

test("the schema on disk is the one the fields give (else run: node scripts/write-schema.mjs)", () => {
  const written = JSON.parse(readFileSync(new URL("schema/study.schema.json", root), "utf8"));
  assert.deepEqual(written, JSON.parse(JSON.stringify(studySchema())));
});

test("the studies that come along pass the reader and the schema, and name the schema first", () => {
  assert.ok(studies.length >= 2);
  for (const { file, text } of studies) {
    assert.equal(readStudyFile(text, file).name, file.replace(".yaml", ""));
    assert.ok(fits(studySchema(), parse(text)), file);
    assert.match(text, /^# yaml-language-server: \$schema=\.\.\/schema\/study\.schema\.json\n/);
  }
});

const head = "schema: spikefront.study/1\n";
const right = [
  "",
  "search: { trials: 1, sampler: random }",
  "search: { reference: { accuracy: 0.9, energy: 1.0e+5 }, stopWhenStalled: 20 }",
  "search: { halving: {} }",
  "search: { halving: { minImages: 50, factor: 3 } }",
  "search: { racing: { designs: 8, repeats: 5 } }",
  "networks: [{ name: a, hidden: [] }, { name: b, kind: cnn, channels: [4], kernel: 3 }]",
  "networks: [{ file: ann.safetensors }]",
  "space: { steps: 4, coding: [rate, latency], thresholdFactor: { low: 0.5, high: 1 }, network: ann }",
  "space: { thresholdShift: { low: 0, high: 0.5, step: 0.25 } }",
  "forbidden: [{ coding: rate, steps: { low: 32 } }, { neuron: [if, lif], readout: membrane }]",
  "forbidden: []",
  "methods: [ttfs, convert]\nspace: { convert.steps: 4, ttfs.units1: { low: 8, high: 16 } }",
  "methods: [skips, convert]\nskips: { training: { epochs: 2 } }\nspace: { skips.block1: 212|01|0 }",
  "objectives: [energy, accuracy]",
  "requirements: { minAccuracy: 0.9, maxLatencySteps: 8 }",
  "final: { bitErrorRates: [0, 1] }",
];
const wrong = [
  "seeds: 1",
  "seed: 1.5",
  "seed: '1'",
  "search: 12",
  "search: { trials: 0 }",
  "search: { reference: [0.9] }",
  "search: { reference: { accuracy: 90 } }",
  "search: { reference: { energy: 0 } }",
  "search: { reference: { speed: 1 } }",
  "search: { halving: 4 }",
  "search: { halving: { factor: 1 } }",
  "search: { halving: { rungs: 3 } }",
  "search: { racing: { level: 1 } }",
  "search: { sampler: simplex }",
  "networks: []",
  "networks: [mlp]",
  "networks: [{ hidden: [0] }]",
  "space: { step: 4 }",
  "space: { steps: 4097 }",
  "space: { steps: [1, 2] }",
  "space: { coding: [] }",
  "space: { coding: { low: 1 } }",
  "space: { steps: { low: 1, hi: 2 } }",
  "space: { steps: }",
  "space: [steps]",
  "space: { steps: { low: 1, high: 5, step: 2 } }",
  "space: { thresholdShift: { step: 0 } }",
  "methods: [convert]",
  "methods: [convert, convert]",
  "methods: [convert, train]",
  "methods: [skips, ttfs]\nspace: { skips.steps: 0 }",
  "methods: [skips, ttfs]\nspace: { ttfs.unit1: 8 }",
  "forbidden: { coding: rate }",
  "forbidden: [coding]",
  "forbidden: [{ codings: rate }]",
  "forbidden: [{ coding: rates }]",
  "forbidden: [{}]",
  "training:",
  "name: null",
  "objectives: accuracy",
  "objectives: [accuracy]",
  "objectives: [accuracy, accuracy]",
  "objectives: [accuracy, speed]",
  "requirements: { minAccuracy: 2 }",
  "final: { bitErrorRates: [] }",
  "final: { bitErrorRates: [2] }",
];

test("schema and reader agree on what is right", () => {
  for (const line of right) {
    assert.doesNotThrow(() => readStudyFile(head + line, "study.yaml"), line);
    assert.ok(fits(studySchema(), parse(head + line)), line);
  }
});

for (const line of wrong) {
  test(`schema and reader both refuse ${line}`, () => {
    assert.equal(fits(studySchema(), parse(head + line)), false);
    assert.throws(() => readStudyFile(head + line, "study.yaml"), /study\.yaml:\d+:\d+/);
  });
}

type Schema = Readonly<Record<string, never>>;

/** What `#/a/b` is in the schema. */
function referred(ref: string): unknown {
  const path = ref.split("/").slice(1);
  return path.reduce<unknown>((schema, name) => (schema as Schema)[name], studySchema());
}

/** The keywords of draft 7 that the schema uses. */
function fits(schema: unknown, value: unknown): boolean {
  const rule = schema as Schema;
  const { anyOf, enum: options, const: only, type, $ref } = rule;
  if ($ref !== undefined) return fits(referred($ref), value);
  if (anyOf !== undefined) return (anyOf as Schema[]).some((part) => fits(part, value));
  if (options !== undefined) return (options as unknown[]).includes(value);
  if (only !== undefined) return value === only;
  switch (type as string) {
    case "integer":
    case "number": {
      const isNumber = type === "integer" ? Number.isInteger(value) : typeof value === "number";
      const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = rule;
      if (!((value as number) > exclusiveMinimum)) return false;
      return isNumber && (value as number) >= minimum && (value as number) <= maximum;
    }
    case "array": {
      if (!Array.isArray(value)) return false;
      const { items, minItems = 0, maxItems = Infinity, uniqueItems = false } = rule;
      if (value.length < minItems || value.length > maxItems) return false;
      return value.every((item) => fits(items, item)) && !(uniqueItems && new Set(value).size < value.length);
    }
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      const {
        properties,
        patternProperties = {},
        required = [],
        minProperties = 0,
      } = schema as {
        properties: Schema;
        patternProperties?: Schema;
        required?: string[];
        minProperties?: number;
      };
      const given = Object.entries(value);
      if (given.length < minProperties) return false;
      if (!required.every((name) => Object.hasOwn(value, name))) return false;
      const patterns = Object.entries(patternProperties).map(
        ([text, part]) => [new RegExp(text), part] as const,
      );
      return given.every(([name, part]) => {
        const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
        const rules = [own, ...patterns.filter(([pattern]) => pattern.test(name)).map(([, rule]) => rule)];
        const known = rules.filter((rule) => rule !== undefined);
        return known.length > 0 && known.every((rule) => fits(rule, part));
      });
    }
    default:
      assert.ok(
        ["string", "boolean"].includes(type),
        `a keyword this test does not know: ${JSON.stringify(rule)}`,
      );
      return typeof value === type;
  }
}
