// What flows along every connection of a spiking network, and which networks can be simulated.
//
//   spikes     lists of firing neurons at every step, each worth `worth` (1, or less behind an
//              average pool: the pool is part of the connection, so a spike stays a spike);
//              `own`: every spike of a list has a worth of its own
//   held       real values that are the same at every step (constant input)
//   current    sums for neurons or for the readout; `isHeld` if they are the same at every step
//   potential  what leaky integrators hand on, for the readout only
//
// A spike that reaches a layer several ways (add, overlapping pools) stands in the list several times.

import { InvalidValueError } from "../base/errors.ts";
import { type Arithmetic, type Model, tensorOf } from "../model/model.ts";
import type { Connection, Layer, NeuronLayer } from "../model/network.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { inputId } from "../model/shapes.ts";
import { integerRulesOf } from "../neuron/step-integer.ts";

export type Signal =
  | { readonly kind: "spikes"; readonly worth: number | "own" }
  | { readonly kind: "held" }
  | { readonly kind: "current"; readonly isHeld: boolean }
  | { readonly kind: "potential" };

/**
 * @returns signals by layer id, and the input's under `"input"`
 * @throws {InvalidValueError} naming the layer that cannot be simulated
 */
export function signalKinds(model: Model): ReadonlyMap<string, Signal> {
  if (model.kind !== "snn" || model.inference === null) {
    throw new InvalidValueError("model.kind", "must be snn to be simulated", model.kind, "Convert it first.");
  }
  const { coding } = model.inference;
  if (coding !== "constant" && coding !== "events") requireUnitInput(model);
  const { steps } = model.inference;
  const norm = model.network.layers.find(
    (layer) => layer.kind === "batchNorm" && layer.steps !== undefined && layer.steps !== steps,
  );
  if (norm !== undefined) throw refusal(norm, "must have factors for every step", `${steps} steps`);
  const signals = new Map<string, Signal>([[inputId, inputSignal(coding)]]);
  // What neurons give does not depend on what they are given, so loops through neurons are known.
  for (const layer of model.network.layers) if (layer.kind === "neuron") signals.set(layer.id, given(layer));
  for (const layer of model.network.layers) {
    const sources = layer.inputs.map((connection) => arriving(layer, connection, signals));
    const scaled = sources.map((source, k) => timesGain(source, inputGain(model, layer, k)));
    signals.set(layer.id, signalOf(layer, scaled));
  }
  if (model.inference.arithmetic?.kind === "integer")
    requireIntegers(model, model.inference.arithmetic, signals);
  return signals;
}

function inputSignal(coding: string): Signal {
  if (coding === "constant") return { kind: "held" };
  return { kind: "spikes", worth: coding === "phase" ? "own" : 1 };
}

function given({ emits, isSigned }: NeuronLayer): Signal {
  return emits === "potential" ? { kind: "potential" } : { kind: "spikes", worth: isSigned ? "own" : 1 };
}

/** A source's signal behind the connection's delay. */
function arriving(layer: Layer, { from, delay }: Connection, signals: ReadonlyMap<string, Signal>): Signal {
  const source = signals.get(from);
  if (source === undefined) {
    throw new InvalidValueError(
      `layer ${JSON.stringify(layer.id)}`,
      "must be in no loop without neurons",
      `a delayed input from ${JSON.stringify(from)}`,
    );
  }
  if (delay === 0) return source;
  if (source.kind === "held") throw refusal(layer, "must not delay constant input", source);
  return source.kind === "current" ? { kind: "current", isHeld: false } : source;
}

function signalOf(layer: Layer, sources: readonly Signal[]): Signal {
  const [source] = sources;
  if (layer.kind !== "flatten") {
    const potential = sources.find(({ kind }) => kind === "potential");
    if (potential)
      throw refusal(layer, "must not be fed with potentials, which are for the readout", potential);
  }
  switch (layer.kind) {
    case "dense":
    case "conv1d":
    case "conv2d":
      if (source.kind === "current") throw refusal(layer, "must be fed with spikes or the input", source);
      return { kind: "current", isHeld: source.kind === "held" };
    case "neuron":
      return given(layer);
    case "flatten":
      return source;
    case "averagePool":
    case "sumPool":
    case "maxPool":
      if (layer.kind !== "averagePool" || source.kind !== "spikes" || source.worth === "own") return source;
      return { kind: "spikes", worth: Math.fround(source.worth * poolShare(layer)) };
    case "add":
    case "concat":
      return joined(layer, sources);
    case "batchNorm":
      if (layer.steps === undefined)
        throw refusal(layer, "must be folded into the layer before it", "batchNorm");
      if (source.kind !== "current") throw refusal(layer, "must follow a dense or convolution layer", source);
      return { kind: "current", isHeld: false };
    case "relu":
      throw refusal(layer, "must be converted to neurons", "relu");
    default:
      return layer satisfies never;
  }
}

/** The factor on an addition's input: one, or one a channel. */
export function inputGain(model: Model, { id, inputs }: Layer, place: number): number | Float32Array {
  const data = tensorOf(model, id, "gain")?.data;
  if (data === undefined) return 1;
  const channels = data.length / inputs.length;
  return channels === 1
    ? data[place]
    : (data as Float32Array).subarray(place * channels, (place + 1) * channels);
}

function timesGain(source: Signal, gain: number | Float32Array): Signal {
  if (source.kind !== "spikes" || source.worth === "own" || gain === 1) return source;
  const worth = typeof gain === "number" ? Math.fround(source.worth * gain) : "own";
  return { kind: "spikes", worth };
}

/** What every input of a window counts for in its sum. */
export function poolShare(layer: { readonly kind: string; readonly kernel: readonly number[] }): number {
  return layer.kind === "averagePool" ? Math.fround(1 / (layer.kernel[0] * layer.kernel[1])) : 1;
}

function joined(layer: Layer, sources: readonly Signal[]): Signal {
  const isAll = (kind: Signal["kind"]): boolean => sources.every((source) => source.kind === kind);
  if (isAll("held")) return { kind: "held" };
  if (isAll("spikes")) {
    const worths = new Set(sources.map((source) => (source.kind === "spikes" ? source.worth : 1)));
    return { kind: "spikes", worth: worths.size === 1 ? ([...worths][0] ?? 1) : "own" };
  }
  if (layer.kind === "concat" && !isAll("current")) {
    const other = sources.find(({ kind }) => kind !== sources[0].kind) ?? sources[0];
    throw refusal(layer, `must join signals of one kind (${sources[0].kind})`, other);
  }
  // Sums: spikes count for their worth, held values for themselves.
  const isHeld = sources.every(({ kind, ...rest }) => kind === "held" || ("isHeld" in rest && rest.isHeld));
  return { kind: "current", isHeld };
}

function refusal(layer: Layer, rule: string, got: Signal | string): InvalidValueError {
  const kind = typeof got === "string" ? got : got.kind;
  return new InvalidValueError(`layer ${JSON.stringify(layer.id)} (${layer.kind})`, rule, kind);
}

/** In integer arithmetic every neuron has an integer form, and every spike and input is a whole number. */
function requireIntegers(
  model: Model,
  arithmetic: Extract<Arithmetic, { kind: "integer" }>,
  signals: ReadonlyMap<string, Signal>,
): void {
  const { network, preprocessing, inference } = model;
  if (inference?.coding === "phase") {
    throw new InvalidValueError(
      "inference.coding",
      "must give spikes worth a whole number in integer arithmetic",
      inference.coding,
      "Use another coding, or float32 arithmetic.",
    );
  }
  for (const layer of network.layers) {
    if (layer.kind === "batchNorm")
      throw refusal(layer, "must be no part of a network in integer arithmetic", "batchNorm");
    if (layer.kind === "neuron") requireIntegerNeurons(model, layer, arithmetic);
    const gain = tensorOf(model, layer.id, "gain")?.data.find((factor) => factor !== 1);
    if (gain !== undefined) {
      throw new InvalidValueError(
        `layer ${JSON.stringify(layer.id)} (add)`,
        "must add values of one unit in integer arithmetic",
        `a gain of ${gain}`,
      );
    }
    const signal = signals.get(layer.id);
    const averages = layer.kind === "averagePool" && poolShare(layer) !== 1 && signal?.kind !== "spikes";
    const isWhole = signal?.kind !== "spikes" || (signal.worth !== "own" && Number.isInteger(signal.worth));
    if (isWhole && !averages) continue;
    const where = `layer ${JSON.stringify(layer.id)} (${layer.kind})`;
    throw new InvalidValueError(
      where,
      "must hand on whole numbers in integer arithmetic",
      signal?.kind === "spikes" ? `spikes worth ${signal.worth}` : "means",
      "Use a sum pool with thresholds to match.",
    );
  }
  if (inference?.coding !== "constant") return;
  for (const { scale, offset } of pixelMaps(preprocessing, network.inputShape).maps) {
    if (Number.isInteger(scale) && Number.isInteger(offset)) continue;
    throw new InvalidValueError(
      "preprocessing",
      "must be whole numbers for constant input in integer arithmetic",
      `scale ${scale}, offset ${offset}`,
      "Give the pixels themselves (scale 1) and scale the first layer's thresholds and biases.",
    );
  }
}

function requireIntegerNeurons(
  model: Model,
  layer: NeuronLayer,
  arithmetic: Extract<Arithmetic, { kind: "integer" }>,
): void {
  const where = `layer ${JSON.stringify(layer.id)}`;
  integerRulesOf(layer, arithmetic, where);
  const gain = tensorOf(model, layer.id, "currentGain")?.data.find((factor) => factor !== 1);
  if (gain === undefined) return;
  throw new InvalidValueError(
    where,
    "must take its input as it is in integer arithmetic",
    `a current gain of ${gain}`,
    "Scale the weights before it instead.",
  );
}

/** Spike codes stand for inputs in [0, 1]; a little room is left for 255 · (1/255) in float32. */
function requireUnitInput({ preprocessing, network }: Model): void {
  const { maps } = pixelMaps(preprocessing, network.inputShape);
  for (const [c, { scale, offset }] of maps.entries()) {
    const [black, white] = [offset, 255 * scale + offset];
    if (Math.min(black, white) >= 0 && Math.max(black, white) <= 1 + 1e-6) continue;
    throw new InvalidValueError(
      "preprocessing",
      "must map pixels into [0, 1] for spike codes",
      `${black} to ${white}${maps.length > 1 ? ` in channel ${c}` : ""}`,
      'Use coding "constant", or train on pixels scaled to 0…1.',
    );
  }
}
