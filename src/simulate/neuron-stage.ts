// Neuron layers: currents become spikes, or potentials where neurons only integrate.

import type { Kernels } from "../kernels/kernels.ts";
import {
  dynamicsRows,
  dynamicsStates,
  type NeuronDynamicsArgs,
  neuronDynamics,
} from "../kernels/neuron-dynamics.ts";
import { integerRows, integerStates, neuronInteger } from "../kernels/neuron-integer.ts";
import { neuronSteps, writtenAhead } from "../kernels/neuron-steps.ts";
import type { Arithmetic } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import {
  chargeRules,
  type Dynamics,
  dynamicsOf,
  resetKinds,
  resetTimes,
  synapseRules,
} from "../neuron/dynamics.ts";
import { integerRulesOf } from "../neuron/step-integer.ts";
import { type CurrentBuffer, type PotentialBuffer, type SpikeBuffer, takeSpikes } from "./flow-buffer.ts";
import type { LayerTally } from "./layer-tally.ts";
import { integerValues, type NeuronValueName, type NeuronValues } from "./neuron-values.ts";
import type { ObserveNeurons } from "./simulation-request.ts";
import type { Piece, RunMemory, Stage } from "./stage.ts";

export interface NeuronStageOptions {
  readonly layer: NeuronLayer;
  readonly values: Readonly<Record<NeuronValueName, NeuronValues>>;
  /** Steps of a call. */
  readonly steps: number;
  /** Steps of an image: more where the layer is in a loop. */
  readonly allSteps: number;
  readonly tally: LayerTally;
  readonly arithmetic: Arithmetic;
  /** Whether the potentials' bounds are wanted. */
  readonly boundsPotentials: boolean;
  readonly observe?: ObserveNeurons | undefined;
}

export function neuronStage(options: NeuronStageOptions, memory: RunMemory, input: CurrentBuffer): Stage {
  const { layer, steps, allSteps, tally } = options;
  const { kernels, batch } = memory;
  const dynamics = dynamicsOf(layer);
  const { size, stride } = input;
  const bounds = kernels.float32(8).fill(Number.POSITIVE_INFINITY, 0, 4).fill(Number.NEGATIVE_INFINITY, 4);
  const output = takeOutput(options, dynamics, memory, input);
  const events = output.kind === "spikes" ? output.events : kernels.int32(0);
  const ends = output.kind === "spikes" ? output.ends : kernels.int32(batch * steps);
  const common = {
    current: input.values,
    isHeld: input.isHeld,
    steps,
    neurons: stride,
    bounds,
    events,
    ends,
  };
  const { advance, mostOf, potentials } =
    options.arithmetic.kind === "integer"
      ? integerRun(kernels, batch, options, options.arithmetic, stride)
      : isPlain(options)
        ? plainRun(kernels, options, stride)
        : generalRun(
            kernels,
            batch,
            dynamics,
            options,
            stride,
            output.kind === "potential" ? output : undefined,
          );
  const counts = steps === allSteps ? null : new SpikeCounts(batch, size);
  const report = steps === allSteps && options.observe && potentials ? options.observe : null;
  return {
    output,
    run(piece) {
      tally.spikes += advance({ ...common, images: piece.images }, piece);
      tally.neuronUpdates += size * steps * piece.images;
      counts?.add(events, ends, piece);
      if (report === null || potentials === undefined) return;
      const { firstImage, images } = piece;
      const observed = { layer: layer.id, firstImage, images, neurons: size };
      const spikes = countSpikes(events, ends, images, steps, size);
      report({ ...observed, counts: spikes, potentials: lastPotentials(potentials, images, size, stride) });
    },
    finish() {
      for (let i = 0; i < size; i++) {
        const most = counts?.most[i] ?? mostOf(i);
        tally.everFired[i] = Number(most > 0);
        tally.everSaturated[i] = Number(most === allSteps * dynamics.maximumSpikes);
      }
      if (!options.boundsPotentials) return;
      tally.potentialLow = Math.min(...bounds.subarray(0, 4));
      tally.potentialHigh = Math.max(...bounds.subarray(4));
    },
  };
}

type Common = Pick<
  NeuronDynamicsArgs,
  "current" | "isHeld" | "images" | "steps" | "neurons" | "events" | "ends" | "bounds"
>;

interface NeuronRun {
  /** Run a piece; returns its spikes. */
  readonly advance: (common: Common, piece: Piece) => number;
  /** Most spikes of a neuron on any image: exact where it is 0 or as many as there are steps. */
  readonly mostOf: (neuron: number) => number;
  /** Potentials after the last step, where they are kept. Shape [images, rows, stride], the first row of each image. */
  readonly potentials?: { readonly values: Float32Array | Int32Array; readonly rows: number };
}

function takeOutput(
  { steps }: NeuronStageOptions,
  { emitsPotential, maximumSpikes }: Dynamics,
  { kernels, batch }: RunMemory,
  { size, stride }: CurrentBuffer,
): SpikeBuffer | PotentialBuffer {
  if (emitsPotential) {
    return { kind: "potential", size, stride, values: kernels.float32(batch * steps * stride) };
  }
  const mostPerStep = stride * maximumSpikes + writtenAhead;
  return takeSpikes(kernels, batch * steps, { size, mostPerStep, multiplicity: maximumSpikes });
}

/** Spikes by image and neuron. */
function countSpikes(
  events: Int32Array,
  ends: Int32Array,
  images: number,
  steps: number,
  size: number,
): Int32Array {
  const counts = new Int32Array(images * size);
  for (let s = 0, at = 0; s < images * steps; s++) {
    const first = Math.floor(s / steps) * size;
    for (; at < ends[s]; at++) counts[first + events[at]]++;
  }
  return counts;
}

function lastPotentials(
  { values, rows }: NonNullable<NeuronRun["potentials"]>,
  images: number,
  size: number,
  stride: number,
): Float32Array {
  const last = new Float32Array(images * size);
  for (let image = 0; image < images; image++) {
    const from = image * rows * stride;
    last.set(values.subarray(from, from + size), image * size);
  }
  return last;
}

/** Outside loops: IF or LIF with one leak, one start, spikes at v ≥ θ that reset at once; what conversion makes. */
function isPlain({ layer, values, steps, allSteps, observe }: NeuronStageOptions): boolean {
  const { membrane, currentGain, initialPotential, minimumPotential, resetPotential } = values;
  const dynamics = dynamicsOf(layer);
  const { synapse, charge, isStrict, reset, resetTime, isAdaptive } = dynamics;
  const isAll = ({ values, isUniform }: NeuronValues, value: number): boolean =>
    isUniform && values[0] === value;
  return (
    steps === allSteps &&
    observe === undefined && // the fast kernel keeps no potentials
    synapse === "none" &&
    charge === "leak" &&
    !isStrict &&
    reset !== "none" &&
    resetTime === "now" &&
    !isAdaptive &&
    dynamics.maximumSpikes === 1 &&
    dynamics.refractorySteps === 0 &&
    !dynamics.emitsPotential &&
    membrane.isUniform &&
    initialPotential.isUniform &&
    isAll(currentGain, 1) &&
    isAll(minimumPotential, Number.NEGATIVE_INFINITY) &&
    isAll(resetPotential, 0)
  );
}

function plainRun(
  kernels: Kernels,
  { layer, values, steps, boundsPotentials }: NeuronStageOptions,
  stride: number,
): NeuronRun {
  const size = values.threshold.values.length;
  const thresholds = kernels.float32(stride);
  thresholds.set(values.threshold.values);
  const initial = kernels.float32(stride).fill(Number.NaN).fill(values.initialPotential.values[0], 0, size);
  const leak = values.membrane.values[0];
  const reset = layer.reset === "subtract" ? "subtract" : "zero";
  const flags = kernels.uint16(stride / 8);
  return {
    advance({ bounds, ...common }) {
      return neuronSteps(kernels, {
        ...common,
        initial,
        thresholds,
        leak,
        reset,
        flags,
        ...(boundsPotentials && { bounds }),
      });
    },
    mostOf: (i) => {
      const place = 2 * Math.floor(i / 16);
      const has = (which: 0 | 1): number => (flags[place + which] >> (i % 16)) & 1;
      return has(1) * steps || has(0);
    },
  };
}

function generalRun(
  kernels: Kernels,
  batch: number,
  dynamics: Dynamics,
  { values }: NeuronStageOptions,
  stride: number,
  potential: PotentialBuffer | undefined,
): NeuronRun {
  const parameters = kernels.float32(dynamicsRows.length * stride).fill(Number.NaN);
  dynamicsRows.forEach((name, row) => {
    parameters.set(values[name].values, row * stride);
  });
  const perImage = dynamicsStates.length * stride;
  const start = new Float32Array(perImage).fill(Number.NaN, 0, stride);
  start.set(values.initialPotential.values);
  const state = kernels.float32(batch * perImage);
  const rules = {
    synapse: synapseRules.indexOf(dynamics.synapse),
    charge: chargeRules.indexOf(dynamics.charge),
    isStrict: dynamics.isStrict,
    reset: resetKinds.indexOf(dynamics.reset),
    resetTime: resetTimes.indexOf(dynamics.resetTime),
    isResetRepeated: dynamics.isResetRepeated,
    isAdaptive: dynamics.isAdaptive,
    maximumSpikes: dynamics.maximumSpikes,
    refractorySteps: dynamics.refractorySteps,
    spikeBudget: dynamics.spikeBudget,
  };
  const mostSpikes = kernels.int32(stride);
  return {
    potentials: { values: state, rows: dynamicsStates.length },
    mostOf: (i) => mostSpikes[i],
    advance(common, { isStart, images }) {
      if (isStart) for (let image = 0; image < images; image++) state.set(start, image * perImage);
      const rest = {
        rules,
        parameters,
        state,
        mostSpikes,
        ...(potential && { potentials: potential.values }),
      };
      return neuronDynamics(kernels, { ...common, ...rest });
    },
  };
}

function integerRun(
  kernels: Kernels,
  batch: number,
  { layer, values }: NeuronStageOptions,
  arithmetic: Extract<Arithmetic, { kind: "integer" }>,
  stride: number,
): NeuronRun {
  const rules = integerRulesOf(layer, arithmetic, `layer "${layer.id}"`);
  const own = integerValues(values);
  const size = own.threshold.length;
  const parameters = kernels.int32(integerRows.length * stride).fill(2 ** 31 - 1, size, stride);
  integerRows.forEach((name, row) => {
    parameters.set(own[name], row * stride);
  });
  const perImage = integerStates.length * stride;
  const state = kernels.int32(batch * perImage);
  const mostSpikes = kernels.int32(stride);
  return {
    potentials: { values: state, rows: integerStates.length },
    mostOf: (i) => mostSpikes[i],
    advance(common, { isStart, images }) {
      for (let image = 0; isStart && image < images; image++) {
        state.fill(0, image * perImage, (image + 1) * perImage).set(own.initialPotential, image * perImage);
      }
      return neuronInteger(kernels, { ...common, size, rules, parameters, state, mostSpikes });
    },
  };
}

/** Most spikes of any image by neuron, for layers that run one step a call. */
class SpikeCounts {
  readonly most: Int32Array;
  /** Shape [images, neurons]. */
  readonly #counts: Int32Array;

  constructor(batch: number, size: number) {
    this.most = new Int32Array(size);
    this.#counts = new Int32Array(batch * size);
  }

  add(events: Int32Array, ends: Int32Array, { images, isStart }: Piece): void {
    if (isStart) this.#counts.fill(0);
    const size = this.most.length;
    for (let image = 0, at = 0; image < images; image++) {
      for (; at < ends[image]; at++) {
        const count = ++this.#counts[image * size + events[at]];
        this.most[events[at]] = Math.max(this.most[events[at]], count);
      }
    }
  }
}
