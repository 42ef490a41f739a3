// A neuron's train from its currents, all steps at once: what has to be done again when a difference arrives.
//
// IF and LIF neurons that reset at once, which is what conversion makes, have loops of their own, in
// float32 and in integers; all others take the equation step by step.

import type { Model } from "../../model/model.ts";
import type { NeuronLayer, Shape } from "../../model/network.ts";
import { type Dynamics, dynamicsOf } from "../../neuron/dynamics.ts";
import {
  type IntegerParameters,
  type IntegerRules,
  integerRulesOf,
  leakUnit,
  stepInteger,
} from "../../neuron/step-integer.ts";
import { stepNeuron } from "../../neuron/step-neuron.ts";
import { integerValues, neuronValues } from "../../simulate/neuron-values.ts";
import { fittedPotential } from "./plain-neurons.ts";
import { changedBy, type StepChanges, type StruckNeuron, type StruckValues } from "./struck-trial.ts";

const { fround } = Math;

type Values = ReturnType<typeof neuronValues>;

export class NeuronScan {
  readonly #dynamics: Dynamics;
  readonly #values: Values;
  readonly #whole: ReturnType<typeof integerValues> | null;
  readonly #rules: IntegerRules | null;
  readonly #steps: number;
  readonly #words: number;
  readonly #isPlain: boolean;

  constructor(model: Model, layer: NeuronLayer, shape: Shape, steps: number) {
    const arithmetic = model.inference?.arithmetic ?? { kind: "float32" };
    this.#dynamics = dynamicsOf(layer);
    this.#values = neuronValues(model, layer, shape);
    this.#rules = arithmetic.kind === "integer" ? integerRulesOf(layer, arithmetic, layer.id) : null;
    this.#whole = this.#rules ? integerValues(this.#values) : null;
    this.#steps = steps;
    this.#words = Math.ceil(steps / 32);
    const { synapse, charge, resetTime, isAdaptive, refractorySteps } = this.#dynamics;
    this.#isPlain =
      synapse === "none" && charge === "leak" && resetTime === "now" && !isAdaptive && refractorySteps === 0;
  }

  /**
   * The train a neuron hands on.
   *
   * @param currents - one a step
   * @param output - words of the train, from `at`; overwritten
   */
  run(neuron: number, currents: Float32Array, output: Uint32Array, at: number, struck?: StruckNeuron): void {
    for (let word = 0; word < this.#words; word++) output[at + word] = 0;
    if (!this.#isPlain) this.#stepByStep(neuron, currents, output, at, struck);
    else if (this.#whole) this.#plainIntegers(neuron, currents, output, at, struck);
    else this.#plainFloats(neuron, currents, output, at, struck);
    if (struck?.spike) strikeSpikes(struck.spike, output, at);
  }

  #plainFloats(
    neuron: number,
    currents: Float32Array,
    output: Uint32Array,
    at: number,
    struck: StruckNeuron | undefined,
  ): void {
    const { threshold, membrane, currentGain, initialPotential, resetPotential, minimumPotential } =
      this.#values;
    let theta = threshold.values[neuron];
    let leak = membrane.values[neuron];
    const gain = currentGain.values[neuron];
    const lowest = minimumPotential.values[neuron];
    const resetTo = resetPotential.values[neuron];
    const { isStrict, reset } = this.#dynamics;
    let v = initialPotential.values[neuron];
    for (let t = 0; t < this.#steps; t++) {
      if (struck !== undefined) {
        theta = fround(valueAt(struck.threshold, t) ?? theta);
        leak = fround(valueAt(struck.leak, t) ?? leak);
        v = struckPotential(struck, t, v);
      }
      v = fround(fround(leak * v) + fround(gain * currents[t]));
      if (isStrict ? v > theta : v >= theta) {
        output[at + (t >> 5)] |= 1 << (t & 31);
        if (reset === "subtract") v = fround(v - theta);
        else if (reset === "value") v = resetTo;
      }
      if (v < lowest) v = lowest;
    }
  }

  #plainIntegers(
    neuron: number,
    currents: Float32Array,
    output: Uint32Array,
    at: number,
    struck: StruckNeuron | undefined,
  ): void {
    if (this.#whole === null || this.#rules === null) return;
    const { threshold, leak, initialPotential, resetPotential, minimumPotential } = this.#whole;
    const { isStrict, reset, potentialBits, overflow } = this.#rules;
    let theta = threshold[neuron];
    let keeps = leak[neuron];
    const lowest = minimumPotential[neuron];
    const resetTo = resetPotential[neuron];
    const highest = 2 ** (potentialBits - 1) - 1;
    const saturates = overflow === "saturate";
    let v = initialPotential[neuron];
    for (let t = 0; t < this.#steps; t++) {
      if (struck !== undefined) {
        theta = wholeThreshold(valueAt(struck.threshold, t)) ?? theta;
        keeps = wholeLeak(valueAt(struck.leak, t)) ?? keeps;
        v = struckPotential(struck, t, v);
      }
      v = (keeps === leakUnit ? v : Math.trunc((v * keeps) / leakUnit)) + currents[t];
      if (v > highest || v < -highest - 1) v = fittedPotential(v, potentialBits, highest, saturates);
      if (isStrict ? v > theta : v >= theta) {
        output[at + (t >> 5)] |= 1 << (t & 31);
        if (reset === "subtract") {
          v -= theta;
          if (v > highest || v < -highest - 1) v = fittedPotential(v, potentialBits, highest, saturates);
        } else if (reset === "value") v = resetTo;
      }
      if (v < lowest) v = lowest;
    }
  }

  /** Any form of neuron in float32; integers have the plain forms and resting neurons only. */
  #stepByStep(
    neuron: number,
    currents: Float32Array,
    output: Uint32Array,
    at: number,
    struck: StruckNeuron | undefined,
  ): void {
    const own = Object.fromEntries(
      Object.entries(this.#values).map(([name, { values }]) => [name, values[neuron]]),
    ) as { [Name in keyof Values]: number };
    const start = this.#whole?.initialPotential[neuron] ?? own.initialPotential;
    const state = { potential: start, current: 0, adaptation: 0, refractory: 0 };
    for (let t = 0; t < this.#steps; t++) {
      const threshold = fround(valueAt(struck?.threshold, t) ?? own.threshold);
      const membrane = fround(valueAt(struck?.leak, t) ?? own.membrane);
      if (struck !== undefined) state.potential = struckPotential(struck, t, state.potential);
      const { spikes } =
        this.#rules === null
          ? stepNeuron(this.#dynamics, { ...own, threshold, membrane }, state, currents[t])
          : stepInteger(this.#rules, wholeParameters({ ...own, threshold, membrane }), state, currents[t]);
      if (spikes !== 0) output[at + (t >> 5)] |= 1 << (t & 31);
    }
  }
}

function valueAt(values: StruckValues | undefined, step: number): number | undefined {
  return values?.[values.length === 1 ? 0 : step];
}

function struckPotential({ potential, potentialFormat }: StruckNeuron, step: number, v: number): number {
  const changes = potential?.[step];
  return changes === undefined ? v : changedBy(potentialFormat, v, changes);
}

function strikeSpikes(spike: StepChanges, output: Uint32Array, at: number): void {
  for (const [t, changes] of spike.entries()) {
    if (changes === undefined) continue;
    const bit = 1 << (t & 31);
    const sent = Number((output[at + (t >> 5)] & bit) !== 0);
    if (changedBy("spike", sent, changes) !== sent) output[at + (t >> 5)] ^= bit;
  }
}

/** A struck threshold as integer arithmetic reads it (simulate/neuron-values.ts). */
function wholeThreshold(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), fround(value)));
}

function wholeLeak(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.floor(leakUnit * fround(value) + 0.5);
}

function wholeParameters(own: { [Name in keyof Values]: number }): IntegerParameters {
  const alone = Object.entries(own).map(([name, value]) => [
    name,
    { values: Float32Array.of(value), isUniform: true },
  ]);
  const whole = integerValues(Object.fromEntries(alone) as Values);
  return {
    threshold: whole.threshold[0],
    leak: whole.leak[0],
    resetPotential: whole.resetPotential[0],
    minimumPotential: whole.minimumPotential[0],
  };
}
