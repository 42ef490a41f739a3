// What a simulated SNN did, as operation counts.
//
// Arithmetic, in int32 for stored codes (thresholds and biases then being integers too), else float32:
//   dense, conv2d: an addition for every synaptic event. Held real-valued input is kept apart (analogInput).
//   neuron:        an addition (bias and charge) and a comparison an update; a multiplication for every
//                  leak and gain, an addition for every further term of the form's equation (a division
//                  counts as a multiplication); an addition for every reset by subtraction. Signed neurons
//                  compare twice and add every spike to what they have sent. A warm-up compares residuals, and
//                  for offsets every potential charged in correction.
//   readout "membrane": the output layer's sums are updates too: an addition each for the bias, no comparison.
//   add:           of sums: an addition for every spike that comes by a shortcut, a multiplication for every sum
//                  that a gain scales; sums that meet otherwise are one sum. Of spikes: nothing.
//   maxPool:       a counter increment for every spike of the neurons before it, and window − 1 comparisons
//                  an output and step. averagePool, sumPool: nothing, their spikes go straight to the next layer's weights.
//   Pools of held input work once an image: window − 1 comparisons or additions an output.
// Memory: every synaptic event and product reads its weight; every update reads its bias, and reads and
// writes a 4-byte potential, sums of one step staying in registers. A spike is an address of 2 bytes
// (4 beyond 65,536 neurons), written once and read once by every layer it goes to. Held input: one byte a pixel,
// read once. Left out: making spikes from pixels (and counting them before a max pool), comparing class scores.

import { isLinear, type LinearLayer } from "../model/linear-layer.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { AddLayer, Layer, NeuronLayer, PoolLayer, Shape } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { spikingDepth } from "../model/spiking-depth.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";
import { neuronParameterNames } from "../neuron/neuron-parameters.ts";
import { inputGain, signalKinds } from "../simulate/signal-kinds.ts";
import type { SimulationLayer, SimulationResult } from "../simulate/simulation-result.ts";
import type { LayerCounts, OperationCounts } from "./counts.ts";
import { noCounts, noTraffic } from "./no-counts.ts";
import {
  byWidth,
  largestActivationBits,
  productWidth,
  signalSource,
  sumWidth,
  weightBitsOf,
  weightsBytes,
  wordBytes,
} from "./storage-size.ts";

/** The part of a simulation's result that counts are made from. */
export type SnnRun = Pick<SimulationResult, "images" | "steps"> & { readonly layers: readonly SnnRunLayer[] };

export type SnnRunLayer = Pick<
  SimulationLayer,
  | "layer"
  | "inputKind"
  | "inputEvents"
  | "synapticAdditions"
  | "analogProducts"
  | "denseProducts"
  | "neuronUpdates"
  | "spikes"
>;

/** Pixels are stored as bytes. */
const pixelBits = 8;

/** @param model - the SNN that was simulated */
export function countSnn(model: Model, run: SnnRun): OperationCounts {
  const shapes = inferShapes(model.network);
  const runLayers = new Map(run.layers.map((layer) => [layer.layer, layer]));
  const layers: LayerCounts[] = [];
  for (const layer of model.network.layers) {
    const counted = countLayer({ model, run, shapes, runLayers }, layer, runLayers.get(layer.id));
    if (counted !== null) layers.push(counted);
  }
  const analogLayers = run.layers.filter(({ inputKind }) => inputKind === "analog").map(({ layer }) => layer);
  const isPotential = ({ id, kind }: Layer): boolean => kind === "neuron" || id === model.network.output;
  let potentials = 0;
  for (const layer of model.network.layers) {
    const size = sizeOf(shapes.get(layer.id) ?? []);
    if (isPotential(layer)) potentials += size;
    if (analogLayers.includes(layer.id)) potentials += size;
  }
  const pixels = sizeOf(model.network.inputShape);
  const spikeBits = (source: string): number => (source === inputId && analogLayers.length > 0 ? 0 : 1);
  return {
    images: run.images,
    steps: run.steps,
    layers,
    memories: {
      weightsBytes: weightsBytes(model, ["bias", "gamma", "beta", ...neuronParameterNames]),
      potentialsBytes: potentials * wordBytes,
      activationsBytes: pixels + Math.ceil(largestActivationBits(model, shapes, spikeBits) / 8),
    },
  };
}

interface Context {
  readonly model: Model;
  readonly run: SnnRun;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly runLayers: ReadonlyMap<string, SnnRunLayer>;
}

function countLayer(context: Context, layer: Layer, did: SnnRunLayer | undefined): LayerCounts | null {
  if (isPool(layer)) return countPool(context, layer);
  if (layer.kind === "add") return countAdd(context, layer);
  if (layer.kind === "batchNorm") return countStepNorm(context, layer);
  if (did === undefined) return null;
  if (layer.kind === "neuron") return countNeurons(context, layer, did);
  if (isLinear(layer)) return countLinear(context, layer, did);
  return null;
}

function countLinear({ model, run, shapes }: Context, layer: LinearLayer, did: SnnRunLayer): LayerCounts {
  const { images, steps } = run;
  const outputs = sizeOf(shapes.get(layer.id) ?? []);
  const inputs = sizeOf(shapes.get(layer.inputs[0].from) ?? []);
  const isReadout = layer.id === model.network.output;
  const isAnalog = did.inputKind === "analog";
  const updates = isReadout ? outputs * steps * images : 0;
  const biasReads = layer.bias ? outputs * steps * images : 0;
  const source = sizeOf(shapes.get(signalSource(model, layer.inputs[0].from)) ?? []);
  return {
    ...noCounts(layer.id),
    additions: byWidth(sumWidth(model), did.synapticAdditions + (layer.bias ? updates : 0)),
    neuronUpdates: updates,
    synapticOperations: did.synapticAdditions + did.analogProducts,
    denseProducts: did.denseProducts,
    traffic: {
      ...noTraffic,
      weightsRead:
        ((did.synapticAdditions + did.analogProducts) * weightBitsOf(model)) / 8 + biasReads * wordBytes,
      potentialsRead: updates * wordBytes,
      potentialsWritten: updates * wordBytes,
      activationsRead: isAnalog ? (inputs * images * pixelBits) / 8 : did.inputEvents * addressBytes(source),
    },
    analogInput: isAnalog
      ? {
          products: byWidth(productWidth(model, pixelBits), did.analogProducts),
          heldAdditions: outputs * steps * images,
          steps,
        }
      : null,
  };
}

function countNeurons(context: Context, layer: NeuronLayer, did: SnnRunLayer): LayerCounts {
  const { model, shapes } = context;
  const { neuronUpdates, spikes } = did;
  const width = sumWidth(model);
  const leakWidth = width === "float32" ? "float32" : "int32x32";
  const perUpdate = operationsOfUpdate(model, layer);
  const signs = layer.isSigned ? 2 : 1;
  const warmUp = operationsOfWarmUp(context, layer);
  return {
    ...noCounts(layer.id),
    multiplications: byWidth(leakWidth, neuronUpdates * perUpdate.multiplications),
    additions: byWidth(
      width,
      neuronUpdates * perUpdate.additions +
        (layer.reset === "subtract" ? spikes * signs : 0) +
        warmUp.additions,
    ),
    comparisons: byWidth(width, layer.emits === "potential" ? 0 : neuronUpdates * signs + warmUp.comparisons),
    neuronUpdates,
    spikes,
    traffic: {
      ...noTraffic,
      potentialsRead: neuronUpdates * wordBytes,
      potentialsWritten: neuronUpdates * wordBytes,
      activationsWritten: spikes * addressBytes(sizeOf(shapes.get(layer.id) ?? [])),
    },
  };
}

/** Arithmetic of one update as the form's equation has it (neuron/dynamics.ts). */
function operationsOfUpdate(
  model: Model,
  layer: NeuronLayer,
): { readonly multiplications: number; readonly additions: number } {
  const { synapse, charge, isAdaptive, window } = dynamicsOf(layer);
  if (window !== null) return { multiplications: 0, additions: 2 };
  const hasGain = tensorOf(model, layer.id, "currentGain") !== undefined;
  const membrane = charge === "leak" ? Number(layer.model !== "if") + Number(hasGain) : 1;
  return {
    multiplications: membrane + Number(synapse !== "none") + 2 * Number(isAdaptive),
    additions:
      (charge === "leak" ? 1 : 3) +
      (synapse === "none" ? 0 : synapse === "readThenDecay" ? 2 : 1) +
      2 * Number(isAdaptive),
  };
}

/** What neurons of all images do between the updates of a warm-up (neuron/warm-up.ts). */
function operationsOfWarmUp(
  { model: { network, inference }, run, shapes }: Context,
  layer: NeuronLayer,
): { readonly additions: number; readonly comparisons: number } {
  const { warmUp } = inference ?? {};
  if (warmUp === undefined || layer.emits === "potential") return { additions: 0, comparisons: 0 };
  const neurons = sizeOf(shapes.get(layer.id) ?? []) * run.images;
  if (warmUp.rule === "residual") return { additions: 0, comparisons: neurons };
  // The sign, the threshold and the larger of two shifts; a shift's difference and its addition.
  const steps = warmUp.steps / spikingDepth(network);
  return { additions: 2 * neurons, comparisons: neurons * (steps + 3) };
}

/** A shortcut: spikes, or scaled sums, that are added to the sums of other layers. */
function countAdd({ model, run, shapes, runLayers }: Context, layer: AddLayer): LayerCounts | null {
  const signals = signalKinds(model);
  if (signals.get(layer.id)?.kind !== "current") return null;
  const width = sumWidth(model);
  const values = sizeOf(shapes.get(layer.id) ?? []) * run.images;
  let [additions, multiplications] = [0, 0];
  layer.inputs.forEach(({ from }, k) => {
    const signal = signals.get(from);
    if (signal?.kind === "spikes") additions += runLayers.get(signalSource(model, from))?.spikes ?? 0;
    if (signal?.kind === "current" && inputGain(model, layer, k) !== 1)
      multiplications += values * (signal.isHeld ? 1 : run.steps);
  });
  return {
    ...noCounts(layer.id),
    additions: byWidth(width, additions),
    multiplications: byWidth(width === "float32" ? "float32" : "int32x32", multiplications),
    synapticOperations: additions,
  };
}

/** Factors of every step for itself: a multiplication and an addition a value and step. */
function countStepNorm({ model, run, shapes }: Context, layer: Layer): LayerCounts {
  const values = sizeOf(shapes.get(layer.id) ?? []) * run.images * run.steps;
  const width = sumWidth(model);
  const multiplications = byWidth(width === "float32" ? "float32" : "int32x32", values);
  return { ...noCounts(layer.id), additions: byWidth(width, values), multiplications };
}

function isPool(layer: Layer): layer is PoolLayer {
  return layer.kind === "maxPool" || layer.kind === "averagePool" || layer.kind === "sumPool";
}

function countPool({ model, run, shapes, runLayers }: Context, layer: PoolLayer): LayerCounts | null {
  const source = signalSource(model, layer.inputs[0].from);
  const isHeld = source === inputId && model.inference?.coding === "constant";
  const outputs = sizeOf(shapes.get(layer.id) ?? []) * run.images;
  const perOutput = layer.kernel[0] * layer.kernel[1] - 1;
  if (layer.kind !== "maxPool") {
    return isHeld
      ? { ...noCounts(layer.id), additions: byWidth(sumWidth(model), outputs * perOutput) }
      : null;
  }
  return {
    ...noCounts(layer.id),
    additions: byWidth("int32", runLayers.get(source)?.spikes ?? 0),
    comparisons: byWidth(isHeld ? sumWidth(model) : "int32", outputs * perOutput * (isHeld ? 1 : run.steps)),
  };
}

function addressBytes(neurons: number): number {
  return neurons <= 65536 ? 2 : 4;
}
