// Arrays in memory that all threads share, so that handing them over copies nothing.

import type { Model, TensorData } from "../model/model.ts";
import type { SimulationPart } from "./simulation-messages.ts";

/** The model with its tensors copied into shared memory. */
export function withSharedTensors(model: Model): Model {
  const tensors = Object.entries(model.tensors).map(
    ([name, { shape, data }]) => [name, { shape, data: sharedCopy(data) }] as const,
  );
  return { ...model, tensors: Object.fromEntries(tensors) };
}

/** The request with its arrays in shared memory: those that are there already are kept. */
export function withSharedArrays(request: SimulationPart): SimulationPart {
  const { pixels, labels, spikes } = request;
  return {
    ...request,
    pixels: shared(pixels),
    labels: shared(labels),
    ...(spikes && { spikes: withSharedSpikes(spikes) }),
  };
}

/** The spikes with their arrays in shared memory. */
export function withSharedSpikes<Spikes extends NonNullable<SimulationPart["spikes"]>>(
  spikes: Spikes,
): Spikes {
  return { ...spikes, events: shared(spikes.events), ends: shared(spikes.ends) };
}

function shared<A extends TensorData>(array: A): A {
  return array.buffer instanceof SharedArrayBuffer ? array : sharedCopy(array);
}

function sharedCopy<A extends TensorData>(array: A): A {
  const Shared = array.constructor as new (buffer: SharedArrayBuffer) => A;
  const copy = new Shared(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
