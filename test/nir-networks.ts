// Spiking networks for what NIR can hold, for its tests and for running its files in other simulators.

import { Random } from "../src/base/random.ts";
import type { InputSpikes } from "../src/coding/input-spikes.ts";
import {
  averagePool,
  connect,
  conv2d,
  dense,
  flatten,
  neuron,
  sequential,
  sumPool,
} from "../src/model/build.ts";
import { isLinear, weightShape } from "../src/model/linear-layer.ts";
import type { Model, Tensor } from "../src/model/model.ts";
import type { Layer, Network } from "../src/model/network.ts";
import { inferShapes, sizeOf } from "../src/model/shapes.ts";
import { validateModel } from "../src/model/validate-model.ts";
import type { NeuronForm } from "../src/neuron/neuron-form.ts";

const hardIf = { model: "if", reset: "zero" } as const;
/** Whose potentials stay above −θ. */
const sinabsIf = { model: "if", reset: "subtract", semantics: "sinabs", maximumSpikes: 16 } as const;
const hardLif = { model: "lif", reset: "zero" } as const;

export const nirNetworks = {
  "convolution, leak, mean": sequential(
    "pooled",
    [2, 8, 8],
    [
      conv2d({ channels: 4, kernel: 3 }),
      neuron(hardLif),
      averagePool(2),
      flatten(),
      dense(6),
      neuron(hardIf),
    ],
  ),
  "padding, stride, sum": sequential(
    "summed",
    [2, 8, 8],
    [
      conv2d({ channels: 4, kernel: 3, padding: 1, stride: 2, bias: false }),
      neuron(hardIf),
      sumPool(2),
      conv2d({ channels: 6, kernel: 1 }),
      neuron(hardIf),
      flatten(),
      dense(5),
      neuron(hardIf),
    ],
  ),
  "synaptic currents": sequential(
    "cuba",
    [12],
    [
      dense(16),
      neuron({ model: "cubaLif", reset: "zero" }),
      dense(5, false),
      neuron({ model: "cubaLif", reset: "zero" }),
    ],
  ),
  "additions and concatenations": joined(hardIf),
  "several spikes a step": sequential(
    "several",
    [2, 8, 8],
    [
      conv2d({ channels: 4, kernel: 3 }),
      neuron(sinabsIf),
      averagePool(2),
      flatten(),
      dense(5),
      neuron(sinabsIf),
    ],
  ),
  "several spikes a step, additions": joined(sinabsIf),
  "soft reset": sequential("soft", [12], [dense(16), neuron(), dense(5), neuron()]),
  recurrent: recurrent(hardLif),
} as const satisfies Readonly<Record<string, Network>>;

function joined(form: NeuronForm): Network {
  const layer = (id: string, from: readonly string[], spec: object): Layer =>
    ({ ...spec, id, inputs: from.map((source) => connect(source)) }) as unknown as Layer;
  const spikes = { kind: "neuron", ...form };
  const layers = [
    layer("a", ["input"], dense(8)),
    layer("an", ["a"], spikes),
    layer("b", ["an"], dense(8)),
    layer("skip", ["b", "a"], { kind: "add" }),
    layer("bn", ["skip"], spikes),
    layer("both", ["an", "bn"], { kind: "concat" }),
    layer("c", ["both"], dense(6)),
    layer("cn", ["c"], spikes),
    layer("twice", ["bn", "an", "bn"], { kind: "add" }),
    layer("wide", ["twice", "cn"], { kind: "concat" }),
    layer("out", ["wide"], dense(4)),
    layer("spikes", ["out"], spikes),
  ];
  return { name: "joined", inputShape: [12], layers, output: "spikes" };
}

/** Neurons that hear what they have fired the step before. */
function recurrent(form: NeuronForm): Network {
  const layers: Layer[] = [
    { id: "in", inputs: [connect("input")], kind: "dense", units: 10, bias: true },
    { id: "back", inputs: [connect("hidden", 1)], kind: "dense", units: 10, bias: true },
    { id: "sum", inputs: [connect("in"), connect("back")], kind: "add" },
    { id: "hidden", inputs: [connect("sum")], kind: "neuron", ...form },
    { id: "out", inputs: [connect("hidden")], kind: "dense", units: 4, bias: true },
    { id: "spikes", inputs: [connect("out")], kind: "neuron", ...form },
  ];
  return { name: "recurrent", inputShape: [12], layers, output: "spikes" };
}

/**
 * A network with drawn weights, so large that every neuron fires now and then.
 *
 * @param isWhole - whether weights are whole numbers, so that sums are the same in any order
 * @param byChannel - whether thresholds differ from channel to channel
 */
export function nirModel(
  network: Network,
  { seed, isWhole, byChannel = false }: { seed: number; isWhole: boolean; byChannel?: boolean },
): Model {
  const random = new Random({ seed, trial: -1, purpose: "nir-network", index: 0 });
  const shapes = inferShapes(network);
  const tensors: Record<string, Tensor> = {};
  const drawn = (shape: readonly number[], width: number, middle: number): Tensor => ({
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => {
      const value = width * (random.uniform() - middle);
      return isWhole ? Math.round(value) : value;
    }),
  });
  for (const layer of network.layers) {
    if (isLinear(layer)) {
      const shape = weightShape(layer, shapes.get(layer.inputs[0].from) ?? []);
      tensors[`${layer.id}.weight`] = drawn(shape, 24, 0.4);
      if (layer.bias) tensors[`${layer.id}.bias`] = drawn([shape[0]], 4, 0.5);
    }
    if (layer.kind !== "neuron") continue;
    const channels = byChannel ? (shapes.get(layer.id) ?? [1])[0] : 1;
    const thresholds = Float32Array.from({ length: channels }, (_, c) => 20 + c);
    tensors[`${layer.id}.threshold`] = { shape: [channels], data: thresholds };
    if (layer.model !== "if") tensors[`${layer.id}.leak`] = { shape: [1], data: Float32Array.of(0.9) };
    if (layer.semantics === "sinabs")
      tensors[`${layer.id}.minimumPotential`] = { shape: [1], data: Float32Array.of(-20) };
    if (layer.model === "cubaLif")
      tensors[`${layer.id}.synapseLeak`] = { shape: [1], data: Float32Array.of(0.5) };
  }
  const outputs = sizeOf(shapes.get(network.output) ?? []);
  const model: Model = {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { steps: 60, coding: "events", readout: "count", dtMs: 1 },
    classes: Array.from({ length: outputs }, (_, i) => String(i)),
    provenance: { data: "", seed, commit: "", kernels: "", parent: "", history: ["drawn"] },
  };
  validateModel(model);
  return model;
}

/** Drawn spikes, so many a place and step, as a list for our simulator and by step for others. */
export function nirInput(
  { network, inference }: Model,
  seed: number,
  density = 0.3,
): { readonly spikes: InputSpikes; readonly rows: readonly (readonly number[])[] } {
  const random = new Random({ seed, trial: -1, purpose: "nir-input", index: 0 });
  const [steps, inputs] = [inference?.steps ?? 1, sizeOf(network.inputShape)];
  const rows = Array.from({ length: steps }, () =>
    Array.from({ length: inputs }, () => Number(random.uniform() < density)),
  );
  const lists = rows.map((row) => [...row.keys()].filter((i) => row[i] === 1));
  let end = 0;
  const ends = Int32Array.from(lists, ({ length }) => (end += length));
  return { spikes: { samples: 1, steps, inputs, events: Int32Array.from(lists.flat()), ends }, rows };
}
