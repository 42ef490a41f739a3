import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidValueError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { levelCrossings } from "./level-crossings.ts";

test("what events have told stays within a threshold of the signal, slow rises included", () => {
  const random = new Random({ seed: 3, trial: 0, purpose: "signal", index: 0 });
  const [channels, samples, threshold, start] = [3, 200, 0.7, 2];
  const values = Array.from(
    { length: channels * samples },
    (_, i) => Math.sin(i / 90) * 5 + random.uniform(),
  );
  const { x, y, timeUs, polarity } = levelCrossings({ values, channels, sampleUs: 10 }, { threshold, start });
  const told = new Float64Array(channels).fill(start);
  for (let sample = 0, event = 0; sample < samples; sample++) {
    for (; event < x.length && timeUs[event] === 10 * sample; event++)
      told[x[event]] += polarity[event] === 1 ? threshold : -threshold;
    for (let c = 0; c < channels; c++)
      assert.ok(Math.abs(told[c] - values[sample * channels + c]) < threshold + 1e-9, `sample ${sample}`);
  }
  assert.ok(y.every((row) => row === 0));
});

test("thresholds that a signal is no match for are refused, and values that are no numbers", () => {
  const signal = { values: [0, 1e9], channels: 1, sampleUs: 1 };
  assert.throws(
    () => levelCrossings(signal, { threshold: 1, start: 0 }),
    /sample 1, channel 0 must be within/,
  );
  assert.throws(() => levelCrossings(signal, { threshold: 0, start: 0 }), InvalidValueError);
  const torn = { values: [Number.NaN], channels: 1, sampleUs: 1 };
  assert.throws(() => levelCrossings(torn, { threshold: 1, start: 0 }), InvalidValueError);
});
