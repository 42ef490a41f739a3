import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { type FlipPersistence, failureRate, type MemoryUpsets } from "./failure-rate.ts";

const criticality = { value: 0.02, low: 0.01, high: 0.04, confidence: 0.95, method: "Wilson, 1000 faults" };
const hourly: FlipPersistence = { kind: "until-scrub", scrubIntervalHours: 1 };
const memory: MemoryUpsets = { bits: 8e6, fitPerBit: 1e-3, criticality, persistence: hourly };
const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-12 * Math.abs(b), `${a}, ${b}`);

test("failures are bits times FIT per bit times criticality, ends of the interval too", () => {
  const { upsetFit, failureFit } = failureRate(memory);
  near(upsetFit, 8000);
  near(failureFit.value, 160);
  near(failureFit.low, 80);
  near(failureFit.high, 320);
  assert.equal(failureFit.method, criticality.method);
});

test("the result states what it rests on", () => {
  const { bits, fitPerBit, criticality: measured, persistence } = failureRate(memory);
  assert.deepEqual({ bits, fitPerBit, criticality: measured, persistence }, memory);
});

test("how long flips stay changes what stands together, not how often upsets fail", () => {
  const scrubbed = (scrubIntervalHours: number) =>
    failureRate({ ...memory, persistence: { kind: "until-scrub", scrubIntervalHours } });
  near(scrubbed(1000).meanFlipsAtOnce, 1000 * scrubbed(1).meanFlipsAtOnce);
  assert.deepEqual(scrubbed(1000).failureFit, scrubbed(1).failureFit);
  const once = failureRate({ ...memory, persistence: { kind: "one-inference", inferenceHours: 0.5 } });
  const mission = failureRate({ ...memory, persistence: { kind: "permanent", missionHours: 1 } });
  near(once.meanFlipsAtOnce, mission.meanFlipsAtOnce);
  near(once.meanFlipsAtOnce, scrubbed(1).meanFlipsAtOnce);
});

test("flips at once are those a Poisson stream of upsets leaves standing at random moments", () => {
  // 2 upsets an interval of 1 hour: 2e9 FIT. Upsets of every interval are drawn, and seen at one moment of it.
  const { meanFlipsAtOnce } = failureRate({ ...memory, bits: 2e6, fitPerBit: 1000 });
  const random = new Random({ seed: 1, trial: 0, purpose: "test", index: 0 });
  const intervals = 40_000;
  let standing = 0;
  for (let n = 0; n < intervals; n++) {
    const seen = random.uniform();
    for (let at = gap(random); at < seen; at += gap(random)) standing++;
  }
  // The mean of 40,000 such counts has a standard error below 0.006.
  assert.ok(Math.abs(standing / intervals - meanFlipsAtOnce) < 0.03, `${standing / intervals}`);
  assert.equal(meanFlipsAtOnce, 1);
});

/** Hours to the next of 2 upsets an hour. */
function gap(random: Random): number {
  return -Math.log1p(-random.uniform()) / 2;
}

test("decisions changed are flips at once times criticality, and never more than all", () => {
  const { meanFlipsAtOnce, changedDecisions } = failureRate(memory);
  near(changedDecisions.high, meanFlipsAtOnce * criticality.high);
  const forgotten = failureRate({ ...memory, persistence: { kind: "permanent", missionHours: 1e9 } });
  assert.equal(forgotten.changedDecisions.value, 1);
});

test("no memory, no upsets or no critical flip is no failure", () => {
  const none = { ...criticality, value: 0, low: 0, high: 0 };
  for (const change of [{ bits: 0 }, { fitPerBit: 0 }, { criticality: none }])
    assert.equal(failureRate({ ...memory, ...change }).failureFit.high, 0);
});

test("amounts below 0 and shares above 1 are refused by name", () => {
  const refused = (change: Partial<MemoryUpsets>, message: RegExp): void =>
    assert.throws(() => failureRate({ ...memory, ...change }), { name: "InvalidValueError", message });
  refused({ bits: -1 }, /^bits must be/);
  refused({ fitPerBit: Number.NaN }, /^fitPerBit must be/);
  refused({ criticality: { ...criticality, high: 1.2 } }, /^criticality\.high must be a share/);
  refused({ persistence: { kind: "until-scrub", scrubIntervalHours: -1 } }, /scrubIntervalHours must be/);
});
