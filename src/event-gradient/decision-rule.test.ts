// Decisions in time: paths, anytime accuracy, stabilisation in hindsight, and rules that stop.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawOf } from "../../test/event-networks.ts";
import { InvalidValueError } from "../base/errors.ts";
import { anytimeCorrect, hindsightStabilisationS } from "./anytime.ts";
import { type DecisionPath, decisionAt, decisionPath } from "./decision-path.ts";
import { calibrateMargin, decideBy } from "./decision-rule.ts";
import { eventDecision } from "./event-decision.ts";

const output = (spikes: readonly (readonly [timeS: number, neuron: number])[], neurons = 3) => ({
  neurons,
  neuron: spikes.map(([, neuron]) => neuron),
  timeS: spikes.map(([timeS]) => timeS),
});

const turning = output([
  [0.1, 2],
  [0.2, 1],
  [0.3, 1],
  [0.3, 0],
  [0.5, 1],
]);

/** Spikes drawn at random, several at some times. */
function drawnOutputs(count: number): readonly ReturnType<typeof output>[] {
  return Array.from({ length: count }, (_, i) => {
    const draw = drawOf(900 + i);
    const spikes = Array.from(
      { length: draw.integer(12) },
      () => [draw.integer(8) / 10, draw.integer(3)] as const,
    );
    return output([...spikes].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
  });
}

test("a path by count follows the leader and its lead", () => {
  const { timeS, decision, margin } = decisionPath(turning, "count");
  assert.deepEqual([...timeS], [0.1, 0.2, 0.3, 0.5]);
  assert.deepEqual([...decision], [2, 1, 1, 1]);
  assert.deepEqual([...margin], [1, 0, 1, 2]);
});

test("a path ends at the decision of the whole window, for both decodings", () => {
  for (const sample of drawnOutputs(200)) {
    for (const decoding of ["count", "first"] as const) {
      const path = decisionPath(sample, decoding);
      assert.equal(decisionAt(path, Infinity), eventDecision(sample, decoding));
      // Cutting the window is the same as asking earlier.
      const cut = sample.timeS.filter((t) => t <= 0.3).length;
      const early = { ...sample, neuron: sample.neuron.slice(0, cut), timeS: sample.timeS.slice(0, cut) };
      assert.equal(decisionAt(path, 0.3), eventDecision(early, decoding));
    }
  }
});

test("anytime accuracy counts the samples decided rightly by then", () => {
  const paths = [decisionPath(turning, "count"), decisionPath(output([[0.15, 0]]), "count")];
  const correct = anytimeCorrect(paths, [1, 0], [0, 0.1, 0.15, 0.2, 1]);
  assert.deepEqual([...correct], [0, 0, 1, 2, 2]);
  assert.throws(() => anytimeCorrect(paths, [1], [0]), InvalidValueError);
});

test("from its stabilisation on a decision never changes, and just before it was another", () => {
  for (const sample of drawnOutputs(200)) {
    const path = decisionPath(sample, "count");
    const stableS = hindsightStabilisationS(path);
    if (stableS === null) {
      assert.equal(sample.neuron.length, 0);
      continue;
    }
    const final = decisionAt(path, Infinity);
    for (const timeS of sample.timeS) assert.ok(timeS < stableS || decisionAt(path, timeS) === final);
    assert.notEqual(decisionAt(path, stableS - 1e-9), final);
  }
});

test("rules stop at their time, at the first spike, or once the lead is large enough", () => {
  const path = decisionPath(turning, "count");
  assert.deepEqual(decideBy(path, { kind: "fixed", timeS: 0.15 }, 1), { timeS: 0.15, decision: 2 });
  assert.deepEqual(decideBy(path, { kind: "first" }, 1), { timeS: 0.1, decision: 2 });
  assert.deepEqual(decideBy(path, { kind: "margin", spikes: 2 }, 1), { timeS: 0.5, decision: 1 });
  assert.deepEqual(decideBy(path, { kind: "margin", spikes: 3 }, 1), { timeS: 1, decision: 1 });
  const silent = decisionPath(output([]), "count");
  assert.deepEqual(decideBy(silent, { kind: "first" }, 1), { timeS: 1, decision: -1 });
  assert.throws(() => decideBy(path, { kind: "fixed", timeS: 2 }, 1), InvalidValueError);
  assert.throws(() => decideBy(path, { kind: "margin", spikes: 0 }, 1), InvalidValueError);
});

test("no rule looks ahead: what comes after its decision changes nothing", () => {
  for (const sample of drawnOutputs(100)) {
    for (const rule of [{ kind: "first" }, { kind: "margin", spikes: 2 }] as const) {
      const whole = decideBy(decisionPath(sample, "count"), rule, 1);
      if (whole.timeS === 1) continue;
      const kept = sample.timeS.filter((t) => t <= whole.timeS).length;
      const cut = { ...sample, neuron: sample.neuron.slice(0, kept), timeS: sample.timeS.slice(0, kept) };
      assert.deepEqual(decideBy(decisionPath(cut, "count"), rule, 1), whole);
    }
  }
});

test("the calibrated margin is the smallest that loses no more than is tolerated", () => {
  const outputs = drawnOutputs(300);
  const paths = outputs.map((sample) => decisionPath(sample, "count"));
  // What is decided in the end is right, so that every early answer costs something.
  const labels = paths.map((path) => Math.max(0, decisionAt(path, 1)));
  const correct = (spikes: number): number =>
    paths.filter((path, s) => decideBy(path, { kind: "margin", spikes }, 1).decision === labels[s]).length;
  const final = paths.filter((path, s) => decisionAt(path, 1) === labels[s]).length;
  for (const tolerance of [0, 0.01, 0.05]) {
    const { spikes } = calibrateMargin(paths, labels, tolerance);
    assert.ok(correct(spikes) >= final - tolerance * paths.length);
    for (let less = 1; less < spikes; less++) assert.ok(correct(less) < final - tolerance * paths.length);
  }
  assert.ok(calibrateMargin(paths, labels, 0).spikes > calibrateMargin(paths, labels, 0.2).spikes);
  assert.equal(calibrateMargin(paths, labels, 1).spikes, 1);
});

test("by the first spike, every margin is reached at once", () => {
  const paths: DecisionPath[] = [decisionPath(turning, "first"), decisionPath(output([]), "first")];
  assert.deepEqual(decideBy(paths[0], { kind: "margin", spikes: 9 }, 1), { timeS: 0.1, decision: 2 });
  assert.deepEqual(calibrateMargin(paths, [2, 0], 0), { kind: "margin", spikes: 1 });
});
