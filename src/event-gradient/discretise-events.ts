// An event network on a clock: weights as whole-numbered codes, time in steps of dt, for the step simulator, common
// fronts and exports.
//
// Over a step the equations solve to g ← g α, u ← u λ + g κ(dt), α = e^(−dt/τₛ), λ = e^(−dt/τ), κ as in
// docs/event-gradient.md. With what came in during the step taken to come at its beginning, that is a cubaLif neuron
//
//   c ← α c + Σ codes,    v ← λ v + c,    a spike where v ≥ ϑ/(κ s),    v ← v − ϑ/(κ s)
//
// where c = g/s and v = u/(κ s), s being what a code of 1 is worth. A spike is heard by the next layer in the same step.
// Steps make times coarse by dt at most: spikes come up to dt early in every layer, and a reset works from its
// step's end on. Both go to 0 with dt. A neuron fires at most 255 times a step.
//
// A cap of 1 is a refractory time of all steps, a higher one a budget of spikes. Potentials are float32.

import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { Inference, Model, Tensor } from "../model/model.ts";
import type { Layer, Shape } from "../model/network.ts";
import { quantiseTensor } from "../model/quantise-codes.ts";
import { inputId } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import type { NeuronForm } from "../neuron/neuron-form.ts";
import { closedFormOf } from "./closed-form-of.ts";
import type { EventDecoding } from "./event-decision.ts";
import {
  type EventLayer,
  type EventNetwork,
  type EventShape,
  eventShapes,
  eventWeightShapes,
  neuronsOf,
} from "./event-network.ts";
import type { EventCoding } from "./labelled-trains.ts";
import type { EventWeights } from "./spike-times.ts";
import { type SpikeTrains, sampleOf } from "./spike-trains.ts";

export interface DiscretiseOptions {
  readonly weights: EventWeights;
  readonly dtS: number;
  /** Of a stored weight, 2 to 8, or none: float32. */
  readonly bits: number | "float32";
  readonly decoding: EventDecoding;
  readonly classes: readonly string[];
  /** How pixels become spikes, if the network is to take pixels; else it takes spikes (`stepSpikes`). */
  readonly pixels?: PixelsOfSteps;
  /** Of the training, as far as it is known. */
  readonly provenance?: Partial<Model["provenance"]>;
}

export interface PixelsOfSteps {
  readonly coding: EventCoding;
  /** Shape of the images, of as many values as the network has inputs. */
  readonly imageShape: Shape;
}

const mostSteps = 4096;
const mostAStep = 255;

/** @throws {InvalidValueError} for a step that is not above 0, more than 4096 steps, and other widths */
export function discretiseEvents(network: EventNetwork, options: DiscretiseOptions): Model {
  const { weights, dtS, bits, decoding, classes, provenance } = options;
  if (bits !== "float32" && !(Number.isInteger(bits) && bits >= 2 && bits <= 8))
    throw new InvalidValueError("bits", "must be float32 or a whole number from 2 to 8", bits);
  const steps = stepsOf(network, dtS);
  const shapes = eventShapes(network);
  const weightShapes = eventWeightShapes(network);
  const layers: Layer[] = [];
  const tensors: Record<string, Tensor> = {};
  let from: string = inputId;
  const input = inputOf(network, steps, options);
  const push = (layer: Layer): void => {
    layers.push(layer);
    from = layer.id;
  };
  if (input.shape.length === 3 && shapes[0].length === 1)
    push({ id: "flat", kind: "flatten", inputs: heard(from) });
  for (const [l, layer] of network.layers.entries()) {
    const { id } = layer;
    if (layer.kind === "pool") {
      push({ id, kind: "sumPool", kernel: layer.kernel, stride: layer.stride, inputs: heard(from) });
      continue;
    }
    if (layer.kind === "dense" && shapes[l].length === 3)
      push({ id: `${id}-flat`, kind: "flatten", inputs: heard(from) });
    const unit = storeWeights(tensors, `${id}-sum`, weights[l], weightShapes[l], bits);
    push(sumsOf(layer, `${id}-sum`, from));
    const { response } = closedFormOf(layer);
    const values: Readonly<Record<string, number>> = {
      threshold: layer.threshold / (response(dtS) * unit),
      leak: Math.exp(-dtS / layer.tauMembraneS),
      synapseLeak: Math.exp(-dtS / layer.tauSynapseS),
    };
    for (const [name, value] of Object.entries(values))
      tensors[`${id}.${name}`] = { shape: [1], data: Float32Array.of(value) };
    const limits = spikeLimits(layer.maxSpikes, steps);
    push({ id, kind: "neuron", model: "cubaLif", reset: "subtract", ...limits, inputs: heard(from) });
  }
  const model: Model = {
    kind: "snn",
    network: { name: "event-network", inputShape: input.shape, layers, output: from },
    weightFormat: bits === "float32" ? { kind: "float32" } : { kind: "int", bits },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: {
      steps,
      ...input.coding,
      readout: decoding === "count" ? "count" : "firstSpike",
      dtMs: 1000 * dtS,
    },
    classes,
    provenance: {
      ...{ data: "", seed: 0, commit: "", kernels: "", parent: "" },
      ...provenance,
      history: [
        ...(provenance?.history ?? []),
        `discretised: ${steps} steps of ${1000 * dtS} ms, ${bits} bits`,
      ],
    },
  };
  validateModel(model);
  return model;
}

/**
 * Pixels become spikes as the latency code of the step simulator has it: at ⌊t/dt + ½⌋ for t = latest (1 − x), where 0 stays
 * silent. Other codes have no counterpart there.
 */
function inputOf(
  { inputShape }: EventNetwork,
  steps: number,
  { pixels, dtS }: DiscretiseOptions,
): { readonly shape: Shape; readonly coding: Pick<Inference, "coding" | "inputSteps"> } {
  if (pixels === undefined) return { shape: inputShape, coding: { coding: "events" } };
  const { coding, imageShape } = pixels;
  if (neuronsOf(imageShape) !== neuronsOf(inputShape))
    throw new InvalidValueError("imageShape", `must hold ${neuronsOf(inputShape)} values`, imageShape);
  if (coding.earliestS !== 0 || !coding.isZeroSilent || coding.biasS >= 0) {
    throw new InvalidValueError(
      "coding",
      "must begin at 0 s with silent zeros and no bias, for pixels on a clock",
      JSON.stringify(coding),
      "Leave pixels out and give the discrete network spikes.",
    );
  }
  const inputSteps = 1 + Math.round(coding.latestS / dtS);
  if (Math.abs((inputSteps - 1) * dtS - coding.latestS) > 1e-9 * coding.latestS || inputSteps > steps) {
    throw new InvalidValueError(
      "dtS",
      `must divide latestS (${coding.latestS} s), and the window must be longer`,
      dtS,
    );
  }
  return { shape: imageShape, coding: { coding: "latency", inputSteps } };
}

/**
 * Spikes of the steps: one at time t comes in step ⌊t/dt⌋, one at the window's very end in the last.
 *
 * @throws {InvalidValueError} as `discretiseEvents` does
 */
export function stepSpikes(network: EventNetwork, trains: SpikeTrains, dtS: number): InputSpikes {
  const steps = stepsOf(network, dtS);
  const { samples, neurons } = trains;
  const events = new Int32Array(trains.timeS.length);
  const ends = new Int32Array(samples * steps);
  let at = 0;
  for (let s = 0; s < samples; s++) {
    const { neuron, timeS } = sampleOf(trains, s);
    const bySteps: number[][] = Array.from({ length: steps }, () => []);
    for (let e = 0; e < neuron.length; e++) bySteps[stepAt(timeS[e], dtS, steps)].push(neuron[e]);
    for (const [t, heard] of bySteps.entries()) {
      events.set(
        heard.sort((a, b) => a - b),
        at,
      );
      at += heard.length;
      ends[s * steps + t] = at;
    }
  }
  return { samples, steps, inputs: neurons, events, ends };
}

function stepAt(timeS: number, dtS: number, steps: number): number {
  // A time that is a whole number of steps but for rounding is that number.
  return Math.min(steps - 1, Math.floor(timeS / dtS + 1e-9));
}

function stepsOf({ windowS }: EventNetwork, dtS: number): number {
  const steps = Math.ceil(windowS / dtS - 1e-9);
  if (dtS > 0 && steps >= 1 && steps <= mostSteps) return steps;
  throw new InvalidValueError(
    "dtS",
    `must be above 0 s and make at most ${mostSteps} steps of ${windowS} s`,
    dtS,
  );
}

function spikeLimits(cap: number, steps: number): Partial<NeuronForm> {
  if (cap === 1) return { refractorySteps: steps };
  return { maximumSpikes: Math.min(mostAStep, cap), spikeBudget: cap };
}

/** The sums that a layer's neurons hear. */
function sumsOf(layer: Exclude<EventLayer, { kind: "pool" }>, id: string, from: string): Layer {
  const common = { id, bias: false, inputs: heard(from) };
  if (layer.kind === "dense") return { ...common, kind: "dense", units: layer.units };
  const { channels, kernel, stride, padding } = layer;
  return { ...common, kind: "conv2d", channels, kernel, stride, padding, groups: 1 };
}

/** @returns what a stored number of 1 is worth */
function storeWeights(
  tensors: Record<string, Tensor>,
  layer: string,
  weights: EventWeights[number],
  shape: EventShape,
  bits: number | "float32",
): number {
  if (bits === "float32") {
    tensors[`${layer}.weight`] = { shape, data: Float32Array.from(weights) };
    return 1;
  }
  const { codes, scale } = quantiseTensor(weights, shape[0], bits, "layer");
  tensors[`${layer}.weight`] = { shape, data: codes };
  tensors[`${layer}.scale`] = { shape: [1], data: scale };
  return scale[0];
}

function heard(from: string): Layer["inputs"] {
  return [{ from, delay: 0 }];
}
