import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { adjacency } from "./adjacency.ts";
import { choice, type Field, flag, float, int, text } from "./field.ts";
import { repaired } from "./repair.ts";
import { checkValue, resolve } from "./resolve.ts";
import type { Restriction } from "./restrict.ts";
import { canonical, isActive, isAllowed, narrow, space } from "./space.ts";
import { countOf, designAt, freeFields, fromUnit, indexOf, toUnit, valueAt } from "./unit-map.ts";

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
    dose: float({ about, unit: "1", low: 0.1, high: 0.7, step: 0.2, default: 0.3 }),
    bits: int({ about, unit: "bit", low: 2, high: 14, step: 3, default: 8 }),
    size: choice({ about, options: ["small", "middle", "large"], ordered: true, default: "middle" }),
    skips: adjacency({ about, layers: 4, cells: ["none", "add", "concat"] }),
    wires: adjacency({ about, layers: 4, cells: ["none", "edge"], isChained: false }),
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
  const plain = ["coding", "rate", "draws", "seed", "factor", "clip"];
  const structured = ["dose", "bits", "size", "skips", "wires"];
  assert.deepEqual(freeFields(example), [...plain, ...structured]);
  const fixed = { seed: 3, factor: { low: 1, high: 1 }, clip: false, dose: 0.3, bits: { high: 2 } };
  const narrowed = narrow(example, { ...fixed, skips: "000|00|1" });
  assert.deepEqual(freeFields(narrowed), ["coding", "rate", "draws", "size", "wires"]);
  assert.deepEqual(freeFields(narrow(example, { coding: ["constant", "rate"] })), [
    "coding",
    "rate",
    "factor",
    "clip",
    ...structured,
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
  [{ dose: 0.2 }, /^space\.dose must be a number from 0\.1 to 0\.7 in steps of 0\.2, but got 0\.2\.$/],
  [{ dose: { low: 0.2 } }, /^space\.dose\.low must be a number from 0\.1 to 0\.7 in steps/],
  [{ rate: { step: 0.3 } }, /^space\.rate\.step must lead from 0 to 1, but got 0\.3/],
  [{ rate: { step: -1 } }, /^space\.rate\.step must be a number above 0/],
  [{ bits: { step: 1.5 } }, /^space\.bits\.step must be a whole number above 0/],
  [{ bits: { step: 4 } }, /^space\.bits\.step must be a multiple of the setting's own step 3/],
  [{ factor: { step: 0.1 } }, /^space\.factor\.step must be left out for a setting on a log scale/],
  [
    { skips: "00|0" },
    /^space\.skips must be a matrix of 4 layers in the form "000\|00\|0" \(0 none, 1 add, 2 conc/,
  ],
  [{ skips: ["000|00|0", "000|00|1"] }, /^space\.skips must be one matrix/],
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

test("steps, orders and matrices survive narrowing", () => {
  const narrowed = narrow(example, {
    dose: { low: 0.3 },
    rate: { high: 0.5, step: 0.25 },
    bits: { step: 6 },
    size: ["large", "small"],
    skips: "120|00|1",
  });
  assert.deepEqual(valuesOf(narrowed.fields["dose"]), [0.3, 0.5, 0.7]);
  assert.deepEqual(valuesOf(narrowed.fields["rate"]), [0, 0.25, 0.5]);
  assert.deepEqual(valuesOf(narrowed.fields["bits"]), [2, 8, 14]);
  assert.deepEqual(valuesOf(narrowed.fields["size"]), ["small", "large"]);
  assert.deepEqual(valuesOf(narrowed.fields["skips"]), ["120|00|1"]);
  assert.equal(narrowed.fields["bits"].default, 8);
});

test("a number near a grid's value stands for it, as in 0.1 + 2 · 0.1", () => {
  const design = { ...designAt(example, [], []), dose: 0.1 + 0.1 * 2 };
  assert.notEqual(design.dose, 0.3);
  resolve("design", example.fields, design);
  assert.equal(canonical(example, design)["dose"], 0.3);
});

test("every value of a countable field has its own index, and equal shares of places", () => {
  for (const field of Object.values<Field>(example.fields)) {
    const count = countOf(field);
    if (!Number.isFinite(count)) continue;
    const values = valuesOf(field);
    for (const [i, value] of values.entries()) {
      checkValue("value", field, value);
      assert.equal(valueAt(field, indexOf(field, value)), value);
      if (field.kind !== "int" || field.scale === "linear") {
        assert.equal(fromUnit(field, (i + 0.01) / count), value);
        assert.equal(fromUnit(field, (i + 0.99) / count), value);
      }
    }
  }
});

test("a combination forbids a design when all its fields are active and what it names", () => {
  const { coding, rate, draws, seed } = example.fields;
  const of = space({ coding, rate, draws, seed }, example.conditions, [
    { coding: ["rate", "poisson"], seed: { low: 32 } },
    { rate: { low: 0.9 } },
  ]);
  const design = { coding: "poisson", rate: 1, draws: "fresh", seed: 40 };
  assert.ok(!isAllowed(of, design));
  assert.ok(isAllowed(of, { ...design, seed: 31 }), "rate is inactive, seed is below 32");
  assert.ok(isAllowed(of, { ...design, draws: "same" }), "seed is inactive");
  assert.ok(!isAllowed(of, { ...design, coding: "rate", rate: 0.9 }));
  const narrowed = narrow(of, { coding: ["rate", "constant"], seed: 8 });
  assert.ok(
    !isAllowed(narrowed, { coding: "rate", rate: 0.95, draws: "same", seed: 8 }),
    "narrowing forgets nothing",
  );
});

test("a repaired design is allowed, canonical and the same for the same key; an allowed one is left alone", () => {
  const { coding, draws, bits, size } = example.fields;
  // All but one of the 5 · 3 · 3 · 2 designs are forbidden.
  const of = space({ coding, draws, bits, size }, {}, [
    { bits: { low: 5 } },
    { size: ["small", "large"] },
    { coding: ["constant", "poisson"] },
    { draws: "same" },
  ]);
  const only = { coding: "rate", draws: "fresh", bits: 2, size: "middle" };
  for (let trial = 0; trial < 20; trial++) {
    const start = designAt(of, Object.keys(of.fields), [0.9, 0.1, trial / 20, 0.9]);
    assert.deepEqual(repaired(of, start, { seed: 1, trial }), only);
  }
  const two = space({ bits, size }, {}, [{ bits: 8, size: "middle" }]);
  const draw = (seed: number) => repaired(two, { bits: 8, size: "middle" }, { seed, trial: 0 });
  assert.deepEqual(draw(1), draw(1));
  assert.ok(new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(draw(seed)))).size > 2);
  assert.deepEqual(repaired(two, { bits: 11, size: "middle" }, { seed: 1, trial: 0 }), {
    bits: 11,
    size: "middle",
  });
});

test("a space that forbids everything is refused when a design is asked for, naming what forbids it", () => {
  const { size } = example.fields;
  const none = space({ size }, {}, [{ size: "middle" }, { size: ["small", "large"] }]);
  assert.throws(() => repaired(none, { size: "small" }, { seed: 1, trial: 0 }), {
    name: "InvalidValueError",
    message:
      /^space must leave designs that are not forbidden \(last by a combination of size\), but got "none in/,
  });
});

test("forbidden combinations must name fields and values these have", () => {
  const { size, bits } = example.fields;
  const forbid = (combination: Record<string, Restriction>) => () => space({ size, bits }, {}, [combination]);
  assert.throws(
    forbid({ sise: "small" }),
    /^InvalidValueError: forbidden\[0\] must hold known .* mean size\?/,
  );
  assert.throws(forbid({ size: "tiny" }), /forbidden\[0\]\.size must be one of small, middle, large/);
  assert.throws(
    forbid({ bits: { low: 3 } }),
    /forbidden\[0\]\.bits\.low must be a whole number from 2 to 14/,
  );
  assert.throws(forbid({}), /forbidden\[0\] must name at least one field/);
});

function valuesOf(field: Field): (number | string | boolean)[] {
  return Array.from({ length: countOf(field) }, (_, index) => valueAt(field, index));
}
