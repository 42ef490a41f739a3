// A neuron's train from its currents, all steps at once: what has to be done again when a difference arrives.
//
// IF and LIF neurons that reset at once, which is what conversion makes, have loops of their own, in
// float32 and in integers; all others, and neurons that are struck themselves, take the equation step by step.

import type { Model } from "../model/model.ts";
import type { NeuronLayer, Shape } from "../model/network.ts";
import { type Dynamics, dynamicsOf } from "../neuron/dynamics.ts";
import { type IntegerRules, integerRulesOf, leakUnit, stepInteger } from "../neuron/step-integer.ts";
import { stepNeuron } from "../neuron/step-neuron.ts";
import { integerValues, neuronValues } from "../simulate/neuron-values.ts";
import { changedBy, type StruckNeuron, type StruckValues } from "./struck-trial.ts";

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
    if (struck || !this.#isPlain) this.#stepByStep(neuron, currents, output, at, struck);
    else if (this.#whole) this.#plainIntegers(neuron, currents, output, at);
    else this.#plainFloats(neuron, currents, output, at);
  }

  #plainFloats(neuron: number, currents: Float32Array, output: Uint32Array, at: number): void {
    const { threshold, membrane, currentGain, initialPotential, resetPotential, minimumPotential } =
      this.#values;
    const theta = threshold.values[neuron];
    const leak = membrane.values[neuron];
    const gain = currentGain.values[neuron];
    const lowest = minimumPotential.values[neuron];
    const resetTo = resetPotential.values[neuron];
    const { isStrict, reset } = this.#dynamics;
    let v = initialPotential.values[neuron];
    for (let t = 0; t < this.#steps; t++) {
      v = fround(fround(leak * v) + fround(gain * currents[t]));
      if (isStrict ? v > theta : v >= theta) {
        output[at + (t >> 5)] |= 1 << (t & 31);
        if (reset === "subtract") v = fround(v - theta);
        else if (reset === "value") v = resetTo;
      }
      if (v < lowest) v = lowest;
    }
  }

  #plainIntegers(neuron: number, currents: Float32Array, output: Uint32Array, at: number): void {
    if (this.#whole === null || this.#rules === null) return;
    const { threshold, leak, initialPotential, resetPotential, minimumPotential } = this.#whole;
    const { isStrict, reset, potentialBits, overflow } = this.#rules;
    const theta = threshold[neuron];
    const keeps = leak[neuron];
    const lowest = minimumPotential[neuron];
    const resetTo = resetPotential[neuron];
    const highest = 2 ** (potentialBits - 1) - 1;
    const saturates = overflow === "saturate";
    const fitted = (x: number): number => {
      if (x <= highest && x >= -highest - 1) return x;
      if (saturates) return x > highest ? highest : -highest - 1;
      return potentialBits === 32 ? x | 0 : (x << 16) >> 16;
    };
    let v = initialPotential[neuron];
    for (let t = 0; t < this.#steps; t++) {
      v = fitted((keeps === leakUnit ? v : Math.trunc((v * keeps) / leakUnit)) + currents[t]);
      if (isStrict ? v > theta : v >= theta) {
        output[at + (t >> 5)] |= 1 << (t & 31);
        if (reset === "subtract") v = fitted(v - theta);
        else if (reset === "value") v = resetTo;
      }
      if (v < lowest) v = lowest;
    }
  }

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
    const state = { potential: own.initialPotential, current: 0, adaptation: 0, refractory: 0 };
    if (this.#whole) state.potential = this.#whole.initialPotential[neuron];
    for (let t = 0; t < this.#steps; t++) {
      const threshold = valueAt(struck?.threshold, t) ?? own.threshold;
      const membrane = valueAt(struck?.leak, t) ?? own.membrane;
      const hit = struck?.potential?.[t];
      if (hit) state.potential = changedBy(struck.potentialFormat, state.potential, hit);
      let spike = this.#step(
        { ...own, threshold: fround(threshold), membrane: fround(membrane) },
        state,
        currents[t],
      );
      const changes = struck?.spike?.[t];
      if (changes) spike = changedBy("spike", spike, changes);
      if (spike !== 0) output[at + (t >> 5)] |= 1 << (t & 31);
    }
  }

  #step(
    own: { [Name in keyof Values]: number },
    state: { potential: number; current: number; adaptation: number; refractory: number },
    current: number,
  ): number {
    if (this.#rules === null) return stepNeuron(this.#dynamics, own, state, current).spikes;
    const whole = integerValues(
      Object.fromEntries(
        Object.entries(own).map(([name, value]) => [
          name,
          { values: Float32Array.of(value), isUniform: true },
        ]),
      ) as Values,
    );
    const parameters = {
      threshold: whole.threshold[0],
      leak: whole.leak[0],
      resetPotential: whole.resetPotential[0],
      minimumPotential: whole.minimumPotential[0],
    };
    return stepInteger(this.#rules, parameters, state, current).spikes;
  }
}

function valueAt(values: StruckValues | undefined, step: number): number | undefined {
  return values?.[values.length === 1 ? 0 : step];
}
