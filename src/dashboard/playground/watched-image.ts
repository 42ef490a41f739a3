// One image on its way through a network: what every neuron sends in every step, and what the output makes of it.

import type { Kernels } from "../../kernels/kernels.ts";
import type { Model } from "../../model/model.ts";
import { inputId } from "../../model/shapes.ts";
import { decide } from "../../simulate/decide.ts";
import type { FlowBuffer, SpikeBuffer } from "../../simulate/flow-buffer.ts";
import { Scores } from "../../simulate/scores.ts";
import { firstReadStep } from "../../simulate/simulation-plan.ts";
import type { FlowTrace } from "../../simulate/simulation-request.ts";
import { noClass } from "../../simulate/simulation-result.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { planWarmUp } from "../../simulate/warm-up-plan.ts";
import { isSpiking } from "./altered-model.ts";

/** What a layer, or the input, sent for one image. */
export interface WatchedLayer {
  readonly layer: string;
  readonly neurons: number;
  /** Places of its spikes, step after step. */
  readonly events: Int32Array;
  /** Where each step's spikes end in `events`. Shape [steps]. */
  readonly ends: Int32Array;
}

export interface WatchedImage {
  readonly steps: number;
  readonly classes: readonly string[];
  readonly readout: "count" | "firstSpike" | "membrane" | "average";
  /** Class scores after each step; NaN: none yet. Shape [steps, classes]. */
  readonly scores: Float32Array;
  /** The class decided after each step, `noClass` for none. Shape [steps]. */
  readonly decisions: Uint8Array;
  /** The input first, where it is spikes; layers within loops are not seen. */
  readonly layers: readonly WatchedLayer[];
  /** Spiking layers within loops. */
  readonly unseen: readonly string[];
}

export interface ImageToWatch {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Place in the set; also names the draws of random spike codes, as in evaluate. */
  readonly image: number;
}

/** @throws {InvalidValueError} when the network cannot be run, or not on this image */
export function watchImage(
  kernels: Kernels,
  model: Model,
  { pixels, labels, image }: ImageToWatch,
): WatchedImage {
  let watched: WatchedImage | null = null;
  createSimulator(kernels, model, { maximumBatch: 1 }).run({
    pixels,
    labels,
    firstImage: image,
    count: 1,
    seed: 0,
    trial: -1,
    isCancelled: () => false,
    boundsPotentials: false,
    trace: (trace) => {
      watched = readTrace(model, trace);
    },
  });
  if (watched === null) throw new Error("the simulator traced nothing");
  return watched;
}

function readTrace(model: Model, { flows }: FlowTrace): WatchedImage {
  const { network, classes, inference } = model;
  const steps = inference?.steps ?? 0;
  const readout = inference?.readout ?? "membrane";
  const spiking = network.layers.filter(isSpiking).map(({ id }) => id);
  const layers = [inputId, ...spiking].flatMap((layer) => {
    const flow = flows.get(layer);
    return flow?.kind === "spikes" ? [copied(layer, flow, steps)] : [];
  });
  const output = flows.get(network.output);
  const scored = output === undefined ? null : scoresOf(model, output);
  return {
    steps,
    classes,
    readout,
    layers,
    unseen: spiking.filter((id) => !flows.has(id)),
    scores: scored?.scores ?? new Float32Array(steps * classes.length).fill(Number.NaN),
    decisions: scored?.decisions ?? new Uint8Array(steps).fill(noClass),
  };
}

/** Kernel memory is valid during the trace only. */
function copied(layer: string, { events, ends, size }: SpikeBuffer, steps: number): WatchedLayer {
  const own = ends.slice(0, steps);
  return { layer, neurons: size, events: events.slice(0, own[steps - 1] ?? 0), ends: own };
}

/** As the simulator's readout (simulate/readout.ts), keeping the scores of every step. */
function scoresOf(
  model: Model,
  output: FlowBuffer,
): { readonly scores: Float32Array; readonly decisions: Uint8Array } {
  const { classes, inference } = model;
  const steps = inference?.steps ?? 0;
  const reader = new Scores(inference?.readout ?? "membrane", classes.length);
  const firstRead = firstReadStep(model, planWarmUp(model));
  const scores = new Float32Array(steps * classes.length).fill(Number.NaN);
  const decisions = new Uint8Array(steps).fill(noClass);
  reader.clear();
  let at = 0;
  for (let step = 0; step < steps; step++) {
    if (step < firstRead) {
      if (output.kind === "spikes") at = output.ends[step];
      continue;
    }
    if (output.kind === "spikes") {
      for (; at < output.ends[step]; at++) reader.spike(output.events[at], step + 1, output.values?.[at]);
    } else if (output.kind !== "held") {
      const row = output.kind === "current" && output.isHeld ? 0 : step;
      reader.add(output.values, row * output.stride, output.kind === "potential");
    }
    scores.set(reader.values, step * classes.length);
    decisions[step] = decide(reader.values, 0, classes.length);
  }
  return { scores, decisions };
}
