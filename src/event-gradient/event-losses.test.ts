// Losses: their errors are their derivatives, and silence never makes them infinite.

import assert from "node:assert/strict";
import { test } from "node:test";
import { between, drawOf } from "../../test/event-networks.ts";
import { firstSpikesOf, type OutputSpikes } from "./event-loss.ts";
import { eventLoss, eventLosses } from "./event-losses.ts";

const windowS = 0.3;

function outputOf(neuron: readonly number[], timeS: readonly number[], neurons = 4): OutputSpikes {
  const order = [...timeS.keys()].sort((d, e) => timeS[d] - timeS[e]);
  return { neurons, windowS, neuron: order.map((k) => neuron[k]), timeS: order.map((k) => timeS[k]) };
}

/** Several spikes of each of the neurons named. */
function drawnOutput(index: number, firing: readonly number[]): OutputSpikes {
  const draw = drawOf(index);
  const neuron = firing.flatMap((i) => [i, i, i]);
  return outputOf(
    neuron,
    neuron.map(() => between(draw, 0, windowS)),
  );
}

function evaluate(loss: ReturnType<typeof eventLoss>, output: OutputSpikes, label: number) {
  const errors = new Float64Array(output.timeS.length).fill(99);
  return { value: loss(output, label, errors), errors };
}

for (const name of ["firstSpike", "earlySpike", "spikeTime"]) {
  test(`${name}: errors are the loss's derivatives by the times, whoever is silent`, () => {
    const loss = eventLoss(name, { tauS: 0.05 });
    for (const [index, firing] of [[0, 1, 2, 3], [1, 2], [2], [0, 3], []].entries()) {
      const output = drawnOutput(index, firing);
      const { value, errors } = evaluate(loss, output, 2);
      assert.ok(Number.isFinite(value));
      for (const k of errors.keys()) {
        const [up, down] = [1e-6, -1e-6].map((by) => {
          const timeS = Array.from(output.timeS, (t, i) => (i === k ? t + by : t));
          return evaluate(loss, { ...output, timeS }, 2).value;
        });
        assert.ok(Math.abs((up - down) / 2e-6 - errors[k]) < 1e-6 * (1 + Math.abs(errors[k])));
      }
    }
  });
}

test("all losses are finite, and all errors too, for no spikes, one spike and times at the window's end", () => {
  const outputs = [
    outputOf([], []),
    outputOf([0], [windowS]),
    outputOf([1], [0]),
    outputOf([0, 1, 2, 3], [0, 0, windowS, windowS]),
  ];
  for (const name of Object.keys(eventLosses)) {
    for (const output of outputs) {
      for (const label of [0, 1]) {
        const { value, errors } = evaluate(eventLoss(name), output, label);
        assert.ok(Number.isFinite(value) && errors.every(Number.isFinite), `${name}, ${value}, ${errors}`);
      }
    }
  }
});

test("count: half the squared distances, and every spike bears what its output lacks", () => {
  const loss = eventLoss("count", { trueSpikes: 4, falseSpikes: 1 });
  const { value, errors } = evaluate(loss, outputOf([0, 2, 2, 3], [0.1, 0.05, 0.2, 0.15]), 2);
  // Lacking: 0, 1, 2, 0.
  assert.equal(value, (1 + 4) / 2);
  assert.deepEqual([...errors], [2, 0, 0, 2]);
});

test("firstSpike: a lead of ten times tau is near certainty, equal times are a guess", () => {
  const loss = eventLoss("firstSpike", { tauS: 0.01 });
  const led = evaluate(loss, outputOf([0, 1, 2, 3], [0.2, 0.1, 0.2, 0.2]), 1);
  assert.ok(Math.abs(led.value - Math.log1p(3 * Math.exp(-10))) < 1e-15);
  const even = evaluate(loss, outputOf([0, 1, 2, 3], [0.1, 0.1, 0.1, 0.1]), 1);
  assert.ok(Math.abs(even.value - Math.log(4)) < 1e-15);
  assert.deepEqual(
    [...even.errors].map((e) => Math.round(e * 1e6) / 1e6),
    [-25, 75, -25, -25],
  );
});

test("firstSpike: errors sum to 0 while the label fires, so only order and distance matter", () => {
  const loss = eventLoss("firstSpike", { tauS: 0.02 });
  const { value, errors } = evaluate(loss, drawnOutput(7, [0, 1, 2, 3]), 3);
  assert.ok(Math.abs(errors.reduce((sum, e) => sum + e, 0)) < 1e-12);
  const output = drawnOutput(7, [0, 1, 2, 3]);
  const shifted = { ...output, timeS: Array.from(output.timeS, (t) => t + 50) };
  assert.ok(Math.abs(evaluate(loss, shifted, 3).value - value) < 1e-9);
});

test("firstSpike: a silent label costs more the sooner others fire, no spikes at all a guess", () => {
  const loss = eventLoss("firstSpike", { tauS: 0.02 });
  const costs = [0.3, 0.2, 0.1].map((t) => evaluate(loss, outputOf([1], [t]), 0).value);
  assert.equal(costs[0], 0);
  assert.ok(costs[1] > 4.9 && costs[2] > costs[1] + 4.9);
  assert.equal(evaluate(loss, outputOf([], []), 0).value, Math.log(4));
});

test("earlySpike: as firstSpike with α e^(t/τ) on top; a silent label costs the constant and moves nothing", () => {
  const settings = { tauS: 0.05, earlyStrength: 0.005, earlyTauS: 0.1, missingCost: 100 };
  const loss = eventLoss("earlySpike", settings);
  const plain = eventLoss("firstSpike", { tauS: 0.05 });
  const output = drawnOutput(8, [0, 1, 2]);
  const labelS = output.timeS[firstSpikesOf(output)[1]];
  const more = evaluate(loss, output, 1).value - evaluate(plain, output, 1).value;
  assert.ok(Math.abs(more - 0.005 * Math.exp(labelS / 0.1)) < 1e-15);
  const missing = evaluate(loss, output, 3);
  assert.equal(missing.value, 100);
  assert.ok(missing.errors.every((e) => e === 0));
});

test("earlySpike: its price goes on as a line where an exponential would overflow", () => {
  const loss = eventLoss("earlySpike", { tauS: 1, earlyTauS: 1e-3 });
  const at = (t: number) => evaluate(loss, outputOf([0], [t], 1), 0);
  const [near, far, farther] = [0.021, 0.121, 0.221].map(at);
  assert.ok(Math.abs(near.errors[0] - far.errors[0]) < 1e-6 * far.errors[0]);
  assert.ok(Math.abs((far.value - near.value) / 0.1 - far.errors[0]) < 1e-6 * far.errors[0]);
  assert.ok(Math.abs(farther.value - 2 * far.value + near.value) < 1e-6 * far.value);
  assert.ok(Math.abs(at(0.02).value - at(0.02 + 1e-12).value) < 1e-6 * at(0.02).value);
});

test("spikeTime: silent outputs count as firing when the window ends", () => {
  const loss = eventLoss("spikeTime", { trueS: 0.1, falseS: 0.2, tauS: 0.1 });
  const { value, errors } = evaluate(loss, outputOf([1, 0, 1], [0.15, 0.2, 0.25], 3), 1);
  // Label half a unit late, output 0 on time, output 2 silent and one unit late.
  assert.ok(Math.abs(value - (0.125 + 0.5)) < 1e-12);
  assert.deepEqual(
    [...errors].map((e) => Math.round(e * 1e9) / 1e9),
    [5, 0, 0],
  );
});

test("unknown losses and settings are refused with the nearest known name", () => {
  assert.throws(() => eventLoss("firstSpikes"), /loss must be one of .* Did you mean firstSpike\?/);
  assert.throws(() => eventLoss("count", { trueSpike: 3 }), /loss\.count .*Did you mean trueSpikes\?/);
  assert.throws(() => eventLoss("firstSpike", { tauS: 0 }), /loss\.firstSpike\.tauS must be a number from/);
});
