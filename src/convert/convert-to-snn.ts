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
import { pixelMaps } from "../model/preprocessing.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import { checkValue } from "../space/resolve.ts";
import { activationBounds, layerBound } from "./activation-bounds.ts";
import type { ActivationStatistics } from "./activation-statistics.ts";
import { at, combine, concatenate, repeat, simplest } from "./broadcast.ts";
import { type ConversionSettings, ruleFields } from "./conversion-fields.ts";
import { describeConversion } from "./describe-conversion.ts";
import { planSignals, type SignalPlan } from "./plan-signals.ts";
import { poolBeforeRelu } from "./pool-before-relu.ts";
import { quantiseTensor, type WeightStorage } from "./quantise-weights.ts";

/** Id of the neurons that are added behind the output layer for the readouts `"count"` and `"firstSpike"`. */
export function outputSpikesId(outputId: string): string {
  return `${outputId}-spikes`;
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
  checkSettings(settings);
  const pooled = settings.maxPool === "sums" ? poolBeforeRelu(ann) : ann;
  return new Conversion(pooled, statistics, settings, inference, storage).convert();
}

/** Values of a layer: ANN value of one spike a step, or of a sum of 1. One value, or one a channel. */
interface Carried {
  readonly kind: "activities" | "sums";
  readonly unit: Float64Array;
  /** The layer whose bias all of the sums have a share in; null if there are several. */
  readonly home: string | null;
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
  readonly #carried = new Map<string, Carried>([
    [inputId, { kind: "activities", unit: Float64Array.of(1), home: null }],
  ]);
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
    this.#bounds = activationBounds(ann, statistics, settings, this.#countedSteps());
  }

  convert(): Model {
    const { network, provenance } = this.#ann;
    for (const layer of network.layers) this.#take(layer);
    const output = this.#finishOutput();
    const history = describeConversion(this.#settings, this.#inference, this.#changesWeights);
    const isStored = this.#storage !== undefined && this.#storage.bits !== "float32";
    const snn: Model = {
      ...this.#ann,
      kind: "snn",
      network: { ...network, layers: this.#layers, output },
      weightFormat:
        isStored && typeof this.#storage?.bits === "number"
          ? { kind: "int", bits: this.#storage.bits }
          : this.#ann.weightFormat,
      tensors: this.#tensors,
      inference: this.#inference,
      provenance: { ...provenance, history: [...provenance.history, ...history] },
    };
    validateModel(snn);
    return snn;
  }

  /** Steps whose spikes are read. */
  #countedSteps(): number {
    const { steps, warmUp } = this.#inference;
    return steps - (warmUp?.steps ?? 0);
  }

  #take(layer: Layer): void {
    if (this.#plan.identities.has(layer.id)) {
      this.#carried.set(layer.id, this.#carriedBy(layer.inputs[0].from));
      return;
    }
    const inputs = layer.inputs.map(({ from }): Connection => ({ from: this.#standIn(from), delay: 0 }));
    const sources = layer.inputs.map(({ from }) => this.#carriedBy(from));
    switch (layer.kind) {
      case "dense":
      case "conv2d":
        this.#takeLinear({ ...layer, inputs }, sources[0].unit);
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
      return { ...first, unit: concatenate(parts), home: null };
    }
    if (layer.kind !== "flatten") return first;
    const shape = this.#shapeOf(layer.inputs[0].from);
    return { ...first, unit: repeat(first.unit, sizeOf(shape) / shape[0]) };
  }

  #takeLinear(layer: DenseLayer | Conv2dLayer, inputUnit: Float64Array): void {
    const { id } = layer;
    const { weight, scale } = this.#weightsOf(layer, simplest(inputUnit));
    const perInput = inputUnit.length === 1 ? inputUnit : Float64Array.of(1);
    const unit = simplest(combine(Float64Array.from(scale?.data ?? [1]), perInput, (s, x) => s * x));
    this.#layers.push(layer);
    this.#tensors[`${id}.weight`] = weight;
    if (scale !== undefined) this.#tensors[`${id}.scale`] = scale;
    const bias = this.#ann.tensors[`${id}.bias`];
    if (bias !== undefined) {
      const data = Float32Array.from(bias.data, (value, o) => value / at(unit, o));
      this.#tensors[`${id}.bias`] = { shape: bias.shape, data };
    }
    this.#carried.set(id, { kind: "sums", unit, home: id });
  }

  /** Weights and scale as stored; multiplied by the inputs' bounds and stored anew where these differ. */
  #weightsOf(
    layer: DenseLayer | Conv2dLayer,
    inputUnit: Float64Array,
  ): { readonly weight: Tensor; readonly scale: Tensor | undefined } {
    const { id } = layer;
    const groups = layer.kind === "conv2d" ? layer.groups : 1;
    const stored = this.#ann.tensors[`${id}.weight`];
    const isFloat = this.#ann.weightFormat.kind === "float32";
    const isChanged = inputUnit.length > 1;
    if (isChanged && !isFloat) {
      throw new InvalidValueError(
        `layer ${JSON.stringify(id)}`,
        "must have float32 weights, as its inputs have bounds of their own",
        "codes",
        "Convert the float32 network and say how its weights are to be stored.",
      );
    }
    this.#changesWeights ||= isChanged;
    const weight = isChanged ? timesInputs(stored, groups, inputUnit) : stored;
    if (!isFloat || this.#storage === undefined || this.#storage.bits === "float32")
      return { weight, scale: this.#ann.tensors[`${id}.scale`] };
    const scales = id === this.#ann.network.output ? "layer" : this.#storage.scales;
    const { codes, scale } = quantiseTensor(
      weight.data as Float32Array,
      weight.shape[0],
      this.#storage.bits,
      scales,
    );
    return {
      weight: { shape: weight.shape, data: codes },
      scale: { shape: [scale.length], data: scale },
    };
  }

  #takeRelu({ id, inputs }: ReluLayer, source: Carried): void {
    const bound = this.#bounds.get(id) as Float64Array;
    this.#addNeurons(id, inputs, bound, source);
  }

  #addNeurons(id: string, inputs: readonly Connection[], bound: Float64Array, source: Carried): void {
    const { neuron, reset, signed, initialPotential, leak } = this.#settings;
    const model = neuron === "lif" ? "lif" : "if";
    this.#layers.push({ id, kind: "neuron", model, reset, ...(signed && { isSigned: true }), inputs });
    const threshold = simplest(combine(bound, source.unit, (a, b) => a / b));
    const tensor = (values: ArrayLike<number>): Tensor => ({
      shape: [values.length],
      data: Float32Array.from(values),
    });
    this.#tensors[`${id}.threshold`] = tensor(threshold);
    this.#tensors[`${id}.initialPotential`] = tensor(threshold.map((theta) => initialPotential * theta));
    this.#tensors[`${id}.bound`] = tensor(simplest(bound));
    if (neuron === "lif") this.#tensors[`${id}.leak`] = tensor([leak]);
    if (this.#settings.thresholdShift > 0) this.#shift(id, threshold, source.home);
    this.#carried.set(id, { kind: "activities", unit: simplest(bound), home: null });
  }

  /** Give neurons their share of the threshold through the bias before them. */
  #shift(id: string, threshold: Float64Array, home: string | null): void {
    const linear = this.#layers.findIndex((layer) => layer.id === home);
    const layer = this.#layers[linear];
    if (layer?.kind !== "dense" && layer?.kind !== "conv2d") {
      throw new InvalidValueError(
        `layer ${JSON.stringify(id)}`,
        "must follow one dense or conv2d layer for a threshold shift",
        "other inputs",
        "Use the initial potential instead.",
      );
    }
    const channels = layer.kind === "dense" ? layer.units : layer.channels;
    const share = this.#settings.thresholdShift / this.#countedSteps();
    const before = this.#tensors[`${layer.id}.bias`]?.data ?? new Float32Array(channels);
    const data = Float32Array.from(before, (value, c) => value + share * at(threshold, c));
    this.#tensors[`${layer.id}.bias`] = { shape: [channels], data };
    this.#layers[linear] = { ...layer, bias: true };
  }

  #takeAdd(layer: AddLayer, sources: readonly Carried[]): void {
    this.#layers.push(layer);
    const first = sources.find(({ kind }) => kind === "sums");
    if (first === undefined) {
      this.#carried.set(layer.id, sources[0]);
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
    this.#carried.set(layer.id, first);
  }

  /** Neurons for spiking readouts. @returns the output's id */
  #finishOutput(): string {
    const { output } = this.#ann.network;
    const { readout } = this.#inference;
    const isSpiking = readout === "count" || readout === "firstSpike";
    const carried = this.#carriedBy(output);
    const id = this.#standIn(output);
    const where = `output layer ${JSON.stringify(output)}`;
    if (carried.kind === "activities") {
      if (isSpiking && this.#bounds.has(id)) return id;
      const rule = isSpiking ? "must be neurons or sums" : `must be sums for readout "${readout}"`;
      throw new InvalidValueError(where, `${rule} (e.g. of a dense layer)`, "activations");
    }
    if (!isSpiking) {
      if (carried.unit.length === 1) return id;
      throw new InvalidValueError(
        where,
        "must have one scale for its sums to be compared",
        carried.unit.length,
      );
    }
    const bound = layerBound(output, this.#statistics, this.#settings, this.#countedSteps());
    const one = Float64Array.of(Math.max(...bound) * this.#settings.thresholdFactor);
    this.#addNeurons(outputSpikesId(output), [{ from: id, delay: 0 }], one, carried);
    return outputSpikesId(output);
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

/** Weights times the bound of the input channel or feature they belong to. */
function timesInputs({ shape, data }: Tensor, groups: number, bounds: Float64Array): Tensor {
  const [outputs, inGroup] = shape;
  const taps = sizeOf(shape.slice(2));
  const perGroup = outputs / groups;
  const scaled = Float32Array.from(data, (value, i) => {
    const group = Math.floor(i / (taps * inGroup) / perGroup);
    return value * at(bounds, group * inGroup + (Math.floor(i / taps) % inGroup));
  });
  return { shape, data: scaled };
}

/** @throws {InvalidValueError} when the input is not what spikes, or a held current of bound 1, can stand for */
function checkInput({ preprocessing, network }: Model, { coding }: Inference): void {
  if (coding === "constant") return;
  const hint = 'Train on pixels scaled to 0…1, or use coding "constant".';
  for (const { scale, offset } of pixelMaps(preprocessing, network.inputShape).maps) {
    if (offset !== 0) {
      throw new InvalidValueError("preprocessing.offset", `must be 0 for coding "${coding}"`, offset, hint);
    }
    if (!(scale > 0 && scale * 255 <= 1 + 1e-6)) {
      const rule = `must be above 0 and at most 1/255 for coding "${coding}"`;
      throw new InvalidValueError("preprocessing.scale", rule, scale, hint);
    }
  }
}

function checkSettings(settings: ConversionSettings): void {
  for (const [name, field] of Object.entries(ruleFields)) {
    checkValue(`conversion.${name}`, field, settings[name as keyof ConversionSettings]);
  }
  if (settings.signed && settings.reset !== "subtract") {
    throw new InvalidValueError("conversion.reset", "must be subtract for signed neurons", settings.reset);
  }
  if (settings.normalisation === "mmse" && settings.granularity === "channel") {
    throw new InvalidValueError("conversion.granularity", "must be layer for mmse", settings.granularity);
  }
}
