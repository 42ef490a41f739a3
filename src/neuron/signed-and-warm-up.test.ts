import assert from "node:assert/strict";
import { test } from "node:test";
import { neutralNeuron } from "../../test/neutral-neuron.ts";
import { Random } from "../base/random.ts";
import { dynamicsOf } from "./dynamics.ts";
import { integerRulesOf } from "./step-integer.ts";
import { stepNeuron } from "./step-neuron.ts";
import { stepSigned } from "./step-signed.ts";
import { correctedPotential, isMuted } from "./warm-up.ts";

const random = new Random({ seed: 9, trial: -1, purpose: "signed-test", index: 0 });
const draws = (count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => Math.fround(low + (high - low) * random.uniform()));

test("a signed neuron sends nothing below 0 in all, and keeps what it has not sent", () => {
  let negatives = 0;
  for (let trial = 0; trial < 50; trial++) {
    // Multiples of 1/64: no sum is rounded.
    const inputs = draws(40, -2, 2).map((x) => Math.round(64 * x) / 64);
    const state = { potential: 0.5, sent: 0 };
    let given = 0.5;
    for (const input of inputs) {
      const { spikes } = stepSigned(neutralNeuron, state, input);
      given += input;
      negatives += Number(spikes < 0);
      assert.ok(state.sent >= 0);
      assert.equal(state.potential, given - state.sent);
    }
  }
  assert.ok(negatives > 100);
});

test("a signed neuron that never falls to minus its threshold is the ordinary one", () => {
  const parameters = { ...neutralNeuron, membrane: Math.fround(0.9), currentGain: Math.fround(0.7) };
  const dynamics = dynamicsOf({ model: "lif", reset: "subtract" });
  const signed = { potential: 0.3, sent: 0 };
  const plain = { potential: 0.3, current: 0, adaptation: 0, refractory: 0 };
  for (const input of draws(300, -0.1, 1.4)) {
    assert.deepEqual(stepSigned(parameters, signed, input), stepNeuron(dynamics, parameters, plain, input));
    assert.equal(signed.potential, plain.potential);
  }
  assert.ok(signed.sent > 50);
});

test("a signed neuron does not take back what it never sent", () => {
  const state = { potential: 0, sent: 0 };
  assert.equal(stepSigned(neutralNeuron, state, -5).spikes, 0);
  assert.equal(state.potential, -5);
  const before = { potential: -0.5, sent: 1 };
  assert.equal(stepSigned(neutralNeuron, before, -0.5).spikes, -1, "at minus the threshold");
  assert.deepEqual(before, { potential: 0, sent: 0 });
});

test("a residual of a thousandth of the threshold mutes, a little more does not, NaN does", () => {
  const limit = Math.fround(1e-3 * 20);
  assert.ok(isMuted(limit, 20));
  assert.ok(isMuted(-3, 20));
  assert.ok(!isMuted(limit + 1e-6, 20));
  assert.ok(isMuted(Number.NaN, 20));
});

/** Spikes of an IF neuron, what it charged to, and its residual. */
function fire(inputs: readonly number[], start: number, threshold: number) {
  let v = start;
  let spikes = 0;
  const evidence = { lowestFiring: Number.POSITIVE_INFINITY, highestSilent: Number.NEGATIVE_INFINITY };
  for (const input of inputs) {
    v += input;
    if (v >= threshold) {
      spikes++;
      evidence.lowestFiring = Math.min(evidence.lowestFiring, v);
      v -= threshold;
    } else evidence.highestSilent = Math.max(evidence.highestSilent, v);
  }
  return { spikes, residual: v, evidence };
}

test("a correction takes one spike from a neuron that sent too many and gives one to one that sent too few", () => {
  const threshold = 4;
  let fewer = 0;
  let more = 0;
  for (let trial = 0; trial < 800; trial++) {
    const inputs = draws(6, -8, 8);
    const before = fire(inputs, 2, threshold);
    const corrected = correctedPotential(2, before.residual, before.evidence, threshold);
    const after = fire(inputs, corrected, threshold);
    if (before.residual < 0 && before.spikes > 0) {
      fewer++;
      assert.ok(after.spikes < before.spikes, `${inputs}`);
    } else if (before.residual >= threshold && before.spikes < inputs.length) {
      more++;
      assert.ok(after.spikes > before.spikes, `${inputs}`);
    } else if (before.residual < threshold) assert.equal(corrected, 2);
  }
  assert.ok(fewer > 30 && more > 30, `${fewer} fewer, ${more} more`);
});

test("a correction moves the start by one threshold unless the evidence asks for more", () => {
  const never = { lowestFiring: 9, highestSilent: Number.NEGATIVE_INFINITY };
  assert.equal(correctedPotential(2, 4, never, 4), 6, "fired at every step");
  const early = { lowestFiring: 4.5, highestSilent: 3 };
  assert.equal(correctedPotential(2, -1, early, 4), -2);
  assert.equal(correctedPotential(2, 5, early, 4), 6);
  const late = { lowestFiring: 10, highestSilent: -3 };
  assert.equal(correctedPotential(2, -1, late, 4), Math.fround(2 - (10 - 0.999 * 4)));
  assert.equal(correctedPotential(2, 5, late, 4), Math.fround(2 + (1.001 * 4 + 3)));
  const silent = { lowestFiring: Number.POSITIVE_INFINITY, highestSilent: -1 };
  assert.equal(correctedPotential(2, -1, silent, 4), 2, "nothing to take back");
});

test("signed neurons have one spike a step, reset by subtraction, and no integer form", () => {
  const form = { model: "if", reset: "subtract", isSigned: true } as const;
  assert.ok(dynamicsOf(form).isSigned);
  for (const change of [
    { reset: "zero" },
    { model: "cubaLif" },
    { maximumSpikes: 2 },
    { refractorySteps: 1 },
    { semantics: "norse" },
    { emits: "potential" },
  ] as const) {
    assert.throws(() => dynamicsOf({ ...form, ...change }), /neuron isSigned must only be given/);
  }
  const overflow = { potentialBits: 32, overflow: "wrap" } as const;
  assert.throws(() => integerRulesOf(form, overflow, 'layer "a"'), /layer "a" must be if or lif neurons/);
});
