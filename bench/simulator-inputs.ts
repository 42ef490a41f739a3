// Networks and spikes that need no training, for the simulator's benchmark.

import { Random } from "../src/base/random.ts";
import type { InputSpikes } from "../src/coding/input-spikes.ts";
import { dense, neuron, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import type { NeuronForm } from "../src/neuron/neuron-form.ts";
import { spikingModel } from "../test/spiking-models.ts";

export function onEvents(model: Model): Model {
  if (model.inference === null) throw new TypeError("not an SNN");
  return { ...model, inference: { ...model.inference, coding: "events" } };
}

/** Thresholds are no whole numbers, so that snnTorch's > and our ≥ agree. */
export function leakyNetwork(bits: 8 | "float32", form: Partial<NeuronForm> = {}): Model {
  const lif = neuron({ model: "lif", reset: "zero", ...form });
  const network = sequential("leaky", [784], [dense(1000), lif, dense(10)]);
  const weights = bits === 8 ? "int" : "float32";
  const model = spikingModel(network, { seed: 1, weights, inference: { coding: "events", steps: 25 } });
  return withNeurons(model, { threshold: 2000.3, leak: 0.95 });
}

/** The model with these parameters, and no others, for all its neurons. */
export function withNeurons(model: Model, parameters: Readonly<Record<string, number>>): Model {
  const neurons = model.network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id);
  const isOthers = ([name]: readonly [string, unknown]): boolean => !neurons.includes(name.split(".")[0]);
  const tensors = Object.fromEntries(Object.entries(model.tensors).filter(isOthers));
  for (const id of neurons) {
    for (const [name, value] of Object.entries(parameters)) {
      tensors[`${id}.${name}`] = { shape: [1], data: Float32Array.of(value) };
    }
  }
  return { ...model, tensors };
}

export function randomSpikes(samples: number, steps: number, inputs: number, density: number): InputSpikes {
  const random = new Random({
    seed: 0,
    trial: 0,
    purpose: "bench-spikes",
    index: Math.round(1000 * density),
  });
  const events: number[] = [];
  const ends: number[] = [];
  for (let segment = 0; segment < samples * steps; segment++) {
    for (let i = 0; i < inputs; i++) if (random.uniform() < density) events.push(i);
    ends.push(events.length);
  }
  return { samples, steps, inputs, events: Int32Array.from(events), ends: Int32Array.from(ends) };
}
