// A layer of neurons in training: potentials charged, spikes, and the recursion back through time.

import type { Kernels } from "../../kernels/kernels.ts";
import { listSpikes } from "../../kernels/list-spikes.ts";
import type { SurrogateName } from "../../kernels/surrogate-functions.ts";
import {
  surrogateBackward,
  surrogateBackwardRows,
  surrogateForward,
  surrogateForwardRows,
  surrogateStates,
  surrogateSums,
} from "../../kernels/surrogate-neurons.ts";
import type { NeuronLayer } from "../../model/network.ts";
import {
  chargeRules,
  type Dynamics,
  dynamicsOf,
  resetKinds,
  resetTimes,
  synapseRules,
} from "../../neuron/dynamics.ts";
import { type Flow, gradientOf, MadeLists, partOf, rowsIn, type StepRange } from "../flow.ts";
import { neuronFactors, parameterDerivatives, type TrainedNeuronValues } from "../neuron-factors.ts";
import { keepActive, markNear } from "./active-derivatives.ts";
import type { Pass, PassContext } from "./pass.ts";
import { rateDerivatives } from "./rate-derivatives.ts";

export interface NeuronPassOptions {
  readonly layer: NeuronLayer;
  readonly surrogate: SurrogateName;
  readonly slope: number;
  /** Whether resets count as given when derivatives are taken. */
  readonly isDetached: boolean;
  /** Steps that derivatives pass back at most; 0: all. */
  readonly truncation: number;
  /** Distance from the threshold within which neurons pass derivatives; 0: any. */
  readonly activeWidth: number;
  /** Whether derivatives go through firing rates, not through steps. */
  readonly isByRates: boolean;
  /** Whether who drives the layer may carry its derivatives back through the steps. */
  readonly mayLeaveCarrying: boolean;
  readonly input: Flow;
  readonly output: Flow;
  /** Of the output, where layers read its spikes. */
  readonly lists: NeuronLists | null;
  readonly values: TrainedNeuronValues;
}

export class NeuronPass implements Pass {
  readonly output: Flow;
  readonly state: readonly Float32Array[];
  readonly #context: PassContext;
  readonly #options: NeuronPassOptions;
  readonly #dynamics: Dynamics;
  readonly #charged: Float32Array;
  readonly #synapses: Float32Array | undefined;
  readonly #adaptations: Float32Array | undefined;
  readonly #forwardRows: Float32Array;
  readonly #backwardRows: Float32Array;
  /** State before the first step in memory. */
  readonly #start: Float32Array;
  readonly #present: Float32Array;
  readonly #carry: Float32Array;
  readonly #sums: Float32Array;
  readonly #learnt: ReadonlySet<string>;
  /** Spikes since the batch began. */
  spikes = 0;
  /** What a penalty on activity adds to every derivative by a spike. */
  activityDerivative = 0;
  #firstStep = 0;
  #thresholds: Float32Array = new Float32Array(0);
  #rates: Readonly<Record<"keep" | "gain", Float32Array>> = {
    keep: this.#thresholds,
    gain: this.#thresholds,
  };
  /** The share of the potential kept, where derivatives are left to be carried back by who drives the layer. */
  leftToCarry: number | null = null;
  /** 1 for images that have brought no neuron within the active width yet. */
  #isFar = new Uint8Array(0);

  constructor(context: PassContext, options: NeuronPassOptions) {
    const { kernels, maximumImages, maximumSteps } = context;
    const { layer, input, output, values } = options;
    const { stride } = output;
    this.output = output;
    this.#context = context;
    this.#options = options;
    this.#dynamics = dynamicsOf(layer);
    this.#learnt = new Set(
      values.names.filter((name) => context.gradient(`${layer.id}.${name}`) !== undefined),
    );
    const rows = maximumImages * maximumSteps * stride;
    this.#charged = chargesInPlace(input) ? input.values : kernels.scratchFloat32(rows);
    this.#synapses = this.#learnt.has("synapseLeak") ? kernels.scratchFloat32(rows) : undefined;
    this.#adaptations = this.#dynamics.isAdaptive ? kernels.scratchFloat32(rows) : undefined;
    this.#forwardRows = kernels.float32(surrogateForwardRows.length * stride);
    this.#backwardRows = kernels.float32(surrogateBackwardRows.length * stride);
    const states = surrogateStates * maximumImages * stride;
    this.#start = kernels.float32(states);
    this.#present = kernels.float32(states);
    this.#carry = kernels.float32(states);
    this.#sums = kernels.float32(surrogateSums.length * stride);
    this.state = [this.#present];
  }

  begin(images: number): void {
    this.spikes = 0;
    this.activityDerivative = 0;
    this.#isFar = new Uint8Array(images).fill(1);
    const { values } = this.#options;
    const { size, stride } = this.output;
    const factors = neuronFactors(this.#dynamics, values.now());
    for (const [row, name] of surrogateForwardRows.entries())
      this.#forwardRows.set(factors[name], row * stride);
    for (const [row, name] of surrogateBackwardRows.entries())
      this.#backwardRows.set(factors[name], row * stride);
    this.#thresholds = this.#forwardRows.subarray(0, stride);
    const { keep, gain } = factors;
    this.#rates = { keep, gain };
    this.leftToCarry =
      this.#options.mayLeaveCarrying && keep.every((own) => own === keep[0]) ? keep[0] : null;
    if (this.leftToCarry !== null)
      this.#backwardRows.fill(0, ...rowOf(surrogateBackwardRows.indexOf("keep"), stride));
    this.#present.fill(0);
    for (let image = 0; image < images; image++)
      this.#present.set(factors.initialPotential.subarray(0, size), image * stride);
    this.#carry.fill(0);
    this.#sums.fill(0);
  }

  beginSteps(firstStep: number, images: number): void {
    this.#firstStep = firstStep;
    const length = surrogateStates * images * this.output.stride;
    this.#start.set(this.#present.subarray(0, length));
  }

  forward(range: StepRange): void {
    const { kernels } = this.#context;
    const { input, output, lists } = this.#options;
    const { isStrict, isAdaptive, emitsPotential } = this.#dynamics;
    const { activeWidth: width } = this.#options;
    const { synapse, charge, reset, resetTime } = this.#dynamics;
    const part = (data: Float32Array): Float32Array => partOf(output, data, range);
    surrogateForward(kernels, {
      images: range.images,
      steps: range.to - range.from,
      size: output.size,
      stride: output.stride,
      current: partOf(input, input.values, range),
      isHeld: input.isHeld,
      parameters: this.#forwardRows,
      rules: {
        synapse: synapseRules.indexOf(synapse),
        charge: chargeRules.indexOf(charge),
        isStrict,
        reset: resetKinds.indexOf(reset),
        resetTime: resetTimes.indexOf(resetTime),
        isAdaptive,
        emitsPotential,
      },
      state: this.#present,
      charged: part(this.#charged),
      outputs: part(output.values),
      synapses: this.#synapses && part(this.#synapses),
      adaptations: this.#adaptations && part(this.#adaptations),
    });
    if (width > 0 && !emitsPotential) {
      const near = { threshold: this.#thresholds, width, isFar: this.#isFar, size: output.size };
      markNear({ charged: part(this.#charged), ...near });
    }
    if (lists === null) return;
    lists.renew(range);
    const { ends, segments } = lists.of(range);
    this.spikes += segments === 0 ? 0 : ends[segments - 1];
  }

  backward(range: StepRange): void {
    const { input, output, isDetached, surrogate, slope, truncation } = this.#options;
    const { reset, resetTime, isAdaptive, emitsPotential, synapse } = this.#dynamics;
    const whole = { from: 0, to: range.to, images: range.images };
    const part = (data: Float32Array): Float32Array => partOf(output, data, whole);
    const dCurrent = input.gradient ?? this.#charged;
    const dOutputs = gradientOf(output, whole);
    const first = range.from * range.images * output.stride;
    const penalty = this.activityDerivative;
    if (penalty !== 0) for (let i = first; i < dOutputs.length; i++) dOutputs[i] += penalty;
    const { activeWidth: width, isByRates } = this.#options;
    if (isByRates && !emitsPotential) {
      this.#throughRates(range, dOutputs);
      return;
    }
    if (width > 0 && !emitsPotential) {
      const charged = part(this.#charged).subarray(first);
      const own = { threshold: this.#thresholds, width, isFar: this.#isFar };
      keepActive({ charged, dOutputs: dOutputs.subarray(first), ...own });
    }
    surrogateBackward(this.#context.kernels, {
      images: range.images,
      fromStep: range.from,
      steps: range.to,
      size: output.size,
      stride: output.stride,
      dOutputs,
      charged: part(this.#charged),
      outputs: part(output.values),
      synapses: this.#synapses && part(this.#synapses),
      adaptations: this.#adaptations && part(this.#adaptations),
      start: this.#start,
      dCurrent: partOf(input, dCurrent, whole),
      isHeld: input.isHeld,
      parameters: this.#backwardRows,
      rules: {
        reset: resetKinds.indexOf(reset),
        isLate: resetTime === "afterNextCharge",
        isAdaptive,
        emitsPotential,
        isDetached,
        hasSynapse: synapse !== "none",
        isDecayedAfterAdding: synapse === "addThenDecay",
        surrogate,
        slope,
        truncation,
        firstStep: this.#firstStep,
        isMembraneLearnt: ["leak", "currentGain", "rate", "timeConstant"].some((name) =>
          this.#learnt.has(name),
        ),
        isLearnt: this.#learnt.size > 0,
      },
      carry: this.#carry,
      sums: this.#sums,
    });
  }

  #throughRates(range: StepRange, dOutputs: Float32Array): void {
    const { input, output } = this.#options;
    const { images, to: steps } = range;
    const { size, stride } = output;
    const [from, to] = rowOf(surrogateSums.indexOf("threshold"), stride);
    rateDerivatives({
      images,
      steps,
      size,
      stride,
      dOutputs,
      spikes: partOf(output, output.values, range),
      start: this.#start,
      end: this.#present,
      threshold: this.#thresholds,
      ...this.#rates,
      dCurrent: partOf(input, input.gradient ?? this.#charged, range),
      isHeld: input.isHeld,
      dThreshold: this.#sums.subarray(from, to),
    });
  }

  finish(): void {
    if (this.#learnt.size === 0) return;
    const { layer, values } = this.#options;
    const { stride, size } = this.output;
    const sums = Object.fromEntries(
      surrogateSums.map((name, row) => [name, this.#sums.subarray(row * stride, row * stride + size)]),
    ) as Record<(typeof surrogateSums)[number], Float32Array>;
    const derivatives = parameterDerivatives(this.#dynamics, values.now(), sums);
    for (const name of this.#learnt) {
      const gradient = this.#context.gradient(`${layer.id}.${name}`) as Float32Array;
      const own = derivatives[name as keyof typeof derivatives];
      if (own === undefined) continue;
      const run = size / gradient.length;
      const totals = new Float64Array(gradient.length);
      for (let i = 0; i < size; i++) totals[Math.floor(i / run)] += own(i);
      totals.forEach((total, i) => {
        gradient[i] += total;
      });
    }
  }
}

function rowOf(row: number, stride: number): [from: number, to: number] {
  return [row * stride, (row + 1) * stride];
}

/** Whether the potentials may stand where their currents stood. */
export function chargesInPlace({ isHeld, gradient, values }: Flow): boolean {
  return !isHeld && gradient === values;
}

/** Spikes of a layer of neurons as lists. */
export class NeuronLists extends MadeLists {
  readonly worth = 1;
  readonly #kernels: Kernels;
  readonly #stride: number;
  readonly #spikes: Float32Array;

  /** @param spikes - the layer's outputs */
  constructor({ kernels, maximumImages, maximumSteps }: PassContext, stride: number, spikes: Float32Array) {
    super(kernels, maximumImages * maximumSteps, stride);
    this.#kernels = kernels;
    this.#stride = stride;
    this.#spikes = spikes;
  }

  protected write(range: StepRange, events: Int32Array, ends: Int32Array): void {
    const perStep = range.images * this.#stride;
    const spikes = this.#spikes.subarray(range.from * perStep, range.to * perStep);
    listSpikes(this.#kernels, { spikes, size: this.#stride, rows: rowsIn(range), events, ends });
  }
}
