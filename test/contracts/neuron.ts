// What the kernels must do with every form of neuron: exactly what its equation says. A new form
// passes this file unchanged.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../src/base/random.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { dynamicsRows, dynamicsStates, neuronDynamics } from "../../src/kernels/neuron-dynamics.ts";
import { neuronSteps, neuronStepsScalar } from "../../src/kernels/neuron-steps.ts";
import { chargeRules, dynamicsOf, resetKinds, resetTimes, synapseRules } from "../../src/neuron/dynamics.ts";
import type { NeuronForm } from "../../src/neuron/neuron-form.ts";
import { type NeuronState, type StepParameters, stepNeuron } from "../../src/neuron/step-neuron.ts";

const images = 3;
const steps = 23;
const neurons = 48;
const padded = 3;

/** One value a neuron of everything a step reads; the last `padded` neurons are padding. */
type Values = Readonly<Record<keyof StepParameters | "initialPotential", Float32Array>>;

function randomValues(form: NeuronForm): Values {
  const random = new Random({ seed: 4, trial: 0, purpose: "neuron-contract", index: 0 });
  const between = (low: number, high: number): Float32Array =>
    Float32Array.from({ length: neurons }, (_, i) =>
      i < neurons - padded ? low + (high - low) * random.uniform() : Number.NaN,
    );
  const { charge } = dynamicsOf(form);
  const isTime = charge === "relaxByTime" || charge === "leakByTime";
  return {
    threshold: between(0.3, 1.5),
    membrane: form.model === "if" ? between(1, 1) : isTime ? between(1.5, 6) : between(0.2, 0.95),
    currentGain: charge === "leak" ? between(0.5, 2) : between(1, 1),
    restPotential: between(-0.2, 0.3),
    resetPotential: form.reset === "value" ? between(-0.4, 0.2) : between(0, 0),
    minimumPotential: between(-0.6, -0.3),
    synapse: between(0.1, 0.9),
    adaptationStrength: between(0, 0.5),
    adaptationLeak: between(0.5, 0.99),
    initialPotential: between(-0.1, 1.2),
  };
}

interface Expected {
  readonly events: number[];
  readonly ends: number[];
  readonly most: number[];
  readonly potentials: number[];
  readonly states: number[];
  low: number;
  high: number;
}

function byEquation(form: NeuronForm, values: Values, current: Float32Array, isHeld: boolean): Expected {
  const dynamics = dynamicsOf(form);
  const most = new Array<number>(neurons).fill(0);
  const run: Expected = {
    events: [],
    ends: [],
    most,
    potentials: [],
    states: [],
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  };
  for (let image = 0; image < images; image++) {
    const states: NeuronState[] = Array.from(values.initialPotential, (potential) => ({
      potential,
      current: 0,
      adaptation: 0,
      refractory: 0,
    }));
    const counts = new Array<number>(neurons).fill(0);
    for (let step = 0; step < steps; step++) {
      const first = (isHeld ? image : image * steps + step) * neurons;
      states.forEach((state, i) => {
        const parameters = Object.fromEntries(
          Object.entries(values).map(([name, all]) => [name, all[i]]),
        ) as unknown as StepParameters;
        const { spikes, charged } = stepNeuron(dynamics, parameters, state, current[first + i]);
        if (charged < run.low) run.low = charged;
        if (charged > run.high) run.high = charged;
        for (let n = 0; n < spikes; n++) run.events.push(i);
        counts[i] += spikes;
        run.potentials.push(state.potential);
      });
      run.ends.push(run.events.length);
    }
    counts.forEach((count, i) => {
      most[i] = Math.max(most[i], count);
    });
    for (const name of dynamicsStates) run.states.push(...states.map((state) => state[name]));
  }
  return run;
}

function randomCurrent(kernels: Kernels, isHeld: boolean): Float32Array {
  const random = new Random({ seed: 5, trial: 0, purpose: "neuron-contract", index: 1 });
  const current = kernels.float32(images * (isHeld ? 1 : steps) * neurons);
  for (let i = 0; i < current.length; i++) current[i] = 2.2 * random.uniform() - 0.7;
  current[7] = Number.NaN;
  current[9] = Number.POSITIVE_INFINITY;
  return current;
}

function outputs(kernels: Kernels, form: NeuronForm) {
  return {
    events: kernels.int32(images * steps * neurons * (form.maximumSpikes ?? 1) + 3),
    ends: kernels.int32(images * steps),
    mostSpikes: kernels.int32(neurons),
    bounds: kernels.float32(8).fill(Number.POSITIVE_INFINITY, 0, 4).fill(Number.NEGATIVE_INFINITY, 4),
  };
}

/** Every form's kernel against its equation. */
export function neuronContract(name: string, form: NeuronForm, kernels: Kernels): void {
  for (const isHeld of [false, true]) {
    test(`${name}: equation and kernel agree bit for bit, ${isHeld ? "held" : "changing"} current`, () => {
      const mark = kernels.mark();
      const values = randomValues(form);
      const current = randomCurrent(kernels, isHeld);
      const expected = byEquation(form, values, current, isHeld);
      const dynamics = dynamicsOf(form);
      const parameters = kernels.float32(dynamicsRows.length * neurons);
      dynamicsRows.forEach((row, place) => {
        parameters.set(values[row], place * neurons);
      });
      const state = kernels.float32(images * dynamicsStates.length * neurons);
      for (let image = 0; image < images; image++) {
        state.set(values.initialPotential, image * dynamicsStates.length * neurons);
      }
      const potentials = dynamics.emitsPotential ? kernels.float32(images * steps * neurons) : undefined;
      const rules = {
        ...dynamics,
        synapse: synapseRules.indexOf(dynamics.synapse),
        charge: chargeRules.indexOf(dynamics.charge),
        reset: resetKinds.indexOf(dynamics.reset),
        resetTime: resetTimes.indexOf(dynamics.resetTime),
      };
      const own = outputs(kernels, form);
      const spikes = neuronDynamics(kernels, {
        current,
        isHeld,
        images,
        steps,
        neurons,
        rules,
        parameters,
        state,
        ...own,
        ...(potentials && { potentials }),
      });
      if (potentials) assert.deepEqual(Array.from(potentials), expected.potentials);
      else assert.ok(expected.events.length > 50, `the case must spike: ${expected.events.length}`);
      assert.deepEqual(Array.from(own.events.subarray(0, spikes)), expected.events);
      assert.deepEqual(Array.from(own.ends), expected.ends);
      assert.deepEqual(Array.from(own.mostSpikes), expected.most);
      assert.deepEqual(Array.from(state), expected.states);
      assert.equal(Math.min(...own.bounds.subarray(0, 4)), expected.low);
      assert.equal(Math.max(...own.bounds.subarray(4)), expected.high);
      kernels.release(mark);
    });
  }
}

/** The faster kernel of plain IF and LIF layers, and its twin, against the same equation. */
export function plainNeuronContract(model: "if" | "lif", leak: number, kernels: Kernels): void {
  for (const reset of ["subtract", "zero"] as const) {
    for (const isHeld of [false, true]) {
      test(`plain ${model}, reset ${reset}, held ${isHeld}: equation, twin and kernel agree`, () => {
        const mark = kernels.mark();
        const form: NeuronForm = { model, reset };
        const fill = (value: number): Float32Array =>
          new Float32Array(neurons).fill(value).fill(Number.NaN, neurons - padded);
        const values: Values = {
          ...randomValues(form),
          membrane: fill(leak),
          currentGain: fill(1),
          minimumPotential: fill(Number.NEGATIVE_INFINITY),
          resetPotential: fill(0),
        };
        const current = randomCurrent(kernels, isHeld);
        const expected = byEquation(form, values, current, isHeld);
        assert.ok(expected.events.length > 50, "the case must spike");
        for (const run of [
          (args: Parameters<typeof neuronStepsScalar>[0]) => neuronSteps(kernels, args),
          neuronStepsScalar,
        ]) {
          const own = outputs(kernels, form);
          const initial = kernels.float32From(values.initialPotential);
          const thresholds = kernels.float32From(values.threshold);
          const flags = kernels.uint16(neurons / 8);
          const rest = { images, steps, neurons, leak, reset, ...own, flags };
          const spikes = run({ current, isHeld, initial, thresholds, ...rest });
          assert.deepEqual(Array.from(own.events.subarray(0, spikes)), expected.events);
          assert.deepEqual(Array.from(own.ends), expected.ends);
          expected.most.forEach((most, n) => {
            const place = 2 * Math.floor(n / 16);
            assert.equal((flags[place] >> (n % 16)) & 1, Number(most > 0), `neuron ${n}`);
            assert.equal((flags[place + 1] >> (n % 16)) & 1, Number(most === steps), `neuron ${n}`);
          });
          assert.equal(Math.min(...own.bounds.subarray(0, 4)), expected.low);
          assert.equal(Math.max(...own.bounds.subarray(4)), expected.high);
        }
        kernels.release(mark);
      });
    }
  }
}
