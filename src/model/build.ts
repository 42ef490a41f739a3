// Short ways to write networks down.

import type { NeuronForm } from "../neuron/neuron-form.ts";
import type { Connection, Layer, Network, Shape } from "./network.ts";
import { inferShapes, inputId } from "./shapes.ts";

/** A layer before it has a place: everything but its inputs; the id may be left to `sequential`. */
export type LayerSpec = DistributiveOmit<Layer, "id" | "inputs"> & { readonly id?: string };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/**
 * A chain of layers. Ids are kind and count (`dense1`, `relu1`, `dense2`, …) unless given.
 *
 * @throws {InvalidValueError} when the shapes do not fit, naming the layer
 */
export function sequential(name: string, inputShape: Shape, specs: readonly LayerSpec[]): Network {
  const counts = new Map<string, number>();
  const layers: Layer[] = [];
  let from = inputId;
  for (const spec of specs) {
    const count = (counts.get(spec.kind) ?? 0) + 1;
    counts.set(spec.kind, count);
    const id = spec.id ?? `${spec.kind}${count}`;
    layers.push({ ...spec, id, inputs: [connect(from)] } as Layer);
    from = id;
  }
  const network: Network = { name, inputShape, layers, output: from };
  inferShapes(network);
  return network;
}

export function connect(from: string, delay = 0): Connection {
  return { from, delay };
}

export function dense(units: number, bias = true): LayerSpec {
  return { kind: "dense", units, bias };
}

type Size = number | readonly [vertical: number, horizontal: number];

export function conv2d(options: {
  readonly channels: number;
  readonly kernel: Size;
  readonly stride?: Size;
  readonly padding?: Size;
  readonly dilation?: Size;
  readonly groups?: number;
  readonly bias?: boolean;
}): LayerSpec {
  const { channels, kernel, stride = 1, padding = 0, dilation, groups = 1, bias = true } = options;
  return {
    kind: "conv2d",
    channels,
    kernel: pair(kernel),
    stride: pair(stride),
    padding: pair(padding),
    ...(dilation !== undefined && { dilation: pair(dilation) }),
    groups,
    bias,
  };
}

export function conv1d(options: {
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}): LayerSpec {
  return { kind: "conv1d", stride: 1, padding: 0, dilation: 1, groups: 1, bias: true, ...options };
}

export function averagePool(kernel: Size, stride: Size = kernel): LayerSpec {
  return { kind: "averagePool", kernel: pair(kernel), stride: pair(stride) };
}

export function sumPool(kernel: Size, stride: Size = kernel): LayerSpec {
  return { kind: "sumPool", kernel: pair(kernel), stride: pair(stride) };
}

export function maxPool(kernel: Size, stride: Size = kernel): LayerSpec {
  return { kind: "maxPool", kernel: pair(kernel), stride: pair(stride) };
}

/** Spiking neurons: integrate-and-fire, reset by subtraction, unless said otherwise. */
export function neuron(form: Partial<NeuronForm> = {}): LayerSpec {
  return { kind: "neuron", model: "if", reset: "subtract", ...form };
}

export function flatten(): LayerSpec {
  return { kind: "flatten" };
}

/** @param steps - of a spiking network whose steps are normalised each for itself */
export function batchNorm(epsilon = 1e-5, momentum = 0.1, steps?: number): LayerSpec {
  return { kind: "batchNorm", epsilon, momentum, ...(steps !== undefined && { steps }) };
}

export function relu(): LayerSpec {
  return { kind: "relu" };
}

function pair(size: Size): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}
