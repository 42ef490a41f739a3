// One layer over one step of one image, in the plainest terms: the layers of the scalar simulator.
//
//   dense, conv    I ← Σ w over spikes (Σ w · x where spikes have a worth of their own, or over held
//                  x ≠ 0), in the order of the list, one float32 addition each; I ← worth · I + bias
//   neuron         scalar-neurons.ts; the current may be sums, held input, or spikes' worths
//   averagePool    every spike goes on to the windows it lies in, worth 1/window each; sumPool: worth 1
//   maxPool        a spike goes on to the windows whose input with most spikes so far it comes from
//                  (this step's included, negative ones subtracted, the lowest index among equals)
//                  of ttfs spikes: the first spike of a window goes on, the lowest index among equals
//   pools of sums  and of held input: sum of the window · 1/window, sum, or maximum
//   add            spikes: the first input's, then the second's, …; sums: elementwise in that order; a gain
//                  multiplies its input first
//   concat         likewise, moved up
//   batchNorm      of every step for itself: step-norm.ts
//
// A NaN potential never fires, for good. NaN weights only reach neurons through spikes.
// Lists are ordered by the neurons that fired, also behind pools.

import { type LinearLayer, lowered } from "../model/linear-layer.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { BatchNormLayer, Layer, NeuronLayer, PoolLayer, Shape } from "../model/network.ts";
import { asImageShape, sizeOf } from "../model/shapes.ts";
import { type Disturb, disturbedSpikes } from "./disturbance.ts";
import type { LayerTally } from "./layer-tally.ts";
import type { NeuronValueName, NeuronValues } from "./neuron-values.ts";
import { type CellState, chargeNeurons, createCell } from "./scalar-neurons.ts";
import { inputGain, poolShare, type Signal } from "./signal-kinds.ts";
import { known } from "./simulation-plan.ts";
import { isTtfsNetwork } from "./spike-windows.ts";
import { normaliseStep, stepNormFactors } from "./step-norm.ts";
import type { WarmUpPlan } from "./warm-up-plan.ts";

const { fround } = Math;

/** Spikes of one step as a list of indices, with worths where each has its own; or real values. */
export type Flow =
  | { readonly spikes: readonly number[]; readonly worths?: readonly number[] }
  | { readonly values: Float32Array };

export interface ScalarNetwork {
  readonly model: Model;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly signals: ReadonlyMap<string, Signal>;
  readonly tallies: ReadonlyMap<string, LayerTally>;
  readonly neurons: ReadonlyMap<string, Readonly<Record<NeuronValueName, NeuronValues>>>;
  readonly warmUp: WarmUpPlan | null;
  readonly disturb?: Disturb | undefined;
}

/** What one image has in memory. */
export interface ImageState {
  readonly neurons: ReadonlyMap<string, readonly CellState[]>;
  /** Spikes so far, negative ones subtracted, of neuron layers by neuron and of maxPool layers by input. */
  readonly spikeCounts: ReadonlyMap<string, Int32Array>;
  operations: number;
}

export function createState({ model, shapes, neurons }: ScalarNetwork): ImageState {
  const states = new Map<string, CellState[]>();
  const spikeCounts = new Map<string, Int32Array>();
  for (const layer of model.network.layers) {
    const size = sizeOf(known(shapes, layer.kind === "maxPool" ? layer.inputs[0].from : layer.id));
    if (layer.kind === "neuron" || layer.kind === "maxPool") spikeCounts.set(layer.id, new Int32Array(size));
    if (layer.kind !== "neuron") continue;
    const initial = known(neurons, layer.id).initialPotential.values;
    states.set(layer.id, Array.from(initial, createCell));
  }
  return { neurons: states, spikeCounts, operations: 0 };
}

/** What arrives before a delay has passed. */
export function silence(signal: Signal, size: number): Flow {
  return signal.kind === "spikes" ? { spikes: [] } : { values: new Float32Array(size) };
}

export function advance(
  network: ScalarNetwork,
  state: ImageState,
  layer: Layer,
  inputs: readonly Flow[],
  step: number,
): Flow {
  switch (layer.kind) {
    case "dense":
    case "conv1d":
    case "conv2d":
      return sum(network, state, layer, inputs[0], step);
    case "neuron":
      return charge(network, state, layer, asValues(network, layer, 0, inputs[0]), step);
    case "averagePool":
    case "sumPool":
    case "maxPool":
      return "values" in inputs[0]
        ? poolValues(network, layer, inputs[0].values)
        : poolSpikes(network, state, layer, inputs[0], step);
    case "add":
      return add(network, layer, inputs);
    case "concat":
      return concat(network, layer, inputs);
    case "batchNorm":
      return normalise(network, layer, asValues(network, layer, 0, inputs[0]), step);
    default:
      return inputs[0];
  }
}

function normalise(
  { model, shapes }: ScalarNetwork,
  layer: BatchNormLayer,
  x: Float32Array,
  step: number,
): Flow {
  const values = new Float32Array(x.length);
  const [channels] = known(shapes, layer.id);
  const place = { step: step - 1, channels, size: x.length };
  normaliseStep(stepNormFactors(model, layer), place, x, values);
  return { values };
}

/** Synapses of input i as [output, weight index], by ascending output. */
export function synapses(
  { shapes }: ScalarNetwork,
  linear: LinearLayer,
  i: number,
): (readonly [number, number])[] {
  const layer = lowered(linear);
  const input = asImageShape(known(shapes, layer.inputs[0].from));
  const found: (readonly [number, number])[] = [];
  if (layer.kind === "dense") {
    for (let o = 0; o < layer.units; o++) found.push([o, o * input[0] + i]);
    return found;
  }
  const [channels, height, width] = asImageShape(known(shapes, layer.id));
  const { kernel, stride, padding, dilation = [1, 1], groups } = layer;
  const [channel, y, x] = placeOf(i, input);
  const inGroup = input[0] / groups;
  /** The tap that joins an input to an output along one axis, or none. */
  const tap = (place: number, output: number, axis: 0 | 1): number | undefined => {
    const k = (place + padding[axis] - output * stride[axis]) / dilation[axis];
    return Number.isInteger(k) && k >= 0 && k < kernel[axis] ? k : undefined;
  };
  for (let c = 0; c < channels; c++) {
    if (Math.floor(c / (channels / groups)) !== Math.floor(channel / inGroup)) continue;
    for (let oy = 0; oy < height; oy++) {
      const ky = tap(y, oy, 0);
      if (ky === undefined) continue;
      for (let ox = 0; ox < width; ox++) {
        const kx = tap(x, ox, 1);
        if (kx === undefined) continue;
        const weight = ((c * inGroup + (channel % inGroup)) * kernel[0] + ky) * kernel[1] + kx;
        found.push([(c * height + oy) * width + ox, weight]);
      }
    }
  }
  return found;
}

function sum(network: ScalarNetwork, state: ImageState, layer: LinearLayer, input: Flow, step: number): Flow {
  const { model, shapes, signals, tallies, disturb } = network;
  const stored = (name: "weight" | "bias"): ArrayLike<number> | undefined => {
    const data = tensorOf(model, layer.id, name)?.data;
    if (data === undefined || disturb === undefined) return data;
    return Array.from(data, (value, i) => disturb(name, layer.id, i, step - 1, value));
  };
  const weights = stored("weight") ?? [];
  const bias = stored("bias");
  const source = known(signals, layer.inputs[0].from);
  const tally = known(tallies, layer.id);
  const values = new Float32Array(sizeOf(known(shapes, layer.id)));
  const receive = (i: number, x: number): number => {
    const targets = synapses(network, layer, i);
    for (const [o, w] of targets) values[o] += fround(weights[w] * x);
    return targets.length;
  };
  let operations = 0;
  if ("spikes" in input) {
    input.spikes.forEach((i, k) => {
      operations += receive(i, input.worths?.[k] ?? 1);
    });
    tally.inputEvents += input.spikes.length;
    tally.synapticAdditions += operations;
  } else {
    input.values.forEach((x, i) => {
      if (x !== 0) operations += receive(i, x);
    });
    // Held input is presented once; later steps add the same current again.
    if (step > 1) operations = 0;
    tally.analogProducts += operations;
  }
  state.operations += operations;
  const perChannel = layer.kind === "dense" ? 1 : values.length / layer.channels;
  for (let o = 0; o < values.length; o++) {
    if (source.kind === "spikes" && source.worth !== "own") values[o] *= source.worth;
    if (bias !== undefined) values[o] += bias[Math.floor(o / perChannel)];
  }
  return { values };
}

function charge(
  { model, tallies, neurons, warmUp, disturb }: ScalarNetwork,
  state: ImageState,
  layer: NeuronLayer,
  current: Float32Array,
  step: number,
): Flow {
  const cells = known(state.neurons, layer.id);
  const context = {
    model,
    layer,
    values: known(neurons, layer.id),
    warmUp,
    tally: known(tallies, layer.id),
    cells,
    counts: known(state.spikeCounts, layer.id),
    disturb,
  };
  const found = chargeNeurons(context, current, step - 1);
  if (layer.emits === "potential") return { values: Float32Array.from(cells, ({ potential }) => potential) };
  const spikes = found.map(([i]) => i);
  if (disturb !== undefined && !layer.isSigned)
    return { spikes: disturbedSpikes(disturb, "spike", layer.id, cells.length, step - 1, spikes) };
  return layer.isSigned ? { spikes, worths: found.map(([, worth]) => worth) } : { spikes };
}

/** Windows that input i lies in, ascending. */
function windowsOf({ shapes }: ScalarNetwork, layer: PoolLayer, i: number): number[] {
  const [channel, y, x] = placeOf(i, asImageShape(known(shapes, layer.inputs[0].from)));
  const output = asImageShape(known(shapes, layer.id));
  const found: number[] = [];
  for (let oy = 0; oy < output[1]; oy++) {
    for (let ox = 0; ox < output[2]; ox++) {
      const inside = [y - oy * layer.stride[0], x - ox * layer.stride[1]];
      if (inside.every((offset, axis) => offset >= 0 && offset < layer.kernel[axis])) {
        found.push((channel * output[1] + oy) * output[2] + ox);
      }
    }
  }
  return found;
}

function poolSpikes(
  network: ScalarNetwork,
  state: ImageState,
  layer: PoolLayer,
  flow: Extract<Flow, { spikes: unknown }>,
  step: number,
): Flow {
  const { spikes, worths } = flow;
  const leader = layer.kind === "maxPool" ? leadersOf(network, state, layer, flow, step) : null;
  const passed: number[] = [];
  const passedWorths: number[] = [];
  spikes.forEach((i, k) => {
    for (const window of windowsOf(network, layer, i)) {
      if (leader !== null && leader[window] !== i) continue;
      passed.push(window);
      if (worths) passedWorths.push(fround(worths[k] * poolShare(layer)));
    }
  });
  return worths ? { spikes: passed, worths: passedWorths } : { spikes: passed };
}

/** The input with most spikes so far of every window; those of negative worth are subtracted. */
function leadersOf(
  network: ScalarNetwork,
  state: ImageState,
  layer: PoolLayer,
  { spikes, worths }: Extract<Flow, { spikes: unknown }>,
  step: number,
): Int32Array {
  const counts = known(state.spikeCounts, layer.id);
  if (isTtfsNetwork(network.model)) return firstOf(network, layer, spikes, counts);
  if (network.warmUp?.starts.includes(step - 1)) counts.fill(0);
  spikes.forEach((i, k) => {
    counts[i] += (worths?.[k] ?? 1) < 0 ? -1 : 1;
  });
  const leader = new Int32Array(sizeOf(known(network.shapes, layer.id))).fill(-1);
  counts.forEach((count, i) => {
    for (const window of windowsOf(network, layer, i)) {
      if (leader[window] < 0 || count > counts[leader[window]]) leader[window] = i;
    }
  });
  return leader;
}

/** The input whose spike is the first of a window, for windows without an earlier one. */
function firstOf(
  network: ScalarNetwork,
  layer: PoolLayer,
  spikes: readonly number[],
  counts: Int32Array,
): Int32Array {
  const blocked = new Set<number>();
  counts.forEach((count, i) => {
    if (count > 0) for (const window of windowsOf(network, layer, i)) blocked.add(window);
  });
  const first = new Int32Array(sizeOf(known(network.shapes, layer.id))).fill(-1);
  for (const i of spikes) {
    counts[i]++;
    for (const window of windowsOf(network, layer, i))
      if (first[window] < 0 && !blocked.has(window)) first[window] = i;
  }
  return first;
}

function poolValues(network: ScalarNetwork, layer: PoolLayer, input: Float32Array): Flow {
  const size = sizeOf(known(network.shapes, layer.id));
  const isMax = layer.kind === "maxPool";
  const values = new Float32Array(size).fill(isMax ? Number.NEGATIVE_INFINITY : 0);
  input.forEach((x, i) => {
    for (const window of windowsOf(network, layer, i)) {
      values[window] = isMax ? Math.max(values[window], x) : values[window] + x;
    }
  });
  return { values: isMax ? values : values.map((total) => total * poolShare(layer)) };
}

/** Values, or what spikes add up to: every one its worth, in the order of the list. */
function asValues({ shapes, signals }: ScalarNetwork, layer: Layer, place: number, flow: Flow): Float32Array {
  if ("values" in flow) return flow.values;
  const { from } = layer.inputs[place];
  const signal = known(signals, from);
  const values = new Float32Array(sizeOf(known(shapes, from)));
  const worth = signal.kind === "spikes" && signal.worth !== "own" ? signal.worth : 1;
  flow.spikes.forEach((i, k) => {
    values[i] += flow.worths?.[k] ?? worth;
  });
  return values;
}

/** Values and worths times an addition's gain, each rounded before anything is added. */
function timesGain(network: ScalarNetwork, layer: Layer, place: number, flow: Flow): Flow {
  const { from } = layer.inputs[place];
  const positions = sizeOf(known(network.shapes, from)) / known(network.shapes, from)[0];
  const gains = inputGain(network.model, layer, place);
  const gainAt = (i: number): number =>
    typeof gains === "number" ? gains : gains[Math.floor(i / positions)];
  if ("values" in flow) return { values: flow.values.map((x, i) => gainAt(i) * x) };
  const source = known(network.signals, from);
  const worth = source.kind === "spikes" && source.worth !== "own" ? source.worth : 1;
  const worths = flow.spikes.map((i, k) => fround(gainAt(i) * (flow.worths?.[k] ?? worth)));
  return { spikes: flow.spikes, worths };
}

function add(network: ScalarNetwork, layer: Layer, inputs: readonly Flow[]): Flow {
  if (known(network.signals, layer.id).kind === "spikes") return joinSpikes(network, layer, inputs, false);
  const total = new Float32Array(sizeOf(known(network.shapes, layer.id)));
  inputs.forEach((flow, k) => {
    const part = timesGain(network, layer, k, flow);
    if ("values" in part) {
      part.values.forEach((x, i) => {
        total[i] += x;
      });
    } else {
      part.spikes.forEach((i, n) => {
        total[i] += part.worths?.[n] ?? 0;
      });
    }
  });
  return { values: total };
}

function concat(network: ScalarNetwork, layer: Layer, inputs: readonly Flow[]): Flow {
  if (known(network.signals, layer.id).kind === "spikes") return joinSpikes(network, layer, inputs, true);
  return {
    values: Float32Array.from(inputs.flatMap((flow) => ("values" in flow ? Array.from(flow.values) : []))),
  };
}

function joinSpikes(network: ScalarNetwork, layer: Layer, inputs: readonly Flow[], isConcat: boolean): Flow {
  const { shapes, signals } = network;
  const signal = known(signals, layer.id);
  const isOwn = signal.kind === "spikes" && signal.worth === "own";
  const spikes: number[] = [];
  const worths: number[] = [];
  let before = 0;
  inputs.forEach((flow, k) => {
    const part = timesGain(network, layer, k, flow);
    if ("spikes" in part) {
      for (const spike of part.spikes) spikes.push(before + spike);
      worths.push(...(part.worths ?? []));
    }
    if (isConcat) before += sizeOf(known(shapes, layer.inputs[k].from));
  });
  return isOwn ? { spikes, worths } : { spikes };
}

function placeOf(i: number, [, height, width]: readonly number[]): readonly [number, number, number] {
  return [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
}
