import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { adjacency } from "./adjacency.ts";
import { closest } from "./closest.ts";
import { choice, type Field, flag, float, int, text } from "./field.ts";
import { fieldSchema } from "./json-schema.ts";
import { checkValue, resolve } from "./resolve.ts";

const about = "a setting";
const fields = {
  leak: float({ about, unit: "1", low: 0.5, high: 1, default: 0.95 }),
  tau: float({ about, unit: "ms", low: 0.1, high: 100, scale: "log", default: 10 }),
  steps: int({ about, unit: "step", low: 1, high: 64, default: 8 }),
  reset: choice({ about, options: ["subtract", "zero"], default: "subtract" }),
  bias: flag({ about, default: true }),
  name: text({ about, default: "net" }),
  dose: float({ about, unit: "1", low: 0, high: 1, step: 0.1, default: 0.5 }),
  bits: int({ about, unit: "bit", low: 2, high: 8, step: 2, default: 8 }),
  places: int({ about, unit: "1", low: 1, high: 9, step: 4, default: 5 }),
  skips: adjacency({ about, layers: 3, cells: ["none", "add"] }),
};

test("nothing given resolves to the defaults, and resolved values resolve to themselves", () => {
  const values = resolve("lif", fields, {});
  assert.deepEqual(values, {
    leak: 0.95,
    tau: 10,
    steps: 8,
    reset: "subtract",
    bias: true,
    name: "net",
    dose: 0.5,
    bits: 8,
    places: 5,
    skips: "00|0",
  });
  assert.deepEqual(resolve("lif", fields, { leak: undefined }), values);
  const other = {
    leak: 0.5,
    tau: 100,
    steps: 64,
    reset: "zero",
    bias: false,
    name: "",
    dose: 0.1,
    bits: 2,
    places: 9,
    skips: "01|1",
  };
  assert.deepEqual(resolve("lif", fields, other), other);
});

const mistakes: readonly (readonly [given: Record<string, unknown>, message: string])[] = [
  [{ leak: 0 }, "lif.leak must be a number from 0.5 to 1, but got 0."],
  [{ leak: Number.NaN }, "lif.leak must be a number from 0.5 to 1, but got NaN."],
  [{ leak: "0.9" }, 'lif.leak must be a number from 0.5 to 1, but got "0.9".'],
  [{ leak: null }, "lif.leak must be a number from 0.5 to 1, but got null."],
  [{ tau: 0.05 }, "lif.tau must be a number from 0.1 to 100 ms, but got 0.05."],
  [{ steps: 2.5 }, "lif.steps must be a whole number from 1 to 64 step, but got 2.5."],
  [{ steps: 65 }, "lif.steps must be a whole number from 1 to 64 step, but got 65."],
  [{ reset: "none" }, 'lif.reset must be one of subtract, zero, but got "none".'],
  [{ reset: ["zero"] }, 'lif.reset must be one of subtract, zero, but got ["zero"].'],
  [{ bias: 1 }, "lif.bias must be true or false, but got 1."],
  [{ dose: 0.25 }, "lif.dose must be a number from 0 to 1 in steps of 0.1, but got 0.25."],
  [{ bits: 3 }, "lif.bits must be a whole number from 2 to 8 bit in steps of 2, but got 3."],
  [
    { skips: "02|0" },
    'lif.skips must be a matrix of 3 layers in the form "00|0" (0 none, 1 add), but got "02|0".',
  ],
  [{ name: 7 }, "lif.name must be a text, but got 7."],
  [{ laek: 1 }, 'lif must hold known settings only, but got "laek". Did you mean leak?'],
  [
    { voltage: 1 },
    'lif must hold known settings only, but got "voltage". Known are leak, tau, steps, reset, bias, name, dose, bits, places, skips.',
  ],
  [
    { constructor: 1 },
    'lif must hold known settings only, but got "constructor". Known are leak, tau, steps, reset, bias, name, dose, bits, places, skips.',
  ],
];
for (const [given, message] of mistakes) {
  test(`resolve says: ${message}`, () => {
    assert.throws(() => resolve("lif", fields, given), { name: "InvalidValueError", message });
  });
}

test("a value is accepted by the check exactly when it is accepted by the schema", () => {
  const values = fc.oneof(
    fc.double({ min: -1, max: 110 }),
    fc.integer({ min: -2, max: 70 }),
    fc.constantFrom(
      "subtract",
      "zero",
      "other",
      true,
      false,
      null,
      0.5,
      1,
      64,
      100,
      5,
      0.3,
      "01|0",
      "01|2",
      "011|",
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.values<Field>(fields)), values, (field, value) => {
      assert.equal(isAccepted(field, value), fits(fieldSchema(field), value));
    }),
  );
});

test("a field with impossible bounds or default is refused where it is written", () => {
  assert.throws(() => float({ about, unit: "1", low: 1, high: 0, default: 0.5 }), /low <= default <= high/);
  assert.throws(() => float({ about, unit: "1", low: 0, high: 1, default: 2 }), /low <= default <= high/);
  assert.throws(
    () => float({ about, unit: "1", low: 0, high: 1, default: Number.NaN }),
    /low <= default <= high/,
  );
  assert.throws(() => float({ about, unit: "1", low: 0, high: Infinity, default: 1 }), /finite/);
  assert.throws(() => float({ about, unit: "1", low: 0, high: 1, scale: "log", default: 1 }), /above 0/);
  assert.throws(() => int({ about, unit: "1", low: 0, high: 1.5, default: 1 }), /whole numbers/);
  const stepped = { about, unit: "1", low: 0, high: 1, default: 0 };
  assert.throws(() => float({ ...stepped, step: 0 }), /a step above 0, but got 0/);
  assert.throws(() => float({ ...stepped, step: 0.3 }), /whole steps of 0.3 apart, but got 1/);
  assert.throws(
    () => float({ ...stepped, step: 0.5, default: 0.2 }),
    /whole steps of 0.5 apart, but got 0.2/,
  );
  assert.throws(() => float({ ...stepped, low: 0.5, default: 1, scale: "log", step: 0.5 }), /must be linear/);
  assert.throws(() => int({ ...stepped, step: 0.5 }), /whole numbers/);
  assert.throws(() => choice({ about, options: ["a", "b"], default: "c" as "a" }), /option as its default/);
});

test("a misspelt word finds the word that was meant, a foreign word finds none", () => {
  const known = ["steps", "thresholdFactor", "weightBits", "reset"];
  assert.equal(closest("step", known), "steps");
  assert.equal(closest("weigthBits", known), "weightBits");
  assert.equal(closest("threshold_factor", known), "thresholdFactor");
  assert.equal(closest("RESET", known), "reset");
  assert.equal(closest("banana", known), undefined);
  assert.equal(closest("steps", []), undefined);
});

function isAccepted(field: Field, value: unknown): boolean {
  try {
    checkValue("value", field, value);
    return true;
  } catch {
    return false;
  }
}

function fits(schema: Readonly<Record<string, unknown>>, value: unknown): boolean {
  const options = schema["enum"] as unknown[] | undefined;
  // The check takes what is within a billionth of a step for the value of a grid, a schema cannot.
  const isNear = (option: unknown) =>
    typeof value === "number" && value >= 0 && Math.abs((option as number) - value) < 1e-9;
  if (options !== undefined) return options.some((option) => option === value || isNear(option));
  if (schema["pattern"] !== undefined)
    return typeof value === "string" && new RegExp(schema["pattern"] as string).test(value);
  if (schema["type"] === "string" || schema["type"] === "boolean") return typeof value === schema["type"];
  if (typeof value !== "number" || (schema["type"] === "integer" && !Number.isInteger(value))) return false;
  if (schema["multipleOf"] !== undefined && value % (schema["multipleOf"] as number) !== 0) return false;
  return value >= (schema["minimum"] as number) && value <= (schema["maximum"] as number);
}
