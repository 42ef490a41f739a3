// What is known of every neuron layer before code is written: its rules and parameters in whole numbers, how far
// its potentials go, and whether its sums may be added to the potentials directly.
//
// Directly saves the array of sums. It needs sums that only these neurons read, no delay, no refractory steps
// (input is dropped in them), and potentials that keep their bits in every partial sum: then the order of
// additions is of no matter.

import { isLinear } from "../../model/linear-layer.ts";
import type { Layer, NeuronLayer } from "../../model/network.ts";
import { type IntegerParameters, type IntegerRules, integerRulesOf } from "../../neuron/step-integer.ts";
import { integerValues } from "../../simulate/neuron-values.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type Range, type SignedType, signedTypeOf, union } from "./c-types.ts";
import { arriving, type FlowPlan, sourceOf, valueRange } from "./flows.ts";
import { type PotentialRange, potentialRange } from "./potential-range.ts";

export interface NeuronPlan {
  readonly layer: NeuronLayer;
  readonly rules: IntegerRules;
  /** Shape [neurons] each. */
  readonly values: Readonly<Record<keyof IntegerParameters | "initialPotential", Int32Array>>;
  readonly range: PotentialRange;
  /** Of the potentials. */
  readonly type: SignedType;
  /** The linear layer whose sums are added to the potentials directly, or null. */
  readonly summedBy: string | null;
}

/** By layer id. */
export function planNeurons(plan: FlowPlan): ReadonlyMap<string, NeuronPlan> {
  const { model, steps } = plan;
  const arithmetic = model.inference?.arithmetic;
  if (arithmetic?.kind !== "integer") throw new RangeError("not in integers");
  const neurons = new Map<string, NeuronPlan>();
  for (const layer of model.network.layers) {
    if (layer.kind !== "neuron") continue;
    const rules = integerRulesOf(layer, arithmetic, `layer ${JSON.stringify(layer.id)}`);
    const values = integerValues(known(plan.neurons, layer.id));
    const input = valueRange(arriving(plan.flows, sourceOf(model, layer.inputs[0])));
    const ranges = Object.fromEntries(
      Object.entries(values).map(([name, all]) => [name, rangeOf(all)]),
    ) as Record<keyof typeof values, Range>;
    const range = potentialRange(rules, ranges, input, steps);
    const summedBy = range.fits && rules.refractorySteps === 0 ? directSource(plan, layer) : null;
    const type = signedTypeOf(summedBy === null ? range.kept : union(range.kept, range.raw));
    neurons.set(layer.id, { layer, rules, values, range, type, summedBy });
  }
  return neurons;
}

function directSource(plan: FlowPlan, layer: NeuronLayer): string | null {
  const { model, flows } = plan;
  const { id, delay } = sourceOf(model, layer.inputs[0]);
  const source = model.network.layers.find((candidate) => candidate.id === id);
  const flow = flows.get(id);
  if (delay > 0 || source === undefined || !isLinear(source) || flow?.kind !== "values" || flow.isHeld)
    return null;
  const isOutput = sourceOf(model, { from: model.network.output, delay: 0 }).id === id;
  return isOutput || readersOf(plan, id).length > 1 ? null : id;
}

function readersOf({ model }: FlowPlan, id: string): readonly Layer[] {
  const reads = (layer: Layer): boolean =>
    layer.kind !== "flatten" && layer.inputs.some((connection) => sourceOf(model, connection).id === id);
  return model.network.layers.filter(reads);
}

export function rangeOf(values: ArrayLike<number>): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return { low, high };
}
