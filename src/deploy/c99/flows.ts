// What flows along every connection of an integer network, and how much of it there can be: the most spikes of
// a step, and the range of every sum, from the weights themselves. Nothing here is measured.
//
// A sum's range is that of its bias plus every negative, or every positive, product that can occur at once, so
// partial sums in any order lie in it, too.

import { InvalidValueError } from "../../base/errors.ts";
import { isLinear, type LinearLayer, lowered } from "../../model/linear-layer.ts";
import { type Model, tensorOf } from "../../model/model.ts";
import type { Connection, Layer, PoolLayer } from "../../model/network.ts";
import { pixelMaps } from "../../model/preprocessing.ts";
import { asImageShape, inputId, sizeOf } from "../../model/shapes.ts";
import { known, planSimulation, type SimulationPlan } from "../../simulate/simulation-plan.ts";
import { type Range, union } from "./c-types.ts";

export type Flow = SpikeFlow | ValueFlow;

interface FlowBase {
  readonly size: number;
  /** Steps that are kept: one more than the longest delay it is read with. */
  readonly depth: number;
}

/** A list of indices a step; an index may stand in it several times. */
export interface SpikeFlow extends FlowBase {
  readonly kind: "spikes";
  /** Of a step, in all and of one index. */
  readonly mostEvents: number;
  readonly multiplicity: number;
}

/** A whole number for every place. */
export interface ValueFlow extends FlowBase {
  readonly kind: "values";
  /** The same at every step: computed once an image. */
  readonly isHeld: boolean;
  readonly range: Range;
}

export interface FlowPlan extends SimulationPlan {
  /** By layer id, and the input's under `"input"`; flatten layers have none, they are what they are fed. */
  readonly flows: ReadonlyMap<string, Flow>;
}

/** Where a connection really comes from, behind layers that only change shapes, and how late. */
export interface Source {
  readonly id: string;
  readonly delay: number;
}

/** Sums beyond are not exact in the simulator, which hands them on in float32. */
const mostExact = 2 ** 24;

/**
 * @param model - in integer arithmetic
 * @param inputRepeats - how often an input may stand in a step, for coding `events`
 * @throws {InvalidValueError} naming what cannot be simulated, or has sums that the simulator rounds
 */
export function planFlows(model: Model, inputRepeats: number): FlowPlan {
  const plan = planSimulation(model);
  const depths = depthsOf(model);
  const flows = new Map<string, Flow>();
  const add = (id: string, flow: DraftFlow): void => {
    flows.set(id, { ...flow, depth: depths.get(id) ?? 1 } as Flow);
  };
  add(inputId, inputFlow(model, inputRepeats));
  for (const layer of model.network.layers) {
    if (layer.kind !== "neuron") continue;
    const size = sizeOf(known(plan.shapes, layer.id));
    add(layer.id, { kind: "spikes", size, mostEvents: size, multiplicity: 1 });
  }
  for (const layer of model.network.layers) {
    if (layer.kind === "flatten" || layer.kind === "neuron") continue;
    const inputs = layer.inputs.map((connection) => arriving(flows, sourceOf(model, connection)));
    const flow = flowOf(plan, layer, inputs);
    if (flow.kind === "values") requireExact(layer, flow.range);
    add(layer.id, flow);
  }
  return { ...plan, flows };
}

/** A source's flow as it comes late: before, there is nothing. */
export function arriving(flows: ReadonlyMap<string, Flow>, { id, delay }: Source): Flow {
  const flow = known(flows, id);
  if (flow.kind === "spikes" || delay === 0) return flow;
  return { ...flow, isHeld: false, range: union(flow.range, { low: 0, high: 0 }) };
}

type DraftFlow = Omit<SpikeFlow, "depth"> | Omit<ValueFlow, "depth">;

export function sourceOf({ network }: Model, { from, delay }: Connection): Source {
  const layer = network.layers.find(({ id }) => id === from);
  if (layer?.kind !== "flatten") return { id: from, delay };
  const behind = sourceOf({ network } as Model, layer.inputs[0]);
  return { id: behind.id, delay: behind.delay + delay };
}

/** What a neuron layer, or an addition, gets from a source: spikes count 1 each. */
export function valueRange(flow: Flow): Range {
  return flow.kind === "values" ? flow.range : { low: 0, high: flow.multiplicity };
}

function depthsOf(model: Model): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const layer of model.network.layers) {
    if (layer.kind === "flatten") continue;
    for (const connection of layer.inputs) {
      const { id, delay } = sourceOf(model, connection);
      depths.set(id, Math.max(depths.get(id) ?? 1, delay + 1));
    }
  }
  return depths;
}

function inputFlow({ network, preprocessing, inference }: Model, repeats: number): DraftFlow {
  const size = sizeOf(network.inputShape);
  const coding = inference?.coding ?? "constant";
  if (coding !== "constant") {
    const multiplicity = coding === "events" ? repeats : 1;
    return { kind: "spikes", size, mostEvents: size * multiplicity, multiplicity };
  }
  const { maps } = pixelMaps(preprocessing, network.inputShape);
  const ends = maps.flatMap(({ scale, offset }) => [offset, 255 * scale + offset]);
  const range = { low: Math.min(...ends), high: Math.max(...ends) };
  return { kind: "values", size, isHeld: true, range };
}

function flowOf(plan: SimulationPlan, layer: Layer, inputs: readonly Flow[]): DraftFlow {
  const size = sizeOf(known(plan.shapes, layer.id));
  const [source] = inputs;
  if (isLinear(layer)) {
    const isHeld = source.kind === "values" && source.isHeld;
    return { kind: "values", size, isHeld, range: sumRange(plan, layer, valueRange(source)) };
  }
  switch (layer.kind) {
    case "averagePool":
    case "sumPool":
    case "maxPool":
      return pooled(layer, source, size);
    case "add":
      return added(inputs, size);
    case "concat":
      return joined(inputs, size);
    default:
      throw new RangeError(`no flow of ${layer.kind}`);
  }
}

/** From the least to the largest sum of any output when every input lies in its range or is silent. */
function sumRange(plan: SimulationPlan, linear: LinearLayer, input: Range): Range {
  const layer = lowered(linear);
  const weights = known(plan.weights, layer.id);
  const bias = tensorOf(plan.model, layer.id, "bias")?.data;
  const outputs = layer.kind === "dense" ? layer.units : layer.channels;
  const perOutput = weights.length / outputs;
  let range: Range | null = null;
  for (let o = 0; o < outputs; o++) {
    const start = bias?.[o] ?? 0;
    let [low, high] = [start, start];
    for (let k = o * perOutput; k < (o + 1) * perOutput; k++) {
      const products = [weights[k] * input.low, weights[k] * input.high];
      low += Math.min(0, ...products);
      high += Math.max(0, ...products);
    }
    range = range === null ? { low, high } : union(range, { low, high });
  }
  return range ?? { low: 0, high: 0 };
}

function pooled(layer: PoolLayer, source: Flow, size: number): DraftFlow {
  const area = layer.kernel[0] * layer.kernel[1];
  const isMax = layer.kind === "maxPool";
  if (source.kind === "spikes") {
    const multiplicity = source.multiplicity * (isMax ? 1 : area);
    return { kind: "spikes", size, mostEvents: size * multiplicity, multiplicity };
  }
  const factor = isMax ? 1 : area;
  const range = { low: source.range.low * factor, high: source.range.high * factor };
  return { kind: "values", size, isHeld: source.isHeld, range };
}

function added(inputs: readonly Flow[], size: number): DraftFlow {
  const sum = (of: (flow: Flow) => number): number => inputs.reduce((total, flow) => total + of(flow), 0);
  if (inputs.every(({ kind }) => kind === "spikes")) {
    return {
      kind: "spikes",
      size,
      mostEvents: sum((flow) => (flow.kind === "spikes" ? flow.mostEvents : 0)),
      multiplicity: sum((flow) => (flow.kind === "spikes" ? flow.multiplicity : 0)),
    };
  }
  // Partial sums start at 0.
  const range = {
    low: sum((flow) => Math.min(0, valueRange(flow).low)),
    high: sum((flow) => Math.max(0, valueRange(flow).high)),
  };
  return {
    kind: "values",
    size,
    isHeld: inputs.every((flow) => flow.kind === "values" && flow.isHeld),
    range,
  };
}

function joined(inputs: readonly Flow[], size: number): DraftFlow {
  if (inputs.every((flow) => flow.kind === "spikes")) {
    return {
      kind: "spikes",
      size,
      mostEvents: inputs.reduce((sum, flow) => sum + flow.mostEvents, 0),
      multiplicity: Math.max(...inputs.map((flow) => flow.multiplicity)),
    };
  }
  const range = inputs.map(valueRange).reduce(union);
  return {
    kind: "values",
    size,
    isHeld: inputs.every((flow) => flow.kind === "values" && flow.isHeld),
    range,
  };
}

function requireExact({ id, kind }: Layer, { low, high }: Range): void {
  const largest = Math.max(-low, high);
  if (largest <= mostExact) return;
  throw new InvalidValueError(
    `layer ${JSON.stringify(id)} (${kind})`,
    `must have sums of at most ${mostExact}, which the simulator holds exactly`,
    `sums up to ${largest}`,
    "Use fewer bits for weights or input, or a smaller layer.",
  );
}

/** Channels and what one channel holds, of a layer's output. */
export function planesOf(plan: SimulationPlan, id: string): readonly [channels: number, plane: number] {
  const shape = id === inputId ? plan.model.network.inputShape : known(plan.shapes, id);
  const [channels, height, width] = asImageShape(shape);
  return [channels, height * width];
}
