// The simulator in the plainest terms: one image, one step, one neuron after the other.
//
// It defines what is correct; every test of the fast simulator is a comparison with it, bit for bit.
// Float32 rounding stands where it happens. Per step, layers in order:
//
//   dense, conv2d  I ← Σ w over spikes, in the order of the list, one float32 addition each;
//                  I ← worth · I;  I ← I + bias.  (Held input: Σ w · x over x ≠ 0, ascending.)
//   neuron         v ← leak · v + I;  spike if v ≥ threshold;  then v − threshold, or 0.
//   averagePool    every spike goes on to the windows it lies in, worth 1/window each.
//   maxPool        a spike goes on to the windows whose input with most spikes so far it comes from
//                  (this step's included, the lowest index among equals).
//   add            the first input's spikes, then the second's, …; concat likewise, moved up.
//
// A NaN potential never fires, for good. NaN weights only reach neurons through spikes.
// Lists are ordered by the neurons that fired, also behind pools.

import { heldValues } from "../coding/constant.ts";
import { firesAt } from "../coding/spike-code.ts";
import { spikeCodes } from "../coding/spike-codes.ts";
import { imageSeed, spikeDraw } from "../coding/spike-draw.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { Conv2dLayer, DenseLayer, Layer, NeuronLayer, PoolLayer, Shape } from "../model/network.ts";
import { asImageShape, inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { fires } from "../neuron/neuron-model.ts";
import { neurons } from "../neuron/neurons.ts";
import { resets } from "../neuron/reset.ts";
import { decide } from "./decide.ts";
import { createTally, type LayerTally } from "./layer-tally.ts";
import { type Signal, signalKinds } from "./signal-kinds.ts";
import type { SimulationRequest } from "./simulation-request.ts";
import type { SimulationResult } from "./simulation-result.ts";

const { fround } = Math;

/** Spikes of one step as a list of indices, or real values. */
type Flow = { readonly spikes: readonly number[] } | { readonly values: Float32Array };

interface Network {
  readonly model: Model;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly signals: ReadonlyMap<string, Signal>;
  readonly tallies: ReadonlyMap<string, LayerTally>;
}

/** What one image has in memory. */
interface ImageState {
  readonly potentials: ReadonlyMap<string, Float32Array>;
  /** Spikes so far, of neuron layers by neuron and of maxPool layers by input. */
  readonly spikeCounts: ReadonlyMap<string, Int32Array>;
  operations: number;
}

/** Run a spiking network without kernels. @throws {InvalidValueError} as `createSimulator` does */
export function simulateScalar(model: Model, request: SimulationRequest): SimulationResult {
  const network = prepare(model);
  const steps = model.inference?.steps ?? 0;
  const correctPerStep = new Array<number>(steps).fill(0);
  const predictions = new Uint8Array(request.count);
  const operationsPerImage = new Float64Array(request.count);
  for (let i = 0; i < request.count; i++) {
    const label = request.labels[request.firstImage + i];
    const { decisions, operations } = runImage(network, steps, request, request.firstImage + i);
    decisions.forEach((decision, t) => {
      if (decision === label) correctPerStep[t]++;
    });
    predictions[i] = decisions[steps - 1];
    operationsPerImage[i] = operations;
  }
  const layers = [...network.tallies.values()];
  return { images: request.count, steps, correctPerStep, predictions, operationsPerImage, layers };
}

function prepare(model: Model): Network {
  const shapes = inferShapes(model.network);
  const signals = signalKinds(model);
  const tallies = new Map<string, LayerTally>();
  for (const layer of model.network.layers) {
    if (layer.kind === "neuron") {
      tallies.set(layer.id, createTally(layer, "none", sizeOf(known(shapes, layer.id))));
    } else if (layer.kind === "dense" || layer.kind === "conv2d") {
      const source = known(signals, layer.inputs[0].from);
      tallies.set(layer.id, createTally(layer, source.kind === "held" ? "analog" : "events", 0));
    }
  }
  return { model, shapes, signals, tallies };
}

function runImage(
  network: Network,
  steps: number,
  request: SimulationRequest,
  image: number,
): { decisions: number[]; operations: number } {
  const { model, shapes } = network;
  const state = createState(network);
  const scores = new Float32Array(model.classes.length);
  const decisions: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const flows = new Map<string, Flow>([[inputId, inputFlow(model, request, image, step)]]);
    for (const layer of model.network.layers)
      flows.set(layer.id, advance(network, state, layer, flows, step));
    const output = known(flows, model.network.output);
    if ("spikes" in output) for (const c of output.spikes) scores[c]++;
    else for (let c = 0; c < scores.length; c++) scores[c] += output.values[c];
    decisions.push(decide(scores, 0, scores.length));
  }
  for (const layer of model.network.layers) {
    const tally = network.tallies.get(layer.id);
    if (tally === undefined) continue;
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      const inputs = sizeOf(known(shapes, layer.inputs[0].from));
      for (let i = 0; i < inputs; i++) tally.denseProducts += synapses(network, layer, i).length;
    }
    known(state.spikeCounts, layer.id, new Int32Array()).forEach((count, i) => {
      if (layer.kind !== "neuron") return;
      if (count > 0) tally.everFired[i] = 1;
      if (count === steps) tally.everSaturated[i] = 1;
    });
  }
  return { decisions, operations: state.operations };
}

function createState({ model, shapes }: Network): ImageState {
  const potentials = new Map<string, Float32Array>();
  const spikeCounts = new Map<string, Int32Array>();
  for (const layer of model.network.layers) {
    const size = sizeOf(known(shapes, layer.kind === "maxPool" ? layer.inputs[0].from : layer.id));
    if (layer.kind === "neuron" || layer.kind === "maxPool") spikeCounts.set(layer.id, new Int32Array(size));
    if (layer.kind !== "neuron") continue;
    const initial = tensorOf(model, layer.id, "initialPotential")?.data[0] ?? 0;
    potentials.set(layer.id, new Float32Array(size).fill(initial));
  }
  return { potentials, spikeCounts, operations: 0 };
}

function inputFlow(
  { network, preprocessing, inference }: Model,
  request: SimulationRequest,
  image: number,
  step: number,
): Flow {
  const count = sizeOf(network.inputShape);
  const pixels = request.pixels.subarray(image * count, (image + 1) * count);
  const { coding, steps } = inference ?? { coding: "constant", steps: 0 };
  if (coding === "constant") {
    const held = heldValues(preprocessing);
    return { values: Float32Array.from(pixels, (pixel) => held[pixel]) };
  }
  const seed = imageSeed(request, image);
  const spikes: number[] = [];
  pixels.forEach((pixel, i) => {
    const x = pixel * preprocessing.scale + preprocessing.offset;
    if (firesAt(spikeCodes[coding], { x, step, steps }, spikeDraw(seed, step, i))) spikes.push(i);
  });
  return { spikes };
}

function advance(
  network: Network,
  state: ImageState,
  layer: Layer,
  flows: ReadonlyMap<string, Flow>,
  step: number,
): Flow {
  const inputs = layer.inputs.map(({ from }) => known(flows, from));
  switch (layer.kind) {
    case "dense":
    case "conv2d":
      return sum(network, state, layer, inputs[0], step);
    case "neuron":
      return "values" in inputs[0] ? charge(network, state, layer, inputs[0].values) : inputs[0];
    case "averagePool":
      return averagePool(network, layer, inputs[0]);
    case "maxPool":
      return maxPool(network, state, layer, inputs[0]);
    case "add":
      return { spikes: inputs.flatMap((flow) => ("spikes" in flow ? flow.spikes : [])) };
    case "concat": {
      let before = 0;
      const spikes: number[] = [];
      inputs.forEach((flow, i) => {
        if ("spikes" in flow) for (const spike of flow.spikes) spikes.push(before + spike);
        before += sizeOf(known(network.shapes, layer.inputs[i].from));
      });
      return { spikes };
    }
    default:
      return inputs[0];
  }
}

/** Synapses of input i as [output, weight index], by ascending output. */
function synapses(
  { shapes }: Network,
  layer: DenseLayer | Conv2dLayer,
  i: number,
): (readonly [number, number])[] {
  const input = asImageShape(known(shapes, layer.inputs[0].from));
  const found: (readonly [number, number])[] = [];
  if (layer.kind === "dense") {
    for (let o = 0; o < layer.units; o++) found.push([o, o * input[0] + i]);
    return found;
  }
  const [channels, height, width] = asImageShape(known(shapes, layer.id));
  const [kernelHeight, kernelWidth] = layer.kernel;
  const [channel, y, x] = placeOf(i, input);
  const inGroup = input[0] / layer.groups;
  for (let c = 0; c < channels; c++) {
    if (Math.floor(c / (channels / layer.groups)) !== Math.floor(channel / inGroup)) continue;
    for (let oy = 0; oy < height; oy++) {
      const ky = y + layer.padding[0] - oy * layer.stride[0];
      if (ky < 0 || ky >= kernelHeight) continue;
      for (let ox = 0; ox < width; ox++) {
        const kx = x + layer.padding[1] - ox * layer.stride[1];
        if (kx < 0 || kx >= kernelWidth) continue;
        const weight = ((c * inGroup + (channel % inGroup)) * kernelHeight + ky) * kernelWidth + kx;
        found.push([(c * height + oy) * width + ox, weight]);
      }
    }
  }
  return found;
}

function sum(
  network: Network,
  state: ImageState,
  layer: DenseLayer | Conv2dLayer,
  input: Flow,
  step: number,
): Flow {
  const { model, shapes, signals, tallies } = network;
  const weights = tensorOf(model, layer.id, "weight")?.data ?? [];
  const bias = tensorOf(model, layer.id, "bias")?.data;
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
    for (const i of input.spikes) operations += receive(i, 1);
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
    if (source.kind === "spikes") values[o] *= source.worth;
    if (bias !== undefined) values[o] += bias[Math.floor(o / perChannel)];
  }
  return { values };
}

function charge(
  { model, tallies }: Network,
  state: ImageState,
  layer: NeuronLayer,
  current: Float32Array,
): Flow {
  const v = known(state.potentials, layer.id);
  const counts = known(state.spikeCounts, layer.id);
  const tally = known(tallies, layer.id);
  const thresholds = tensorOf(model, layer.id, "threshold")?.data ?? [];
  const leak = layer.model === "lif" ? (tensorOf(model, layer.id, "leak")?.data[0] ?? 1) : 1;
  const spikes: number[] = [];
  for (let i = 0; i < v.length; i++) {
    const threshold = thresholds[thresholds.length === 1 ? 0 : i];
    v[i] = neurons[layer.model].charge(v[i], current[i], { leak });
    if (v[i] < tally.potentialLow) tally.potentialLow = v[i];
    if (v[i] > tally.potentialHigh) tally.potentialHigh = v[i];
    if (!fires(v[i], threshold)) continue;
    v[i] = resets[layer.reset](v[i], threshold);
    spikes.push(i);
    counts[i]++;
  }
  tally.neuronUpdates += v.length;
  tally.spikes += spikes.length;
  return { spikes };
}

/** Windows that input i lies in, ascending. */
function windowsOf({ shapes }: Network, layer: PoolLayer, i: number): number[] {
  const [, y, x] = placeOf(i, asImageShape(known(shapes, layer.inputs[0].from)));
  const output = asImageShape(known(shapes, layer.id));
  const channel = placeOf(i, asImageShape(known(shapes, layer.inputs[0].from)))[0];
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

function averagePool(network: Network, layer: PoolLayer, input: Flow): Flow {
  if ("spikes" in input) return { spikes: input.spikes.flatMap((i) => windowsOf(network, layer, i)) };
  const values = new Float32Array(sizeOf(known(network.shapes, layer.id)));
  input.values.forEach((x, i) => {
    for (const window of windowsOf(network, layer, i)) values[window] += x;
  });
  const share = fround(1 / (layer.kernel[0] * layer.kernel[1]));
  return { values: values.map((total) => total * share) };
}

function maxPool(network: Network, state: ImageState, layer: PoolLayer, input: Flow): Flow {
  const size = sizeOf(known(network.shapes, layer.id));
  if ("values" in input) {
    const values = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
    input.values.forEach((x, i) => {
      for (const window of windowsOf(network, layer, i)) values[window] = Math.max(values[window], x);
    });
    return { values };
  }
  const counts = known(state.spikeCounts, layer.id);
  for (const i of input.spikes) counts[i]++;
  const leader = new Int32Array(size).fill(-1);
  counts.forEach((count, i) => {
    for (const window of windowsOf(network, layer, i)) {
      if (leader[window] < 0 || count > counts[leader[window]]) leader[window] = i;
    }
  });
  return { spikes: input.spikes.flatMap((i) => windowsOf(network, layer, i).filter((w) => leader[w] === i)) };
}

function placeOf(i: number, [, height, width]: readonly number[]): readonly [number, number, number] {
  return [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
}

function known<V>(map: ReadonlyMap<string, V>, id: string, otherwise?: V): V {
  const value = map.get(id) ?? otherwise;
  if (value === undefined) throw new RangeError(`no ${id}`);
  return value;
}
