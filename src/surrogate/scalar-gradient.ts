// Backpropagation through time in the plainest terms: float64, one image, one step, one neuron after the other.
//
// It defines what the engine's derivatives are; and it can run the smoothed network, in which a spike is the
// surrogate's primitive P(v − θ). That network has true derivatives, which difference quotients confirm. Every
// operation leaves on a tape what takes its derivative; the tape is played backwards.

import { InvalidValueError } from "../base/errors.ts";
import { isLinear, lowered } from "../model/linear-layer.ts";
import type { Layer, NeuronLayer, PoolLayer, Shape } from "../model/network.ts";
import { asImageShape, inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { scalarNeurons } from "./scalar-neurons.ts";
import {
  type Node,
  node,
  type ScalarGradient,
  type ScalarGradientOptions,
  type Tape,
} from "./scalar-tape.ts";

/** @throws {InvalidValueError} for layers the scalar network has not: batch norm, relu, max pools of spikes */
export function scalarGradient(options: ScalarGradientOptions): ScalarGradient {
  const { model, parameters, input, lossOf } = options;
  const gradient = Object.fromEntries(
    Object.entries(parameters).map(([name, own]) => [name, new Float64Array(own.length)]),
  );
  const tape: Tape = { options, shapes: inferShapes(model.network), gradient, back: [] };
  const neurons = new Map(
    model.network.layers
      .filter((layer): layer is NeuronLayer => layer.kind === "neuron")
      .map((layer) => [layer.id, scalarNeurons(tape, layer)]),
  );
  const history: Map<string, Node>[] = [];
  const { output } = model.network;
  const isAccumulated = model.network.layers.find(({ id }) => id === output)?.kind !== "neuron";
  const outputs: Float64Array[] = [];
  input.forEach((x, step) => {
    const now = new Map<string, Node>([[inputId, { x, d: new Float64Array(x.length) }]]);
    history.push(now);
    for (const layer of model.network.layers) {
      const inputs = layer.inputs.map(({ from, delay }) => delayed(tape, history, { from, delay, step }));
      const own = neurons.get(layer.id);
      now.set(layer.id, own === undefined ? advance(tape, layer, inputs) : own(inputs[0], step));
    }
    const given = (now.get(output) as Node).x.slice();
    const before = outputs.at(-1);
    if (isAccumulated && before !== undefined) for (let j = 0; j < given.length; j++) given[j] += before[j];
    outputs.push(given);
  });
  lossOf(outputs).forEach((derivatives, t) => {
    for (let step = isAccumulated ? 0 : t; step <= t; step++)
      addTo((history[step].get(output) as Node).d, derivatives);
  });
  for (const back of tape.back.reverse()) back();
  return { outputs, gradient };
}

function delayed(
  { options: { truncation }, shapes }: Tape,
  history: readonly ReadonlyMap<string, Node>[],
  { from, delay, step }: { readonly from: string; readonly delay: number; readonly step: number },
): Node {
  if (step < delay) return node(sizeOf(shapes.get(from) ?? []));
  const source = history[step - delay].get(from) as Node;
  const isCut = truncation > 0 && Math.floor(step / truncation) !== Math.floor((step - delay) / truncation);
  return isCut ? { x: source.x, d: new Float64Array(source.d.length) } : source;
}

function advance(tape: Tape, layer: Layer, inputs: readonly Node[]): Node {
  if (isLinear(layer)) return linear(tape, layer, inputs[0]);
  switch (layer.kind) {
    case "flatten":
      return inputs[0];
    case "averagePool":
    case "sumPool":
    case "maxPool":
      return pool(tape, layer, inputs[0]);
    case "add":
    case "concat":
      return join(tape, layer, inputs);
    default:
      throw new InvalidValueError(`layer "${layer.id}"`, "must be known to the scalar network", layer.kind);
  }
}

function linear(
  tape: Tape,
  linearLayer: Extract<Layer, { kind: "dense" | "conv1d" | "conv2d" }>,
  input: Node,
): Node {
  const { gradient, shapes, options, back } = tape;
  const layer = lowered(linearLayer);
  const weight = options.parameters[`${layer.id}.weight`];
  const dweight = gradient[`${layer.id}.weight`];
  const [bias, dbias] = [options.parameters[`${layer.id}.bias`], gradient[`${layer.id}.bias`]];
  const output = node(sizeOf(shapes.get(layer.id) ?? []));
  const channels = layer.kind === "dense" ? layer.units : layer.channels;
  const positions = output.x.length / channels;
  const taps = tapsOf(layer, shapes);
  taps((o, i, w) => {
    output.x[o] += weight[w] * input.x[i];
  });
  for (let o = 0; bias !== undefined && o < output.x.length; o++)
    output.x[o] += bias[Math.floor(o / positions)];
  back.push(() => {
    taps((o, i, w) => {
      dweight[w] += output.d[o] * input.x[i];
      input.d[i] += output.d[o] * weight[w];
    });
    for (let o = 0; dbias !== undefined && o < output.d.length; o++)
      dbias[Math.floor(o / positions)] += output.d[o];
  });
  return output;
}

/** All (output, input, weight) triples of a layer. */
function tapsOf(
  layer: ReturnType<typeof lowered>,
  shapes: ReadonlyMap<string, Shape>,
): (visit: (output: number, input: number, weight: number) => void) => void {
  const [inputs, height, width] = asImageShape(shapes.get(layer.inputs[0].from) ?? []);
  const [channels, outHeight, outWidth] = asImageShape(shapes.get(layer.id) ?? []);
  if (layer.kind === "dense") {
    return (visit) => {
      for (let o = 0; o < channels; o++) for (let i = 0; i < inputs; i++) visit(o, i, o * inputs + i);
    };
  }
  const { kernel, stride, padding, groups } = layer;
  const perGroup = inputs / groups;
  return (visit) => {
    for (let c = 0; c < channels; c++) {
      const group = Math.floor(c / (channels / groups));
      for (let k = 0; k < perGroup * kernel[0] * kernel[1]; k++) {
        const [kx, ky] = [k % kernel[1], Math.floor(k / kernel[1]) % kernel[0]];
        const channel = group * perGroup + Math.floor(k / (kernel[0] * kernel[1]));
        for (let place = 0; place < outHeight * outWidth; place++) {
          const y = Math.floor(place / outWidth) * stride[0] + ky - padding[0];
          const x = (place % outWidth) * stride[1] + kx - padding[1];
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          const weight = c * perGroup * kernel[0] * kernel[1] + k;
          visit(c * outHeight * outWidth + place, (channel * height + y) * width + x, weight);
        }
      }
    }
  };
}

function pool({ shapes, back }: Tape, layer: PoolLayer, input: Node): Node {
  const [, height, width] = asImageShape(shapes.get(layer.inputs[0].from) ?? []);
  const [channels, outHeight, outWidth] = asImageShape(shapes.get(layer.id) ?? []);
  const output = node(channels * outHeight * outWidth);
  const { kernel, stride } = layer;
  const share = layer.kind === "averagePool" ? 1 / (kernel[0] * kernel[1]) : 1;
  output.x.forEach((_, o) => {
    const [c, y, x] = [
      Math.floor(o / (outHeight * outWidth)),
      Math.floor(o / outWidth) % outHeight,
      o % outWidth,
    ];
    const places: number[] = [];
    for (let ky = 0; ky < kernel[0]; ky++)
      for (let kx = 0; kx < kernel[1]; kx++)
        places.push((c * height + y * stride[0] + ky) * width + x * stride[1] + kx);
    const highest = places.reduce((best, i) => (input.x[i] > input.x[best] ? i : best), places[0]);
    const read = layer.kind === "maxPool" ? [highest] : places;
    for (const i of read) output.x[o] += share * input.x[i];
    back.push(() => {
      for (const i of read) input.d[i] += share * output.d[o];
    });
  });
  return output;
}

function join({ shapes, back }: Tape, layer: Layer, inputs: readonly Node[]): Node {
  const output = node(sizeOf(shapes.get(layer.id) ?? []));
  let offset = 0;
  for (const input of inputs) {
    const at = offset;
    addTo(output.x.subarray(at), input.x);
    back.push(() => addTo(input.d, output.d.subarray(at, at + input.d.length)));
    if (layer.kind === "concat") offset += input.x.length;
  }
  return output;
}

function addTo(sum: Float64Array, part: Float64Array): void {
  for (let i = 0; i < part.length; i++) sum[i] += part[i];
}
