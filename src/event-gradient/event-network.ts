// The description of an event network: a chain of layers of current-based leaky integrate-and-fire
// neurons in continuous time. It knows shapes and settings, nothing of execution.
//
//   dg/dt = −g/τₛ + Σ w δ(t − tⱼ)      du/dt = −u/τ + g − ϑ Σ δ(t − t_own)      a spike where u reaches ϑ
//
// The closed forms of spike times hold for τ = 2 τₛ (Bacho & Chu 2023) and τ = τₛ (Göltz et al. 2021); every
// other ratio is refused. The current is not divided by τ, so thresholds scale with τₛ: those of papers
// that do divide (Göltz et al.) are to be multiplied by τₛ in seconds.

import { InvalidValueError } from "../base/errors.ts";
import { resolve } from "../space/resolve.ts";
import { type EventNeuron, eventNetworkFields, eventNeuronFields } from "./event-fields.ts";

/** [features] or [channels, height, width]. */
export type EventShape = readonly number[];

type Pair = readonly [vertical: number, horizontal: number];

/** Every neuron hears every input, images flattened. Weight [units, inputs]. */
export interface DenseEventLayer extends EventNeuron {
  readonly id: string;
  readonly kind: "dense";
  readonly units: number;
}

/** Cross-correlation. Weight [channels, input channels, kernel height, kernel width]; stride and padding by axis. */
export interface Conv2dEventLayer extends EventNeuron {
  readonly id: string;
  readonly kind: "conv2d";
  readonly channels: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

/** The trains of a window are merged into one: no neurons, no weights, no cap. Windows that do not fit are dropped. */
export interface PoolEventLayer {
  readonly id: string;
  readonly kind: "pool";
  readonly kernel: Pair;
  readonly stride: Pair;
}

export type EventLayer = DenseEventLayer | Conv2dEventLayer | PoolEventLayer;

/** A checked network: make one with `eventNetwork`. */
export interface EventNetwork {
  readonly inputShape: EventShape;
  /** Spikes later than this do not happen; one at this very time does. */
  readonly windowS: number;
  readonly layers: readonly EventLayer[];
}

type Given<Layer, Optional extends PropertyKey> = Layer extends unknown
  ? Omit<Layer, Optional> & { readonly [Name in Optional & keyof Layer]?: Layer[Name] }
  : never;

/** A layer as it is written: what has a default may be left out (stride [1, 1] or the pool's kernel, padding 0). */
export type GivenEventLayer = Given<EventLayer, keyof EventNeuron | "stride" | "padding">;

export interface GivenEventNetwork {
  readonly inputShape: EventShape;
  readonly windowS?: number;
  readonly layers: readonly GivenEventLayer[];
}

/**
 * Fill in defaults and check everything: the one door of event networks.
 *
 * @throws {InvalidValueError} naming the layer and setting, for values out of bounds, time constants without a
 * closed form, shapes that do not fit and layers without an id of their own
 */
export function eventNetwork({ inputShape, windowS, layers }: GivenEventNetwork): EventNetwork {
  const settings = resolve("network", eventNetworkFields, windowS === undefined ? {} : { windowS });
  requireSizes("network.inputShape", inputShape);
  if (inputShape.length !== 1 && inputShape.length !== 3) {
    throw new InvalidValueError(
      "network.inputShape",
      "must be [features] or [channels, height, width]",
      inputShape,
    );
  }
  const network = { inputShape, windowS: settings.windowS, layers: layers.map(withDefaults) };
  if (network.layers.at(-1)?.kind === "pool" || layers.length === 0) {
    throw new InvalidValueError("network.layers", "must end with a layer of neurons", layers.at(-1)?.kind);
  }
  const ids = new Set<string>();
  for (const { id } of layers) {
    if (ids.has(id)) throw new InvalidValueError(whereOf(id), "must have an id of its own", id);
    ids.add(id);
  }
  eventShapes(network);
  return network;
}

/**
 * Shapes of the signals: the input's, then every layer's output. Shape [layers + 1].
 *
 * @throws {InvalidValueError} naming the layer whose kernel or input does not fit
 */
export function eventShapes({ inputShape, layers }: EventNetwork): readonly EventShape[] {
  const shapes = [inputShape];
  for (const layer of layers) shapes.push(outputShape(layer, shapes[shapes.length - 1]));
  return shapes;
}

/** Shape of every layer's weights; [] for pools, which have none. Shape [layers]. */
export function eventWeightShapes(network: EventNetwork): readonly EventShape[] {
  const shapes = eventShapes(network);
  return network.layers.map((layer, l) => {
    switch (layer.kind) {
      case "dense":
        return [layer.units, neuronsOf(shapes[l])];
      case "conv2d":
        return [layer.channels, shapes[l][0], ...layer.kernel];
      case "pool":
        return [];
      default:
        return layer satisfies never;
    }
  });
}

/** Neurons or inputs of a shape. */
export function neuronsOf(shape: EventShape): number {
  return shape.reduce((product, size) => product * size, 1);
}

function withDefaults(layer: GivenEventLayer): EventLayer {
  const where = whereOf(layer.id);
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(layer.id)) {
    throw new InvalidValueError(where, "must have a plain id", layer.id);
  }
  switch (layer.kind) {
    case "dense": {
      const { id, kind, units, ...given } = layer;
      requireSizes(`${where} units`, [units]);
      return { id, kind, units, ...neuronOf(where, given) };
    }
    case "conv2d": {
      const { id, kind, channels, kernel, stride = [1, 1], padding = [0, 0], ...given } = layer;
      requireSizes(`${where} channels`, [channels]);
      requireWindow(where, kernel, stride);
      if (padding.length !== 2 || padding.some((p) => !Number.isInteger(p) || p < 0)) {
        throw new InvalidValueError(`${where} padding`, "must be two whole numbers of at least 0", padding);
      }
      return { id, kind, channels, kernel, stride, padding, ...neuronOf(where, given) };
    }
    case "pool": {
      const { id, kind, kernel, stride = kernel, ...given } = layer;
      resolve(where, {}, given);
      requireWindow(where, kernel, stride);
      return { id, kind, kernel, stride };
    }
    default:
      throw new InvalidValueError(
        where,
        "must be dense, conv2d or pool",
        (layer satisfies never as GivenEventLayer).kind,
      );
  }
}

function neuronOf(where: string, given: Readonly<Record<string, unknown>>): EventNeuron {
  const neuron = resolve(where, eventNeuronFields, given);
  const ratio = neuron.tauMembraneS / neuron.tauSynapseS;
  // Times may have been computed: their ratio is exact but for rounding.
  if (Math.abs(ratio - 2) > 1e-9 && Math.abs(ratio - 1) > 1e-9) {
    throw new InvalidValueError(
      `${where}.tauMembraneS`,
      "must be twice tauSynapseS or equal to it, because any other ratio breaks the closed form of spike times",
      `${neuron.tauMembraneS} s with tauSynapseS ${neuron.tauSynapseS} s`,
      `Set it to ${2 * neuron.tauSynapseS} or ${neuron.tauSynapseS}.`,
    );
  }
  return neuron;
}

function outputShape(layer: EventLayer, input: EventShape): EventShape {
  if (layer.kind === "dense") return [layer.units];
  const where = whereOf(layer.id);
  if (input.length !== 3) {
    throw new InvalidValueError(where, "must have [channels, height, width] as input", input);
  }
  const padding = layer.kind === "conv2d" ? layer.padding : [0, 0];
  const along = (axis: 0 | 1): number => {
    const length = input[axis + 1] + 2 * padding[axis];
    if (layer.kernel[axis] > length) {
      throw new InvalidValueError(where, `must have a kernel of at most ${length}`, layer.kernel[axis]);
    }
    return Math.floor((length - layer.kernel[axis]) / layer.stride[axis]) + 1;
  };
  return [layer.kind === "conv2d" ? layer.channels : input[0], along(0), along(1)];
}

function requireWindow(where: string, kernel: Pair, stride: Pair): void {
  for (const [name, pair] of Object.entries({ kernel, stride })) {
    requireSizes(`${where} ${name}`, pair);
    if (pair.length !== 2) throw new InvalidValueError(`${where} ${name}`, "must be two numbers", pair);
  }
}

function requireSizes(where: string, sizes: readonly number[]): void {
  if (sizes.length === 0 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidValueError(where, "must be whole numbers of at least 1", sizes);
  }
}

function whereOf(id: string): string {
  return `layer ${JSON.stringify(id)}`;
}
