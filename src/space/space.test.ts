import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { choice, type Field, flag, float, int, text } from "./field.ts";
import { checkValue, resolve } from "./resolve.ts";
import { canonical, isActive, narrow, type Restriction, space } from "./space.ts";
import { designAt, freeFields, fromUnit, toUnit } from "./unit-map.ts";

const about = "a setting";
const example = space(
  {
    coding: choice({ about, options: ["constant", "rate", "poisson"], default: "constant" }),
    rate: float({ about, unit: "1", low: 0, high: 1, default: 0.5 }),
    draws: choice({ about, options: ["same", "fresh"], default: "same" }),
    seed: int({ about, unit: "1", low: 1, high: 64, scale: "log", default: 8 }),
    factor: float({ about, unit: "1", low: 0.2, high: 2, scale: "log", default: 1 }),
    clip: flag({ about, default: false }),
    note: text({ about, default: "none" }),
  },
  { rate: { coding: "rate" }, draws: { coding: "poisson" }, seed: { draws: "fresh" } },
);
const names = Object.keys(example.fields);
const places = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
  minLength: names.length,
  maxLength: names.length,
});
const anyField: fc.Arbitrary<Field> = fc.constantFrom(...Object.values<Field>(example.fields));

test("every place in the unit cube is a design that passes its own checks", () => {
  fc.assert(
    fc.property(places, (at) => {
      const design = designAt(example, names, at);
      assert.deepEqual(resolve("design", example.fields, design), design);
    }),
  );
});

test("a value's place leads back to the value", () => {
  fc.assert(
    fc.property(anyField, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (field, place) => {
      const value = fromUnit(field, place);
      const back = fromUnit(field, toUnit(field, value));
      if (field.kind !== "float") assert.equal(back, value);
      else assert.ok(Math.abs((back as number) - (value as number)) <= 1e-12 * field.high);
    }),
  );
});

test("larger places never give smaller numbers, and the ends are reached", () => {
  for (const field of [example.fields.rate, example.fields.factor, example.fields.seed]) {
    let last = -Infinity;
    for (let i = 0; i <= 1000; i++) {
      const value = fromUnit(field, i / 1000) as number;
      assert.ok(value >= last);
      last = value;
    }
    assert.equal(fromUnit(field, 0), field.low);
    assert.equal(last, field.high);
  }
});

test("options, truth values and linear whole numbers have equal shares; half of a log range lies below its root", () => {
  const share = (field: Field, value: unknown) => {
    let hits = 0;
    for (let i = 0; i < 6000; i++) if (fromUnit(field, (i + 0.5) / 6000) === value) hits++;
    return hits / 6000;
  };
  for (const option of example.fields.coding.options)
    assert.ok(Math.abs(share(example.fields.coding, option) - 1 / 3) < 0.001);
  assert.equal(share(example.fields.clip, true), 0.5);
  const die = int({ about, unit: "1", low: 1, high: 6, default: 1 });
  for (let value = 1; value <= 6; value++) assert.ok(Math.abs(share(die, value) - 1 / 6) < 0.001);
  assert.ok(Math.abs((fromUnit(example.fields.factor, 0.5) as number) - Math.sqrt(0.4)) < 1e-12);
});

test("a field is active when all it depends on is active and has the value asked, near and far", () => {
  const design = { coding: "poisson", rate: 0.1, draws: "fresh", seed: 3, factor: 1, clip: true, note: "" };
  assert.ok(isActive(example, "factor", design));
  assert.ok(isActive(example, "draws", design));
  assert.ok(isActive(example, "seed", design));
  assert.ok(!isActive(example, "rate", design));
  assert.ok(!isActive(example, "seed", { ...design, draws: "same" }));
  assert.ok(!isActive(example, "seed", { ...design, coding: "rate" }), "draws itself is inactive");
});

test("the canonical design is its own canonical design, and inactive fields do not tell designs apart", () => {
  fc.assert(
    fc.property(places, places, (at, others) => {
      const design = canonical(example, designAt(example, names, at));
      assert.deepEqual(canonical(example, design), design);
      const stranger = designAt(example, names, others);
      const mixed = Object.fromEntries(
        names.map((name) => [name, isActive(example, name, design) ? design[name] : stranger[name]]),
      );
      assert.deepEqual(canonical(example, mixed), design);
    }),
  );
});

test("narrowing fixes, cuts and lists, moves defaults to the nearest value left and leaves the rest", () => {
  const narrowed = narrow(example, {
    seed: { high: 4 },
    factor: 0.5,
    coding: ["rate", "poisson"],
    clip: true,
  });
  assert.deepEqual({ ...narrowed.fields["seed"] }, { ...example.fields.seed, low: 1, high: 4, default: 4 });
  assert.equal(narrowed.fields["factor"].default, 0.5);
  assert.equal(narrowed.fields["coding"].default, "rate");
  assert.equal(narrowed.fields["rate"], example.fields.rate);
  assert.equal(narrowed.fields["clip"].default, true);
  assert.throws(() => checkValue("clip", narrowed.fields["clip"], false), /clip must be true, but got false/);
  assert.deepEqual(narrow(example, { clip: [true, false] }), example);
  assert.deepEqual(narrow(example, {}), example);
});

test("designs of a narrowed space are designs of the wide one and hold the fixed values", () => {
  const narrowed = narrow(example, { factor: 0.5, seed: { low: 3, high: 5 }, clip: true, coding: "poisson" });
  fc.assert(
    fc.property(places, (at) => {
      const free = freeFields(narrowed);
      const design = designAt(narrowed, free, at);
      assert.deepEqual(resolve("design", example.fields, design), design);
      assert.equal(design["factor"], 0.5);
      assert.equal(design["clip"], true);
      assert.equal(design["coding"], "poisson");
      checkValue("seed", narrowed.fields["seed"], design["seed"]);
    }),
  );
});

test("a sampler may vary what has more than one value and can be active", () => {
  assert.deepEqual(freeFields(example), ["coding", "rate", "draws", "seed", "factor", "clip"]);
  assert.deepEqual(freeFields(narrow(example, { seed: 3, factor: { low: 1, high: 1 }, clip: false })), [
    "coding",
    "rate",
    "draws",
  ]);
  assert.deepEqual(freeFields(narrow(example, { coding: ["constant", "rate"] })), [
    "coding",
    "rate",
    "factor",
    "clip",
  ]);
});

const refused: readonly (readonly [restrictions: Record<string, unknown>, message: RegExp])[] = [
  [{ sead: 1 }, /^space must hold known settings only, but got "sead"\. Did you mean seed\?$/],
  [{ seed: 0 }, /^space\.seed must be a whole number from 1 to 64, but got 0\.$/],
  [{ seed: [1, 2] }, /^space\.seed must be one number or \{low, high\}, but got \[1, 2\]/],
  [{ seed: { low: 5, high: 2 } }, /^space\.seed must have low at most as large as high/],
  [{ seed: { low: 5, hi: 9 } }, /^space\.seed must be a value or \{low: …, high: …\}, but got "hi"/],
  [{ seed: { high: "many" } }, /^space\.seed\.high must be a whole number/],
  [{ seed: null }, /^space\.seed must be a whole number from 1 to 64, but got null\.$/],
  [{ coding: [] }, /^space\.coding must leave at least one value/],
  [{ coding: ["rate", "phase"] }, /^space\.coding must be one of .* but got "phase"/],
  [{ note: ["a", "b"] }, /^space\.note must be one text/],
  [{ clip: 1 }, /^space\.clip must be true or false, but got 1\.$/],
  [{ coding: { low: 1 } }, /^space\.coding must be a value or a list of values/],
];
for (const [restrictions, message] of refused) {
  test(`narrowing by ${JSON.stringify(restrictions)} is refused`, () => {
    assert.throws(() => narrow(example, restrictions as Record<string, Restriction>), {
      name: "InvalidValueError",
      message,
    });
  });
}

test("conditions must name fields, values these take, and no circle", () => {
  const { coding, draws } = example.fields;
  assert.throws(() => space({ coding }, { rate: { coding: "rate" } }), /must name fields.*"rate"/);
  assert.throws(() => space({ coding }, { coding: { neuron: "lif" } }), /must name fields.*"neuron"/);
  assert.throws(() => space({ coding, draws }, { draws: { coding: "phase" } }), /must be one of/);
  assert.throws(
    () => space({ coding, draws }, { draws: { coding: "rate" }, coding: { draws: "same" } }),
    /must not lead back/,
  );
});
