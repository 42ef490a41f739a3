import assert from "node:assert/strict";
import { test } from "node:test";
import { designSpace } from "../pipeline/design-space.ts";
import { ttfsSpace } from "../pipeline/trained/ttfs-recipe.ts";
import { resolve } from "../space/resolve.ts";
import { toldSettings } from "./told-settings.ts";

const told = (change: Record<string, unknown>): readonly string[] =>
  Object.keys(toldSettings({ network: "mlp", ...resolve("design", designSpace.fields, change) }));

test("what a search varies is told, whatever its value, and the ANN's name", () => {
  for (const name of ["network", "coding", "steps", "normalisation", "percentile", "neuron", "weightBits"])
    assert.ok(told({}).includes(name), name);
});

test("rules that a search leaves alone are told where they are not left alone", () => {
  for (const [name, value] of Object.entries({
    signed: true,
    granularity: "channel",
    warmUp: "residual",
    thresholdShift: 0.5,
  })) {
    assert.ok(!told({}).includes(name), name);
    assert.ok(told({ [name]: value }).includes(name), name);
  }
});

test("settings that mean nothing beside the others are not told", () => {
  assert.ok(!told({ neuron: "if" }).includes("leak") && told({ neuron: "lif" }).includes("leak"));
  assert.ok(!told({ normalisation: "max" }).includes("percentile"));
});

test("of an event network the layers it has are told, and what its search varies", () => {
  const event = (change: Record<string, unknown>): readonly string[] =>
    Object.keys(toldSettings(resolve("design", ttfsSpace.fields, change)));
  const one = ["units1", "threshold1", "second", "outputThreshold", "tauMs"];
  assert.deepEqual(event({}), one);
  assert.deepEqual(event({ second: true, cap: 5 }), [
    ...one.slice(0, 3),
    "units2",
    "threshold2",
    ...one.slice(3),
    "cap",
  ]);
});
