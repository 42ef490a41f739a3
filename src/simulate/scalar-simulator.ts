// The simulator in the plainest terms: one image, one step, one neuron after the other.
//
// It defines what is correct; every test of the fast simulator is a comparison with it, bit for bit.
// Float32 rounding stands where it happens. Per step, layers in order, as scalar-layers.ts has them.
// A connection with delay d hands on what its source gave d steps ago; nothing before.

import { heldValues } from "../coding/constant.ts";
import { firesAt, type SpikeCode } from "../coding/spike-code.ts";
import { spikeCodes } from "../coding/spike-codes.ts";
import { imageSeed, spikeDraw } from "../coding/spike-draw.ts";
import { isLinear } from "../model/linear-layer.ts";
import type { Model } from "../model/model.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { decide } from "./decide.ts";
import { type Disturb, disturbedSpikes } from "./disturbance.ts";
import { createTally, type LayerTally } from "./layer-tally.ts";
import { neuronValues } from "./neuron-values.ts";
import { advance, createState, type Flow, type ScalarNetwork, silence, synapses } from "./scalar-layers.ts";
import { Scores } from "./scores.ts";
import { signalKinds } from "./signal-kinds.ts";
import { firstReadStep, known } from "./simulation-plan.ts";
import { checkRequest, type SimulationRequest } from "./simulation-request.ts";
import { noClass, type SimulationResult } from "./simulation-result.ts";
import { requireWindows } from "./spike-windows.ts";
import { planWarmUp } from "./warm-up-plan.ts";

/**
 * Run a spiking network without kernels.
 *
 * @param disturb - what faults make of every value that is read; default: nothing
 * @throws {InvalidValueError} as `createSimulator` and its runs do
 */
export function simulateScalar(
  model: Model,
  request: SimulationRequest,
  disturb?: Disturb,
): SimulationResult {
  const network = prepare(model, disturb);
  checkRequest(model, request);
  const steps = model.inference?.steps ?? 0;
  const correctPerStep = new Array<number>(steps).fill(0);
  const predictions = new Uint8Array(request.count);
  const operationsPerImage = new Float64Array(request.count);
  const operationsPerStep = new Array<number>(steps).fill(0);
  for (let i = 0; i < request.count; i++) {
    const label = request.labels[request.firstImage + i];
    const { decisions, operations } = runImage(network, request, request.firstImage + i, operationsPerStep);
    decisions.forEach((decision, t) => {
      if (decision === label) correctPerStep[t]++;
    });
    predictions[i] = decisions[steps - 1];
    operationsPerImage[i] = operations;
  }
  const layers = [...network.tallies.values()];
  const operations = { operationsPerImage, operationsPerStep };
  return { images: request.count, steps, correctPerStep, predictions, ...operations, layers };
}

function prepare(model: Model, disturb: Disturb | undefined): ScalarNetwork {
  const shapes = inferShapes(model.network);
  const signals = signalKinds(model);
  requireWindows(model);
  const tallies = new Map<string, LayerTally>();
  const neurons = new Map<string, ReturnType<typeof neuronValues>>();
  for (const layer of model.network.layers) {
    if (layer.kind === "neuron") {
      tallies.set(layer.id, createTally(layer, "none", sizeOf(known(shapes, layer.id))));
      neurons.set(layer.id, neuronValues(model, layer, known(shapes, layer.id)));
    } else if (isLinear(layer)) {
      const source = known(signals, layer.inputs[0].from);
      tallies.set(layer.id, createTally(layer, source.kind === "held" ? "analog" : "events", 0));
    }
  }
  return { model, shapes, signals, tallies, neurons, warmUp: planWarmUp(model), disturb };
}

function runImage(
  network: ScalarNetwork,
  request: SimulationRequest,
  image: number,
  operationsPerStep: number[],
): { decisions: number[]; operations: number } {
  const { model, shapes, signals } = network;
  const steps = operationsPerStep.length;
  const firstRead = firstReadStep(model, network.warmUp);
  const state = createState(network);
  const scores = new Scores(model.inference?.readout ?? "membrane", model.classes.length);
  scores.clear();
  const decisions: number[] = [];
  /** What every layer gave at every step so far. */
  const history: Map<string, Flow>[] = [];
  for (let step = 1; step <= steps; step++) {
    const flows = new Map<string, Flow>([[inputId, inputFlow(network, request, image, step)]]);
    history.push(flows);
    const before = state.operations;
    for (const layer of model.network.layers) {
      const inputs = layer.inputs.map(({ from, delay }) => {
        if (step > delay) return known(history[step - 1 - delay], from);
        return silence(known(signals, from), sizeOf(known(shapes, from)));
      });
      flows.set(layer.id, advance(network, state, layer, inputs, step));
    }
    operationsPerStep[step - 1] += state.operations - before;
    const output = known(flows, model.network.output);
    if (step <= firstRead) {
      decisions.push(noClass);
      continue;
    }
    if ("spikes" in output) {
      output.spikes.forEach((c, k) => {
        scores.spike(c, step, output.worths?.[k]);
      });
    } else scores.add(output.values, 0, known(signals, model.network.output).kind === "potential");
    decisions.push(decide(scores.values, 0, model.classes.length));
  }
  for (const layer of model.network.layers) {
    const tally = network.tallies.get(layer.id);
    if (tally === undefined) continue;
    if (isLinear(layer)) {
      const inputs = sizeOf(known(shapes, layer.inputs[0].from));
      for (let i = 0; i < inputs; i++) tally.denseProducts += synapses(network, layer, i).length;
    }
    if (layer.kind !== "neuron") continue;
    known(state.spikeCounts, layer.id).forEach((count, i) => {
      const most = layer.windowSteps ?? (steps - firstRead) * (layer.maximumSpikes ?? 1);
      if (count === most) tally.everSaturated[i] = 1;
    });
    const potentials = Float32Array.from(known(state.neurons, layer.id), ({ potential }) => potential);
    const observed = { layer: layer.id, firstImage: image, images: 1, neurons: potentials.length };
    request.observe?.({ ...observed, counts: known(state.spikeCounts, layer.id), potentials });
  }
  return { decisions, operations: state.operations };
}

function inputFlow(
  { model, disturb }: ScalarNetwork,
  request: SimulationRequest,
  image: number,
  step: number,
): Flow {
  const size = sizeOf(model.network.inputShape);
  const isHeld = model.inference?.coding === "constant";
  const first = image * size;
  let pixels = request.pixels.subarray(first, first + size);
  if (disturb !== undefined && isHeld)
    pixels = pixels.map((pixel, i) => disturb("input", inputId, i, step - 1, pixel));
  const flow = encodedInput(model, request, pixels, image, step);
  if (disturb === undefined || !("spikes" in flow) || flow.worths) return flow;
  return { spikes: disturbedSpikes(disturb, "input", inputId, size, step - 1, flow.spikes) };
}

function encodedInput(
  { network, preprocessing, inference }: Model,
  { spikes: input, ...request }: SimulationRequest,
  pixels: Uint8Array,
  image: number,
  step: number,
): Flow {
  const { coding, steps, inputSteps = steps } = inference ?? { coding: "constant", steps: 0 };
  const { maps, plane } = pixelMaps(preprocessing, network.inputShape);
  if (coding === "constant") {
    const held = maps.map(heldValues);
    return { values: Float32Array.from(pixels, (pixel, i) => held[Math.floor(i / plane)][pixel]) };
  }
  if (coding === "events") {
    if (input === undefined) throw new RangeError("no spikes");
    const segment = image * steps + step - 1;
    const first = segment === 0 ? 0 : input.ends[segment - 1];
    return { spikes: Array.from(input.events.subarray(first, input.ends[segment])) };
  }
  if (step > inputSteps) return { spikes: [] };
  const code: SpikeCode = spikeCodes[coding];
  const seed = imageSeed(request, image);
  const spikes: number[] = [];
  pixels.forEach((pixel, i) => {
    const { scale, offset } = maps[Math.floor(i / plane)];
    const x = pixel * scale + offset;
    if (firesAt(code, { x, step, steps: inputSteps }, spikeDraw(seed, step, i))) spikes.push(i);
  });
  if (code.worth === undefined) return { spikes };
  const worth = Math.fround(code.worth(step));
  return { spikes, worths: spikes.map(() => worth) };
}
