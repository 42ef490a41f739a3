import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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
};

test("nothing given resolves to the defaults, and resolved values resolve to themselves", () => {
  const values = resolve("lif", fields, {});
  assert.deepEqual(values, { leak: 0.95, tau: 10, steps: 8, reset: "subtract", bias: true, name: "net" });
  assert.deepEqual(resolve("lif", fields, { leak: undefined }), values);
  const other = { leak: 0.5, tau: 100, steps: 64, reset: "zero", bias: false, name: "" };
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
  [{ name: 7 }, "lif.name must be a text, but got 7."],
  [{ laek: 1 }, 'lif must hold known settings only, but got "laek". Did you mean leak?'],
  [
    { voltage: 1 },
    'lif must hold known settings only, but got "voltage". Known are leak, tau, steps, reset, bias, name.',
  ],
  [
    { constructor: 1 },
    'lif must hold known settings only, but got "constructor". Known are leak, tau, steps, reset, bias, name.',
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
    fc.constantFrom("subtract", "zero", "other", true, false, null, 0.5, 1, 64, 100),
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
  if (schema["enum"] !== undefined) return (schema["enum"] as unknown[]).includes(value);
  if (schema["type"] === "string" || schema["type"] === "boolean") return typeof value === schema["type"];
  if (typeof value !== "number" || (schema["type"] === "integer" && !Number.isInteger(value))) return false;
  return value >= (schema["minimum"] as number) && value <= (schema["maximum"] as number);
}
