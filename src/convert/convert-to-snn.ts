// ANN to SNN: every relu becomes spiking neurons.
//
// A spike of neuron layer l stands for the activation λ_l (activation-bounds.ts). Stored weights w'
// (w = s w', s = 1 for float32) are not touched where λ is one value a layer; a dense or conv2d layer fed
// with spikes worth λ_in then sums in units of σ = s λ_in, so that
//   threshold θ_l = λ_l / σ,   bias b' = b / σ + thresholdShift θ_l / T,   initial potential = share · θ_l
// and with soft reset and constant drive the rate is r_l = z_l/λ_l within 1/T: Diehl et al. 2015
// (maximum) and Rueckauer et al. 2017 (percentile, reset by subtraction), with the scales moved from weights
// to thresholds. Where inputs have a λ each (channel-wise), weights become w λ_in and are stored anew: the
// network's history says so. What meets in an addition is brought to the first sum's unit by gains.

import { InvalidValueError } from "../base/errors.ts";
import type { Inference, Model, Tensor } from "../model/model.ts";
import type { AddLayer, Connection, Conv2dLayer, DenseLayer, Layer, ReluLayer } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import { planSimulation } from "../simulate/simulation-plan.ts";
import { activationBounds, layerBound } from "./activation-bounds.ts";
import type { ActivationStatistics } from "./activation-statistics.ts";
import { at, combine, concatenate, repeat, simplest } from "./broadcast.ts";
import { checkInput, checkSettings } from "./check-conversion.ts";
import type { ConversionSettings } from "./conversion-fields.ts";
import { describeConversion } from "./describe-conversion.ts";
import { planSignals, type SignalPlan } from "./plan-signals.ts";
import { poolBeforeRelu } from "./pool-before-relu.ts";
import type { WeightStorage } from "./quantise-weights.ts";
import { FirstSpikes, Rates, type Speech } from "./speech.ts";
import { storedWeights } from "./stored-weights.ts";

/** Id of the neurons that are added behind the output layer for the readouts `"count"` and `"firstSpike"`. */
export function outputSpikesId(outputId: string): string {
  return `${outputId}-spikes`;
}

/** Id of the integrators that are added behind the output layer of a network that speaks by first spikes. */
export function integratorId(outputId: string): string {
  return `${outputId}-sum`;
}

/**
 * Convert an ANN. Readouts `"membrane"` and `"average"` keep the last layer without neurons; `"count"` and
 * `"firstSpike"` add neurons behind it, bounded by the positive part of the class scores.
 *
 * @param ann - batch norm folded; float32 weights or codes. Its weight tensors are shared, not copied
 * @param statistics - of the same network (float32 or quantised), from training images only
 * @param storage - how weights are stored that had to change; needs an `ann` of float32. Default: float32
 * @throws {InvalidValueError} naming the setting, or every layer that cannot be converted (plan-signals.ts
 * says which can), or one that was never active on the calibration images
 */
export function convertToSnn(
  ann: Model,
  statistics: ActivationStatistics,
  settings: ConversionSettings,
  inference: Inference,
  storage?: WeightStorage,
): Model {
  if (ann.kind !== "ann") throw new InvalidValueError("model.kind", "must be ann to be converted", ann.kind);
  validateModel(ann);
  checkInput(ann, inference);
  checkSettings(settings, inference);
  const pooled = settings.maxPool === "sums" ? poolBeforeRelu(ann) : ann;
  return new Conversion(pooled, statistics, settings, inference, storage).convert();
}

/** Values of a layer: ANN value of one spike a step, or of a sum of 1. One value, or one a channel. */
interface Carried {
  readonly kind: "activities" | "sums";
  readonly unit: Float64Array;
  /** The layer whose bias all of the sums have a share in; null if there are several. */
  readonly home: string | null;
  /** Layers of neurons in a row up to here. */
  readonly depth: number;
  /** Whether it is the same at every step: constant input and sums of it. */
  readonly isHeld: boolean;
}

/** The first of several inputs, as deep as the deepest. */
function merged(first: Carried, sources: readonly Carried[]): Carried {
  const depth = Math.max(...sources.map((source) => source.depth));
  return { ...first, depth, isHeld: sources.every(({ isHeld }) => isHeld) };
}

class Conversion {
  readonly #ann: Model;
  readonly #statistics: ActivationStatistics;
  readonly #settings: ConversionSettings;
  readonly #inference: Inference;
  readonly #storage: WeightStorage | undefined;
  readonly #plan: SignalPlan;
  readonly #bounds: ReadonlyMap<string, Float64Array>;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #speech: Speech;
  readonly #carried = new Map<string, Carried>();
  readonly #layers: Layer[] = [];
  readonly #tensors: Record<string, Tensor> = {};
  #changesWeights = false;

  constructor(
    ann: Model,
    statistics: ActivationStatistics,
    settings: ConversionSettings,
    inference: Inference,
    storage: WeightStorage | undefined,
  ) {
    this.#ann = ann;
    this.#statistics = statistics;
    this.#settings = settings;
    this.#inference = inference;
    this.#storage = storage;
    this.#plan = planSignals(ann.network, settings.granularity === "layer");
    this.#shapes = inferShapes(ann.network);
    this.#bounds = activationBounds(ann, statistics, settings, inference.steps);
    this.#speech = settings.neuron === "ttfs" ? new FirstSpikes(inference) : new Rates(settings, inference);
    const isHeld = inference.coding === "constant";
    const unit = Float64Array.of(this.#speech.inputUnit);
    this.#carried.set(inputId, { kind: "activities", unit, home: null, depth: 0, isHeld });
  }

  convert(): Model {
    const { network, provenance, weightFormat } = this.#ann;
    for (const layer of network.layers) this.#take(layer);
    const output = this.#finishOutput();
    const bits = this.#storage?.bits;
    const snnNetwork = { ...network, layers: this.#layers, output };
    const inference = this.#speech.inferenceOf(snnNetwork);
    const history = describeConversion(this.#settings, inference, this.#changesWeights);
    const snn: Model = {
      ...this.#ann,
      kind: "snn",
      network: snnNetwork,
      weightFormat: typeof bits === "number" ? { kind: "int", bits } : weightFormat,
      tensors: this.#tensors,
      inference,
      provenance: { ...provenance, history: [...provenance.history, ...history] },
    };
    validateModel(snn);
    // What only the simulator knows it cannot run is refused here, too, not when it is run.
    planSimulation(snn);
    return snn;
  }

  #take(layer: Layer): void {
    if (this.#plan.identities.has(layer.id)) {
      this.#carried.set(layer.id, this.#carriedBy(layer.inputs[0].from));
      return;
    }
    const sources = layer.inputs.map(({ from }) => this.#carriedBy(from));
    const depth = Math.max(...sources.map((source) => source.depth));
    const inputs = layer.inputs.map(({ from }, k): Connection => {
      const delay = sources[k].isHeld ? 0 : this.#speech.delay(depth - sources[k].depth);
      return { from: this.#standIn(from), delay };
    });
    switch (layer.kind) {
      case "dense":
      case "conv2d":
        this.#takeLinear({ ...layer, inputs }, sources[0]);
        return;
      case "relu":
        this.#takeRelu({ ...layer, inputs }, sources[0]);
        return;
      case "add":
        this.#takeAdd({ ...layer, inputs }, sources);
        return;
      default:
        this.#layers.push({ ...layer, inputs });
        this.#carried.set(layer.id, this.#passedOn(layer, sources));
    }
  }

  /** Pools keep units, flatten spreads channels over features, concat lines them up. */
  #passedOn(layer: Layer, sources: readonly Carried[]): Carried {
    const [first] = sources;
    if (layer.kind === "concat") {
      const parts = sources.map(({ unit }, k) => ({
        values: unit,
        channels: this.#shapeOf(layer.inputs[k].from)[0],
      }));
      return { ...merged(first, sources), unit: concatenate(parts), home: null };
    }
    if (layer.kind !== "flatten") return first;
    const shape = this.#shapeOf(layer.inputs[0].from);
    return { ...first, unit: repeat(first.unit, sizeOf(shape) / shape[0]) };
  }

  #takeLinear(layer: DenseLayer | Conv2dLayer, source: Carried): void {
    const { id } = layer;
    const inputUnit = simplest(source.unit);
    const { weight, scale, isChanged } = storedWeights(this.#ann, layer, inputUnit, this.#storage);
    this.#changesWeights ||= isChanged;
    const perInput = isChanged ? Float64Array.of(1) : inputUnit;
    const unit = simplest(combine(Float64Array.from(scale?.data ?? [1]), perInput, (s, x) => s * x));
    this.#layers.push(layer);
    this.#tensors[`${id}.weight`] = weight;
    if (scale !== undefined) this.#tensors[`${id}.scale`] = scale;
    const bias = this.#ann.tensors[`${id}.bias`];
    if (bias !== undefined) {
      const { biasShare } = this.#speech;
      const data = Float32Array.from(bias.data, (value, o) => (biasShare * value) / at(unit, o));
      this.#tensors[`${id}.bias`] = { shape: bias.shape, data };
    }
    this.#carried.set(id, { ...source, kind: "sums", unit, home: id });
  }

  #takeRelu({ id, inputs }: ReluLayer, source: Carried): void {
    const bound = this.#bounds.get(id) as Float64Array;
    this.#addNeurons(id, inputs, bound, source);
  }

  #addNeurons(id: string, inputs: readonly Connection[], bound: Float64Array, source: Carried): void {
    const threshold = simplest(combine(bound, source.unit, (a, b) => a / b));
    this.#layers.push({ id, kind: "neuron", inputs, ...this.#speech.form(source.depth) });
    const tensors = { ...this.#speech.parameters(threshold), bound: simplest(bound) };
    for (const [name, values] of Object.entries(tensors))
      this.#tensors[`${id}.${name}`] = { shape: [values.length], data: Float32Array.from(values) };
    const share = this.#settings.thresholdShift / this.#inference.steps;
    if (share > 0) this.#addToBias(id, source.home, (c) => share * at(threshold, c));
    const { depth } = source;
    const unit = simplest(bound);
    this.#carried.set(id, { kind: "activities", unit, home: null, depth: depth + 1, isHeld: false });
  }

  /** Give neurons something every step through the bias before them. */
  #addToBias(id: string, home: string | null, amount: (channel: number) => number): void {
    const linear = this.#layers.findIndex((layer) => layer.id === home);
    const layer = this.#layers[linear];
    if (layer?.kind !== "dense" && layer?.kind !== "conv2d") {
      throw new InvalidValueError(
        `layer ${JSON.stringify(id)}`,
        "must follow one dense or conv2d layer, whose bias is shifted",
        "other inputs",
        "Use no threshold shift and no first-spike readout.",
      );
    }
    const channels = layer.kind === "dense" ? layer.units : layer.channels;
    const before = this.#tensors[`${layer.id}.bias`]?.data ?? new Float32Array(channels);
    const data = Float32Array.from(before, (value, c) => value + amount(c));
    this.#tensors[`${layer.id}.bias`] = { shape: [channels], data };
    this.#layers[linear] = { ...layer, bias: true };
  }

  #takeAdd(layer: AddLayer, sources: readonly Carried[]): void {
    this.#layers.push(layer);
    const first = sources.find(({ kind }) => kind === "sums");
    if (first === undefined) {
      this.#carried.set(layer.id, merged(sources[0], sources));
      return;
    }
    const gains = sources.map(({ unit }) => simplest(combine(unit, first.unit, (a, b) => a / b)));
    if (gains.some((gain) => gain.length > 1 || gain[0] !== 1)) {
      const channels = Math.max(...gains.map(({ length }) => length));
      const data = Float32Array.from({ length: gains.length * channels }, (_, i) =>
        at(gains[Math.floor(i / channels)], i % channels),
      );
      const shape = channels === 1 ? [gains.length] : [gains.length, channels];
      this.#tensors[`${layer.id}.gain`] = { shape, data };
    }
    this.#carried.set(layer.id, merged(first, sources));
  }

  /** Neurons behind the output where it needs some. @returns the output's id */
  #finishOutput(): string {
    const { output } = this.#ann.network;
    const { readout, steps } = this.#inference;
    const isSpiking = readout === "count" || readout === "firstSpike";
    const carried = this.#carriedBy(output);
    const id = this.#standIn(output);
    const where = `output layer ${JSON.stringify(output)}`;
    if (carried.kind === "activities") {
      if (isSpiking && this.#bounds.has(id)) return id;
      const rule = isSpiking ? "must be neurons or sums" : `must be sums for readout "${readout}"`;
      throw new InvalidValueError(where, `${rule} (e.g. of a dense layer)`, "activations");
    }
    if (!isSpiking && carried.unit.length > 1)
      throw new InvalidValueError(
        where,
        "must have one scale for its sums to be compared",
        carried.unit.length,
      );
    const inputs = [{ from: id, delay: 0 }];
    if (isSpiking) {
      const bound = layerBound(output, this.#statistics, this.#settings, steps);
      const own = Math.max(...bound) * this.#settings.thresholdFactor;
      const lift = readout === "firstSpike" ? this.#lift(output, own, carried) : 0;
      this.#addNeurons(outputSpikesId(output), inputs, Float64Array.of(own + lift), carried);
      return outputSpikesId(output);
    }
    const integrator = this.#speech.integrator(carried.depth);
    if (integrator === null) return id;
    this.#layers.push({ id: integratorId(output), kind: "neuron", inputs, ...integrator });
    return integratorId(output);
  }

  /**
   * Raise all class scores alike, so that the highest one of every image is high enough to be spoken of: an
   * image without a spike would have no class. @returns by how much
   */
  #lift(output: string, bound: number, { unit, home }: Carried): number {
    const lowest = this.#statistics.lowestTopScore;
    const lift = Math.max(0, bound / this.#inference.steps - lowest);
    if (lift > 0) this.#addToBias(output, home, (c) => (this.#speech.biasShare * lift) / at(unit, c));
    return lift;
  }

  #carriedBy(id: string): Carried {
    return this.#carried.get(id) as Carried;
  }

  #standIn(id: string): string {
    return this.#plan.identities.get(id) ?? id;
  }

  #shapeOf(id: string): readonly number[] {
    return this.#shapes.get(id) as readonly number[];
  }
}
