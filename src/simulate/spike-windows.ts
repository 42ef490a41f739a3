// When the spikes of a network of ttfs neurons come: all that reaches a layer must come in the window it listens
// in, or be the same at every step.
//
// A layer listens for W steps and fires in the W steps behind them; its spikes stand for the steps that are left
// of the window they come in, so signals of two windows cannot be added. A delay moves a window.

import { InvalidValueError } from "../base/errors.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Layer, NeuronLayer } from "../model/network.ts";
import { inputId } from "../model/shapes.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";
import type { TtfsWindow } from "../neuron/step-ttfs.ts";
import { loopRanges } from "./loops.ts";

interface SpikeWindow extends TtfsWindow {
  /** Whether every place has one spike at most, worth as much as any other: then the first one is the largest. */
  readonly isSingle: boolean;
}

/** null: the same at every step. */
type Arrival = SpikeWindow | null;

/** Whether the network is one of ttfs neurons. */
export function isTtfsNetwork({ network }: Model): boolean {
  return network.layers.some((layer) => layer.kind === "neuron" && layer.model === "ttfs");
}

/** @throws {InvalidValueError} naming the layer of a network with ttfs neurons that does not fit its windows */
export function requireWindows(model: Model): void {
  if (!isTtfsNetwork(model)) return;
  const { network, inference } = model;
  for (const { first } of loopRanges(network))
    throw mistake(network.layers[first], "must be in no loop with ttfs neurons", "a loop");
  const output = network.layers.find(({ id }) => id === network.output);
  if (output?.kind !== "neuron") {
    const rule = "must be the output, spiking or an integrator, of a network with ttfs neurons";
    throw new InvalidValueError("a ttfs layer", rule, `layer ${JSON.stringify(network.output)}`);
  }
  const arrivals = new Map<string, Arrival>([[inputId, inputWindow(inference)]]);
  for (const layer of network.layers) {
    const sources = layer.inputs.map(({ from, delay }) => delayed(arrivals.get(from) ?? null, delay));
    const source = joined(layer, sources);
    arrivals.set(layer.id, layer.kind === "neuron" ? fired(layer, source, inference) : passed(layer, source));
  }
}

function inputWindow(inference: Inference | null): Arrival {
  const { coding, steps, inputSteps = steps } = inference ?? { coding: "constant", steps: 0 };
  if (coding === "constant") return null;
  if (coding === "ttfs") return { startStep: 0, windowSteps: inputSteps, isSingle: true };
  throw new InvalidValueError(
    "inference.coding",
    "must be ttfs or constant for ttfs neurons",
    coding,
    'Use "ttfs" with as many inputSteps as the first layer\'s windowSteps.',
  );
}

function delayed(arrival: Arrival, delay: number): Arrival {
  return arrival && { ...arrival, startStep: arrival.startStep + delay };
}

function joined(layer: Layer, sources: readonly Arrival[]): Arrival {
  const windows = sources.filter((source) => source !== null);
  const [first] = windows;
  if (first === undefined) return null;
  const other = windows.find((window) => !isSame(window, first));
  if (other !== undefined) {
    const got = `${show(first)} and ${show(other)}`;
    throw mistake(layer, "must join spikes of one window", got, "Delay the earlier ones.");
  }
  const isSingle =
    windows.every((window) => window.isSingle) && (sources.length === 1 || layer.kind === "concat");
  return { ...first, isSingle };
}

function passed(layer: Layer, source: Arrival): Arrival {
  if (layer.kind === "maxPool" && source !== null && !source.isSingle) {
    const rule = "must be fed with spikes of single ttfs neurons, of which the first is the largest";
    throw mistake(layer, rule, "sums or averages of spikes", "Put the max pool before the neurons.");
  }
  const keeps = layer.kind === "flatten" || layer.kind === "concat" || layer.kind === "maxPool";
  return source && { ...source, isSingle: source.isSingle && keeps };
}

function fired(layer: NeuronLayer, source: Arrival, inference: Inference | null): Arrival {
  const { window, emitsPotential } = dynamicsOf(layer);
  if (window === null)
    throw mistake(layer, "must be ttfs in a network with ttfs neurons", JSON.stringify(layer.model));
  if (source !== null && !isSame(source, window)) {
    throw mistake(layer, `must listen when its input comes (${show(source)})`, show(window));
  }
  const { startStep, windowSteps } = window;
  const end = startStep + (emitsPotential ? 1 : 2) * windowSteps;
  const steps = inference?.steps ?? 0;
  if (end > steps) throw mistake(layer, `must be done within all steps (${steps})`, `step ${end}`);
  return { startStep: startStep + windowSteps, windowSteps, isSingle: true };
}

function isSame(one: TtfsWindow, other: TtfsWindow): boolean {
  return one.startStep === other.startStep && one.windowSteps === other.windowSteps;
}

function show({ startStep, windowSteps }: TtfsWindow): string {
  return `steps ${startStep} to ${startStep + windowSteps - 1}`;
}

function mistake(layer: Layer, rule: string, got: string, hint = ""): InvalidValueError {
  return new InvalidValueError(`layer ${JSON.stringify(layer.id)} (${layer.kind})`, rule, got, hint);
}
