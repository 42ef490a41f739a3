import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { choice, flag, float, int, text } from "../space/field.ts";
import { checkOperands, kebab, parseArguments } from "./parse-arguments.ts";

const fields = {
  trials: int({ about: "trials", unit: "1", low: 1, high: 1000, default: 64 }),
  bitErrorRate: float({ about: "rate", unit: "1", low: 0, high: 0.5, default: 1e-3 }),
  sampler: choice({ about: "sampler", options: ["nsga2", "sobol", "random"], default: "nsga2" }),
  noise: flag({ about: "noise", default: true }),
  title: text({ about: "title", default: "" }),
};

const refused = (words: string[], message: RegExp) =>
  assert.throws(() => parseArguments(fields, words), { name: "UsageError", message }, words.join(" "));

test("options may be written with a space or an equals sign, among operands", () => {
  const { operands, options, given } = parseArguments(fields, [
    "a.yaml",
    "--trials",
    "8",
    "--bit-error-rate=1e-4",
    "--no-noise",
    "b",
    "--title=x=y",
  ]);
  assert.deepEqual(operands, ["a.yaml", "b"]);
  assert.deepEqual(options, { trials: 8, bitErrorRate: 1e-4, sampler: "nsga2", noise: false, title: "x=y" });
  assert.deepEqual([...given].sort(), ["bitErrorRate", "noise", "title", "trials"]);
});

test("whatever values are written, in whatever order, the same values are read", () => {
  const values = fc.record({
    trials: fc.integer({ min: 1, max: 1000 }),
    bitErrorRate: fc.double({ min: 0, max: 0.5, noNaN: true }),
    sampler: fc.constantFrom(...fields.sampler.options),
    noise: fc.boolean(),
    title: fc.string(),
  });
  const order = fc.shuffledSubarray(Object.keys(fields), { minLength: 5 });
  const property = fc.property(values, order, fc.boolean(), (written, names, isJoined) => {
    const words = names.flatMap((name) => {
      if (name === "noise") return [written.noise ? "--noise" : "--no-noise"];
      const value = String(written[name as keyof typeof written]);
      return isJoined ? [`--${kebab(name)}=${value}`] : [`--${kebab(name)}`, value];
    });
    const { options, operands } = parseArguments(fields, words);
    assert.deepEqual(operands, []);
    // Text has no sign of zero: -0 is written as 0.
    assert.deepEqual(options, { ...written, bitErrorRate: written.bitErrorRate + 0 });
  });
  fc.assert(property, { seed: 1, numRuns: 200 });
});

test("after -- every word is an operand, and a lone dash is one anywhere", () => {
  const { operands, options } = parseArguments(fields, ["-", "--", "--trials", "8"]);
  assert.deepEqual(operands, ["-", "--trials", "8"]);
  assert.equal(options.trials, 64);
});

test("a mistyped option is answered with the nearest one", () => {
  refused(["--trails", "8"], /--trails must be an option.*Did you mean --trials\?/);
  refused(["--no-noize"], /Did you mean --no-noise\?/);
  refused(["--xyzzy-plugh-quux"], /is not\.$/);
});

test("an option the command does not have cannot be reached by a name of JavaScript's", () => {
  for (const name of ["--constructor", "--__proto__", "--to-string"])
    refused([name, "1"], /must be an option/);
});

test("a value outside its field is refused with the flag, the bounds and what was written", () => {
  refused(["--trials", "0"], /--trials must be a whole number from 1 to 1000, but got 0/);
  refused(["--trials", "many"], /--trials must be .*, but got "many"/);
  refused(["--trials", "1.5"], /but got 1\.5/);
  refused(["--trials", ""], /--trials must be/);
  refused(["--bit-error-rate", "NaN"], /--bit-error-rate must be/);
  refused(["--bit-error-rate=-1"], /but got -1/);
  refused(["--sampler", "nsga"], /Did you mean nsga2\?/);
});

test("a value that is missing, given twice or given to a flag is refused", () => {
  refused(["--trials"], /--trials must be followed by its value/);
  refused(["--trials", "1", "--trials=2"], /--trials must be given once/);
  refused(["--noise", "--no-noise"], /must be given once/);
  refused(["--noise=yes"], /--noise must stand alone, but got "yes"/);
});

test("operands are counted, and the missing one is named", () => {
  const expected = [
    { name: "study", about: "the study file" },
    { name: "folder", about: "where", isOptional: true },
  ];
  assert.throws(() => checkOperands([], expected), {
    name: "UsageError",
    message: /The study must be given/,
  });
  checkOperands(["s"], expected);
  checkOperands(["s", "f"], expected);
  assert.throws(() => checkOperands(["s", "f", "x"], expected), {
    message: /Only study and folder .* got "x"/,
  });
});

test("flags are the fields' names in kebab-case", () => {
  assert.equal(kebab("bitErrorRate"), "bit-error-rate");
});
