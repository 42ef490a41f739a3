import assert from "node:assert/strict";
import { test } from "node:test";
import { checkInputSpikes, type InputSpikes } from "./input-spikes.ts";
import { joinInputSpikes } from "./join-input-spikes.ts";

/** 2 samples × 3 steps × 4 inputs: [0, 3, 3], [], [1] and [], [2], [2, 3]. */
const good: InputSpikes = {
  samples: 2,
  steps: 3,
  inputs: 4,
  events: Int32Array.of(0, 3, 3, 1, 2, 2, 3),
  ends: Int32Array.of(3, 3, 4, 4, 5, 7),
};

function refuses(change: Partial<InputSpikes>, message: RegExp): void {
  assert.throws(() => checkInputSpikes({ ...good, ...change }, 4, 3), { name: "InvalidValueError", message });
}

test("repeated inputs, empty steps, room behind the last end and no samples at all are spikes", () => {
  checkInputSpikes(good, 4, 3);
  checkInputSpikes({ ...good, events: Int32Array.of(...good.events, -7, 99) }, 4, 3);
  checkInputSpikes({ ...good, samples: 0, events: new Int32Array(0), ends: new Int32Array(0) }, 4, 3);
});

test("an event out of range or order is named by sample, step and place", () => {
  refuses(
    { events: Int32Array.of(0, 3, 3, 4, 2, 2, 3) },
    /^spikes: sample 0, step 2, event 3 must be an input from 0 to 3, but got 4\./,
  );
  refuses(
    { events: Int32Array.of(-1, 3, 3, 1, 2, 2, 3) },
    /^spikes: sample 0, step 0, event 0 must be .*, but got -1\./,
  );
  refuses(
    { events: Int32Array.of(0, 3, 3, 1, 2, 3, 2) },
    /^spikes: sample 1, step 2, event 6 must not be below the event before it, but got 2\. Sort/,
  );
});

test("an end that goes back or past the events is named by sample and step", () => {
  refuses(
    { ends: Int32Array.of(3, 2, 4, 4, 5, 7) },
    /sample 0, step 1's end in spikes\.ends must be from 3 to 7, but got 2\./,
  );
  refuses(
    { ends: Int32Array.of(3, 3, 4, 4, 5, 8) },
    /sample 1, step 2's end in spikes\.ends must be from 5 to 7, but got 8\./,
  );
  refuses(
    { ends: Int32Array.of(-1, 3, 4, 4, 5, 7) },
    /sample 0, step 0's end in spikes\.ends must be from 0 to 7, but got -1\./,
  );
});

test("samples, steps, inputs and the number of ends must be what the network takes", () => {
  refuses({ samples: 3 }, /^spikes\.ends must have an end for each of 3 samples × 3 steps, but got 6\./);
  refuses({ steps: 2, samples: 3 }, /^spikes\.steps must be 3, but got 2\./);
  refuses({ inputs: 5 }, /^spikes\.inputs must be 4, but got 5\./);
  for (const samples of [1.5, -1, Number.NaN])
    refuses({ samples }, /^spikes\.samples must be a whole number/);
});

test("joined sets hold the samples of each, wherever the events of one end", () => {
  const roomy = { ...good, events: Int32Array.of(...good.events, 1, 1) };
  const none = { ...good, samples: 0, events: new Int32Array(0), ends: new Int32Array(0) };
  const joined = joinInputSpikes([roomy, none, good]);
  checkInputSpikes(joined, 4, 3);
  assert.deepEqual(joined, {
    samples: 4,
    steps: 3,
    inputs: 4,
    events: Int32Array.of(...good.events, ...good.events),
    ends: Int32Array.of(...good.ends, ...good.ends.map((end) => end + 7)),
  });
});

test("sets of other steps or inputs are not joined, nor are none", () => {
  const other = { ...good, samples: 3, steps: 2 };
  assert.throws(() => joinInputSpikes([good, other]), {
    name: "InvalidValueError",
    message: /^sets\[1\] must have 3 steps and 4 inputs, but got "2 steps and 4 inputs"\./,
  });
  assert.throws(() => joinInputSpikes([good, { ...good, inputs: 9 }]), /9 inputs/);
  assert.throws(() => joinInputSpikes([]), { name: "InvalidValueError" });
});
