// Traces of one LIF neuron that other simulators published with NIR (github.com/neuromorphs/NIR, paper/01_lif,
// BSD-3-Clause): τ = 2.5 ms, threshold 0.1, steps of 0.1 ms, the same input for all.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { neutralNeuron } from "../../test/neutral-neuron.ts";
import { dynamicsOf } from "./dynamics.ts";
import type { NeuronForm } from "./neuron-form.ts";
import { type IntegerState, integerRulesOf, stepInteger } from "./step-integer.ts";
import { type NeuronState, type StepParameters, stepNeuron } from "./step-neuron.ts";

const folder = new URL("../../../shared/golden/", import.meta.url);
const skip = !existsSync(folder) && "no ../shared/golden";
const { fround } = Math;

interface Trace {
  readonly potentials: readonly number[];
  readonly spikes: readonly number[];
}

function golden(name: string): Trace & { readonly input: readonly number[] } {
  const rows = readFileSync(new URL(`lif_${name}.csv`, folder), "utf8")
    .trim()
    .split("\n");
  const cells = rows.map((row) => row.split(",").map(Number));
  return {
    input: cells.map(([x]) => x),
    potentials: cells.map(([, v]) => v),
    spikes: cells.flatMap(([, , spike], step) => (spike > 0 ? [step] : [])),
  };
}

function draw(form: NeuronForm, change: Partial<StepParameters>, input: readonly number[]): Trace {
  const parameters = { ...neutralNeuron, threshold: fround(0.1), ...change };
  const state: NeuronState = { potential: 0, current: 0, adaptation: 0, refractory: 0 };
  const spikes: number[] = [];
  const potentials = input.map((x, step) => {
    if (stepNeuron(dynamicsOf(form), parameters, state, fround(x)).spikes > 0) spikes.push(step);
    return state.potential;
  });
  return { potentials, spikes };
}

/** @param late - steps by which the published potentials and spikes come later than ours */
function requireAlike(
  ours: Trace,
  published: Trace,
  bound: number,
  late: { readonly potentials: number; readonly spikes: number } = { potentials: 0, spikes: 0 },
): void {
  assert.ok(ours.spikes.length === 4, "the neuron fires four times");
  assert.deepEqual(
    published.spikes,
    ours.spikes.map((step) => step + late.spikes),
  );
  for (let step = late.potentials; step < published.potentials.length; step++) {
    const [theirs, own] = [published.potentials[step], ours.potentials[step - late.potentials]];
    assert.ok(Math.abs(theirs - own) <= bound, `step ${step}: ${theirs} and ${own}`);
  }
}

const relaxed = fround(-Math.expm1(-0.04));
const kept = fround(Math.exp(-0.04));
/** Pulses of 1; some files hold them already weighted, or not at all. */
const pulses = skip ? [] : golden("norse").input;
const weighted = pulses.map((x) => fround(0.04) * x);

test("snnTorch: reset to zero at once, to the last bit", { skip }, () => {
  const form: NeuronForm = { model: "lif", reset: "zero", semantics: "snntorch", resetDelay: false };
  requireAlike(draw(form, { membrane: fround(0.96), threshold: 2.5 }, pulses), golden("snntorch"), 0);
  const corrected: NeuronForm = { model: "lif", reset: "zero", semantics: "snntorchCorrected" };
  requireAlike(draw(corrected, { membrane: fround(0.96), threshold: 2.5 }, pulses), golden("snntorch"), 0);
});

test("Norse: forward Euler, hard reset", { skip }, () => {
  const form: NeuronForm = { model: "lif", reset: "zero", semantics: "norse" };
  requireAlike(draw(form, { membrane: fround(0.04) }, pulses), golden("norse"), 3.7e-9);
});

test("sinabs and Rockpool: an exact leak, reset by subtraction", { skip }, () => {
  const form: NeuronForm = { model: "lif", reset: "subtract", semantics: "sinabs" };
  requireAlike(draw(form, { membrane: kept }, weighted), golden("sinabs"), 1.3e-8);
  requireAlike(draw(form, { membrane: kept }, weighted), golden("rockpool"), 1.6e-8);
});

test("Nengo: an exact leak, potentials in units of the threshold", { skip }, () => {
  const form: NeuronForm = { model: "lif", reset: "zero", semantics: "norse" };
  const scaled = pulses.map((x) => 10 * x);
  requireAlike(draw(form, { membrane: relaxed, threshold: 1 }, scaled), golden("nengo"), 2e-7);
});

test("Spyx: snnTorch's delayed reset by subtraction, spikes told a step later", { skip }, () => {
  const form: NeuronForm = { model: "lif", reset: "subtract", semantics: "snntorch" };
  const ours = draw(form, { membrane: fround(0.96) }, weighted);
  requireAlike(ours, golden("spyx"), 2e-8, { potentials: 0, spikes: 1 });
});

test("Lava in float: our own semantics, everything told a step later", { skip }, () => {
  const ours = draw({ model: "lif", reset: "zero" }, { membrane: fround(0.96) }, weighted);
  requireAlike(ours, golden("lava_cpu_float"), 1e-8, { potentials: 1, spikes: 1 });
});

test("Lava in fixed point: integers, equal", { skip }, () => {
  const form: NeuronForm = { model: "lif", reset: "zero" };
  const rules = integerRulesOf(form, { potentialBits: 32, overflow: "wrap" }, "neuron");
  const state: IntegerState = { potential: 0, refractory: 0 };
  const lowest = -(2 ** 31);
  const spikes: number[] = [];
  const potentials = pulses.map((x, step) => {
    const parameters = { threshold: 1600, leak: 4096 - 163, resetPotential: 0, minimumPotential: lowest };
    if (stepInteger(rules, parameters, state, 640 * x).spikes > 0) spikes.push(step);
    return state.potential;
  });
  requireAlike({ potentials, spikes }, golden("lava_cpu_fixed"), 0, { potentials: 1, spikes: 1 });
});

test("the solution in continuous time: the same spikes; alike until the first, which falls within a step", {
  skip,
}, () => {
  const form: NeuronForm = { model: "lif", reset: "subtract", semantics: "norse" };
  const ours = draw(form, { membrane: relaxed }, pulses);
  const exact = golden("exact");
  requireAlike(ours, exact, 6.3e-4);
  for (let step = 0; step < exact.spikes[0]; step++) {
    assert.ok(Math.abs(ours.potentials[step] - exact.potentials[step]) < 2e-8, `step ${step}`);
  }
});
