// What every neuron model must do. A new one passes this file unchanged.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../src/base/random.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { type NeuronStepsArgs, neuronSteps, neuronStepsScalar } from "../../src/kernels/neuron-steps.ts";
import { fires, type NeuronModel } from "../../src/neuron/neuron-model.ts";
import { resets } from "../../src/neuron/reset.ts";

const images = 3;
const steps = 11;
const neurons = 48;

/** @param leak - the factor with which the kernel runs this model; 1 for models without leak */
export function neuronContract(model: NeuronModel, kernels: Kernels, leak: number): void {
  describe(`${model.name} keeps the neuron contract`, () => {
    for (const reset of ["subtract", "zero"] as const) {
      for (const isHeld of [false, true]) {
        test(`equation, kernel twin and kernel agree bit for bit: reset ${reset}, held ${isHeld}`, () => {
          const mark = kernels.mark();
          const args = randomArgs(kernels, reset, isHeld, leak);
          const expected = byEquation(model, args);
          assert.ok(expected.events.length > 50, "the case must spike");
          for (const run of [(a: NeuronStepsArgs) => neuronSteps(kernels, a), neuronStepsScalar]) {
            const own = { ...args, ...freshOutputs(kernels) };
            const spikes = run(own);
            assert.deepEqual(Array.from(own.events.subarray(0, spikes)), expected.events);
            assert.deepEqual(Array.from(own.ends), expected.ends);
            assert.deepEqual(Array.from(own.mostSpikes), expected.mostSpikes);
            assert.equal(Math.min(...own.bounds.subarray(0, 4)), expected.low);
            assert.equal(Math.max(...own.bounds.subarray(4)), expected.high);
          }
          kernels.release(mark);
        });
      }
    }

    test("a NaN potential never fires, a potential at the threshold does", () => {
      assert.equal(fires(Number.NaN, 1), false);
      assert.equal(fires(1, 1), true);
      assert.ok(Number.isNaN(model.charge(Number.NaN, 1, { leak })));
    });

    test("no current leaves no potential behind", () => {
      assert.equal(model.charge(0, 0, { leak }), 0);
    });

    test("doubling potential and current doubles the charge exactly", () => {
      const random = new Random({ seed: 5, trial: 0, purpose: "neuron-contract", index: 0 });
      for (let k = 0; k < 100; k++) {
        const v = Math.fround(random.uniform() - 0.5);
        const current = Math.fround(random.uniform() - 0.5);
        assert.equal(model.charge(2 * v, 2 * current, { leak }), 2 * model.charge(v, current, { leak }));
      }
    });
  });
}

function freshOutputs(kernels: Kernels): Pick<NeuronStepsArgs, "events" | "ends" | "mostSpikes" | "bounds"> {
  return {
    events: kernels.int32(images * steps * neurons),
    ends: kernels.int32(images * steps),
    mostSpikes: kernels.int32(neurons),
    bounds: kernels.float32(8).fill(Number.POSITIVE_INFINITY, 0, 4).fill(Number.NEGATIVE_INFINITY, 4),
  };
}

function randomArgs(
  kernels: Kernels,
  reset: NeuronStepsArgs["reset"],
  isHeld: boolean,
  leak: number,
): NeuronStepsArgs {
  const random = new Random({ seed: 4, trial: 0, purpose: "neuron-contract", index: 0 });
  const current = kernels.float32(images * (isHeld ? 1 : steps) * neurons);
  for (let i = 0; i < current.length; i++) current[i] = 1.5 * random.uniform() - 0.5;
  current[7] = Number.NaN;
  const thresholds = kernels.float32(neurons).map((_, i) => 0.5 + (i % 5) / 4);
  const initial = kernels.float32(neurons).map((_, i) => (i % 3) / 8);
  return {
    current,
    isHeld,
    images,
    steps,
    neurons,
    initial: kernels.float32From(initial),
    thresholds: kernels.float32From(thresholds),
    leak,
    reset,
    ...freshOutputs(kernels),
  };
}

function byEquation(model: NeuronModel, args: NeuronStepsArgs) {
  const { current, isHeld, initial, thresholds, leak, reset } = args;
  const events: number[] = [];
  const ends: number[] = [];
  const mostSpikes = new Array<number>(neurons).fill(0);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let image = 0; image < images; image++) {
    const v = initial.slice();
    const counts = new Array<number>(neurons).fill(0);
    for (let step = 0; step < steps; step++) {
      const first = (isHeld ? image : image * steps + step) * neurons;
      for (let i = 0; i < neurons; i++) {
        const charged = model.charge(v[i], current[first + i], { leak });
        if (charged < low) low = charged;
        if (charged > high) high = charged;
        const isSpike = fires(charged, thresholds[i]);
        v[i] = isSpike ? resets[reset](charged, thresholds[i]) : charged;
        if (!isSpike) continue;
        events.push(i);
        counts[i]++;
      }
      ends.push(events.length);
    }
    counts.forEach((count, i) => {
      mostSpikes[i] = Math.max(mostSpikes[i], count);
    });
  }
  return { events, ends, mostSpikes, low, high };
}
