import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { type Binning, binEvents, type RecordedEvents } from "./bin-events.ts";
import { checkInputSpikes } from "./input-spikes.ts";
import { joinInputSpikes } from "./join-input-spikes.ts";

/** Five events on 2 × 2 × 3 pixels; the last two at one place and time. */
const recording: RecordedEvents = {
  width: 3,
  height: 2,
  polarities: 2,
  timeUs: [0, 999, 1000, 2500, 2500],
  x: [2, 0, 1, 0, 0],
  y: [1, 0, 0, 1, 1],
  polarity: [1, 0, 0, 1, 1],
};
const byTime = { by: "time", binUs: 1000, steps: 3 } as const;

test("events fall into steps by time, each at its place, sorted, as often as they come", () => {
  const { spikes, dropped } = binEvents([recording], byTime);
  assert.deepEqual(Array.from(spikes.events), [0, 11, 1, 9, 9]);
  assert.deepEqual(Array.from(spikes.ends), [2, 3, 5]);
  assert.equal(dropped, 0);
  checkInputSpikes(spikes, 12, 3);
});

test("time begins at 0, or with the first event of each recording", () => {
  const shifted = { ...recording, timeUs: Array.from(recording.timeUs, (timeUs) => timeUs + 70_500) };
  const fromFirstEvent = { ...byTime, fromFirstEvent: true };
  assert.deepEqual(
    binEvents([shifted, recording], fromFirstEvent),
    binEvents([recording, recording], fromFirstEvent),
  );
  assert.equal(binEvents([shifted], byTime).dropped, 5);
});

test("an event on the border of two steps belongs to the later one, however fine the steps", () => {
  // 3 · 0.1 is above 0.3: bins that are multiplied instead of divided would lose it to the step before.
  for (const binUs of [0.1, 1 / 3, 7]) {
    const timeUs = Array.from({ length: 50 }, (_, k) => k * binUs);
    const zeros = timeUs.map(() => 0);
    const fine = { ...recording, timeUs, x: zeros, y: zeros, polarity: zeros };
    const { spikes } = binEvents([fine], { by: "time", binUs, steps: 50 });
    const expected = timeUs.map((_, step) => timeUs.filter((t) => Math.floor(t / binUs) <= step).length);
    assert.deepEqual([...spikes.ends], expected);
  }
});

test("binary steps hold an input once", () => {
  const { spikes } = binEvents([recording], byTime, { isBinary: true });
  assert.deepEqual(Array.from(spikes.events), [0, 11, 1, 9]);
});

test("events fall into steps by count", () => {
  const { spikes, dropped } = binEvents([recording], { by: "count", eventsPerBin: 2, steps: 2 });
  assert.deepEqual(Array.from(spikes.ends), [2, 4]);
  assert.equal(dropped, 1);
});

test("what comes after the last step is left out and counted; steps without events are there", () => {
  const short = binEvents([recording], { ...byTime, steps: 2 });
  assert.equal(short.dropped, 2);
  assert.equal(binEvents([recording, recording, recording], { ...byTime, steps: 2 }).dropped, 6);
  const long = binEvents([recording], { ...byTime, steps: 6 });
  assert.deepEqual(Array.from(long.spikes.ends), [2, 3, 5, 5, 5, 5]);
  assert.deepEqual(Array.from(long.spikes.events), [0, 11, 1, 9, 9]);
});

test("recordings do not mix: together they are what they are one by one", () => {
  const other = { ...recording, x: [0, 1, 2, 1, 1] };
  const whole = binEvents([recording, other, recording], byTime).spikes;
  const parts = [recording, other, recording].map((one) => binEvents([one], byTime).spikes);
  assert.deepEqual(whole, joinInputSpikes(parts));
});

test("every event is in its step or dropped, as counting one by one has it", () => {
  const random = new Random({ seed: 8, trial: -1, purpose: "bins", index: 0 });
  const draw = (bound: number): number[] => Array.from({ length: 400 }, () => random.integer(bound));
  const many = {
    ...recording,
    timeUs: draw(9000).sort((a, b) => a - b),
    x: draw(3),
    y: draw(2),
    polarity: draw(2),
  };
  for (const binning of [
    { ...byTime, steps: 7 },
    { by: "count", eventsPerBin: 60, steps: 5 },
  ] as const) {
    const { steps } = binning;
    const counts = new Array<number>(steps * 12).fill(0);
    let later = 0;
    for (let i = 0; i < 400; i++) {
      const step = binning.by === "time" ? Math.floor(many.timeUs[i] / 1000) : Math.floor(i / 60);
      const input = many.polarity[i] * 6 + many.y[i] * 3 + many.x[i];
      if (step < steps) counts[step * 12 + input]++;
      else later++;
    }
    const { spikes, dropped } = binEvents([many], binning);
    checkInputSpikes(spikes, 12, steps);
    const found = new Array<number>(steps * 12).fill(0);
    for (let step = 0, at = 0; step < steps; step++) {
      for (; at < spikes.ends[step]; at++) found[step * 12 + spikes.events[at]]++;
    }
    assert.deepEqual([found, dropped], [counts, later]);
    assert.ok(later > 0);
    const ones = binEvents([many], binning, { isBinary: true }).spikes;
    assert.equal(ones.events.length, counts.filter((count) => count > 0).length);
  }
});

test("no events and no recordings make no spikes", () => {
  const empty = { ...recording, timeUs: [], x: [], y: [], polarity: [] };
  assert.deepEqual(Array.from(binEvents([empty], byTime).spikes.ends), [0, 0, 0]);
  assert.equal(binEvents([], byTime).spikes.samples, 0);
});

test("mistakes name recording and event", () => {
  const refuse = (change: Partial<RecordedEvents>, rule: RegExp, binning: Binning = byTime): void => {
    assert.throws(() => binEvents([recording, { ...recording, ...change }], binning), {
      name: "InvalidValueError",
      message: rule,
    });
  };
  refuse({ x: [2, 0, 3, 0, 0] }, /recording 1, event 2 must lie in 2 × 2 × 3, but got .*3/);
  refuse({ polarity: [1, 0, 2, 1, 1] }, /recording 1, event 2 must lie in/);
  refuse({ timeUs: [0, 999, 998, 2500, 2500] }, /recording 1, event 2 must not be before the one ahead/);
  refuse(
    { timeUs: [-1, 999, 1000, 2500, 2500] },
    /recording 1, event 0 must not be before time 0, but got "-1 µs"/,
  );
  refuse({ width: 4 }, /recording 1 must be 2 × 2 × 3 as the first one/);
  refuse({ timeUs: [0, 1, 2, 3, Number.NaN] }, /recording 1, event 4 must not be before/);
  refuse({ x: [2, 0, 1, 0] }, /recording 1, event 4 must lie in .*undefined/);
  refuse({}, /binUs must be above 0/, { ...byTime, binUs: 0 });
  refuse({}, /binUs must be above 0 and finite/, { ...byTime, binUs: Infinity });
  refuse({}, /eventsPerBin must be a whole/, { by: "count", eventsPerBin: 2.5, steps: 3 });
  refuse({}, /steps must be a whole number of at least 1/, { ...byTime, steps: 0 });
});
