// A spiking network's layers as passes of training, with memory taken and connected by flows, and what of the
// description training cannot follow refused.

import { InvalidValueError } from "../base/errors.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import type { SurrogateName } from "../kernels/surrogate-functions.ts";
import { lowered } from "../model/linear-layer.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { Connection, Layer, NeuronLayer, Shape } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";
import { parametersOf } from "../neuron/neuron-parameters.ts";
import { loopRanges } from "../simulate/loops.ts";
import { neuronValues } from "../simulate/neuron-values.ts";
import { poolWindows } from "../simulate/pool-windows.ts";
import type { Flow, SpikeLists } from "./flow.ts";
import { InputFeed } from "./input-feed.ts";
import type { TrainedNeuronValues } from "./neuron-factors.ts";
import { carriesEvenly } from "./pass/active-derivatives.ts";
import { ConvolutionPass } from "./pass/convolution-pass.ts";
import { DelayPass } from "./pass/delay-pass.ts";
import { DensePass } from "./pass/dense-pass.ts";
import { JoinedLists, JoinPass } from "./pass/join-pass.ts";
import { chargesInPlace, NeuronLists, NeuronPass } from "./pass/neuron-pass.ts";
import { NormPass } from "./pass/norm-pass.ts";
import type { Pass, PassContext } from "./pass/pass.ts";
import { PooledLists, PoolPass } from "./pass/pool-pass.ts";
import { refusal, requireActiveWidth, requireRates, requireTrainable } from "./require-trainable.ts";

export interface PassOptions {
  readonly model: Model;
  readonly surrogate: SurrogateName;
  readonly slope: number;
  readonly isDetached: boolean;
  readonly truncation: number;
  /** Distance from the threshold within which neurons pass derivatives; 0: any. */
  readonly activeWidth: number;
  /** Whether derivatives go through firing rates. */
  readonly isByRates: boolean;
  readonly pixels: Uint8Array;
  readonly spikes: InputSpikes | undefined;
  readonly shiftInputs: number;
}

export interface TakenPasses {
  readonly feed: InputFeed;
  /** In order; those of a loop stand together and run step by step. */
  readonly groups: readonly { readonly passes: readonly Pass[]; readonly isLoop: boolean }[];
  readonly flows: readonly Flow[];
  readonly output: Flow;
  readonly neurons: readonly { readonly layer: NeuronLayer; readonly pass: NeuronPass }[];
}

/** @throws {InvalidValueError} naming the layer that cannot be trained */
export function takePasses(context: PassContext, options: PassOptions): TakenPasses {
  return new PassTaker(context, options).take();
}

class PassTaker {
  readonly #context: PassContext;
  readonly #options: PassOptions;
  readonly #shapes: ReadonlyMap<string, Shape>;
  /** By layer; `most` is the most spikes of a row. */
  readonly #flows = new Map<string, Flow>();
  readonly #most = new Map<Flow, number>();
  readonly #neurons: { readonly layer: NeuronLayer; readonly pass: NeuronPass }[] = [];
  readonly #owned: Flow[] = [];
  /** Layers that can carry derivatives back to inputs that are trained, by what they give. */
  readonly #drivers = new Map<Flow, DensePass | ConvolutionPass>();
  #isInLoop = false;

  constructor(context: PassContext, options: PassOptions) {
    this.#context = context;
    this.#options = options;
    this.#shapes = inferShapes(options.model.network);
    requireTrainable(options.model);
  }

  take(): TakenPasses {
    const { model, pixels, spikes, shiftInputs } = this.#options;
    const { layers, output } = model.network;
    const hasValues = this.#readers(inputId).some(({ kind }) => kind !== "dense");
    const feed = new InputFeed(this.#context, model, { pixels, spikes, shiftInputs, hasValues });
    this.#flows.set(inputId, feed.flow);
    this.#most.set(feed.flow, feed.flow.size);
    const loops = loopRanges(model.network);
    // What feeds back from a later layer is known before that layer is: its flow is made first.
    for (const layer of layers) if (layer.kind === "neuron") this.#prepareNeurons(layer);
    const groups: { passes: Pass[]; isLoop: boolean }[] = [];
    layers.forEach((layer, place) => {
      const isInLoop = loops.some(({ first, last }) => place >= first && place <= last);
      if (isInLoop && layer.kind === "batchNorm" && layer.steps === undefined)
        throw refusal(layer, "must normalise every step for itself in a loop, run step by step", "all steps");
      const isFirst = loops.some(({ first }) => place === first);
      if (!isInLoop || isFirst || groups.length === 0) groups.push({ passes: [], isLoop: isInLoop });
      this.#isInLoop = isInLoop;
      groups.at(-1)?.passes.push(...this.#passesOf(layer));
    });
    return {
      feed,
      groups: groups.filter(({ passes }) => passes.length > 0),
      flows: this.#owned,
      output: this.#flow(output),
      neurons: this.#neurons,
    };
  }

  #flow(id: string): Flow {
    const flow = this.#flows.get(id);
    if (flow === undefined) {
      const rule = "must feed back only what neurons give";
      throw new InvalidValueError(`layer ${JSON.stringify(id)}`, rule, "a delayed input from another layer");
    }
    return flow;
  }

  /** Layers that read what a layer gives, those behind flatten layers included. */
  #readers(id: string): readonly Layer[] {
    return this.#options.model.network.layers
      .filter(({ inputs }) => inputs.some(({ from }) => from === id))
      .flatMap((layer) => (layer.kind === "flatten" ? this.#readers(layer.id) : [layer]));
  }

  #connections(id: string): number {
    const { layers } = this.#options.model.network;
    return layers
      .flatMap((layer) => layer.inputs.filter(({ from }) => from === id).map(() => layer))
      .reduce((sum, layer) => sum + (layer.kind === "flatten" ? this.#connections(layer.id) : 1), 0);
  }

  #isOutput(id: string): boolean {
    const { layers, output } = this.#options.model.network;
    return (
      output === id ||
      layers.some(
        (layer) => layer.kind === "flatten" && layer.inputs[0].from === id && this.#isOutput(layer.id),
      )
    );
  }

  /** Take memory for what a layer gives. */
  #make(
    layer: Layer,
    form: Pick<Flow, "kind" | "isHeld" | "stride"> & {
      /** Of spikes. */
      readonly listsOf?: (values: Float32Array) => SpikeLists;
      /** Whether nothing that is trained lies before it. */
      readonly isGiven: boolean;
    },
  ): Flow {
    const { kernels, maximumImages, maximumSteps } = this.#context;
    const { isGiven, listsOf, ...rest } = form;
    const rows = maximumImages * (form.isHeld ? 1 : maximumSteps);
    const values = kernels.float32(rows * form.stride + 4);
    const readers = this.#readers(layer.id);
    const isDelayed = readers.some(({ inputs }) => inputs.some(({ delay }) => delay > 0));
    const isAlone = this.#connections(layer.id) + (this.#isOutput(layer.id) ? 1 : 0) === 1 && !isDelayed;
    const reader = readers[0]?.kind;
    const isGradientSet =
      isAlone && (this.#isOutput(layer.id) || reader === "dense" || (reader === "neuron" && !form.isHeld));
    const isInPlace = isGradientSet && form.kind === "values" && !form.isHeld && reader === "neuron";
    const gradient = isGiven ? null : isInPlace ? values : kernels.float32(rows * form.stride + 4);
    const size = sizeOf(this.#shapes.get(layer.id) ?? []);
    const lists = listsOf?.(values) ?? null;
    const flow: Flow = { ...rest, id: layer.id, size, values, gradient, isGradientSet, lists };
    this.#owned.push(flow);
    this.#flows.set(layer.id, flow);
    return flow;
  }

  /** A layer's input behind its delay, and the pass that delays it. */
  #input({ from, delay }: Connection, layer: Layer, passes: Pass[]): Flow {
    const source = this.#flow(from);
    if (delay === 0) return source;
    if (source.isHeld) throw refusal(layer, "must not delay constant input", "a delay");
    if (source.id === inputId) throw refusal(layer, "must not delay the input in training", "a delay");
    const { kernels, maximumImages, maximumSteps } = this.#context;
    const length = maximumImages * maximumSteps * source.stride + 4;
    const values = kernels.float32(length);
    const lists = source.lists === null ? null : new NeuronLists(this.#context, source.stride, values);
    if (lists !== null && source.lists?.worth !== 1)
      throw refusal(layer, "must delay neurons' spikes, before any pool, in training", "pooled spikes");
    const gradient = kernels.float32(length);
    const output: Flow = { ...source, id: `${from}+${delay}`, values, gradient, isGradientSet: false, lists };
    this.#owned.push(output);
    this.#most.set(output, this.#most.get(source) ?? source.size);
    passes.push(new DelayPass(this.#context, delay, this.#options.truncation, { source, output, lists }));
    return output;
  }

  #passesOf(layer: Layer): readonly Pass[] {
    const passes: Pass[] = [];
    const inputs = layer.inputs.map((connection) => this.#input(connection, layer, passes));
    const pass = this.#pass(layer, inputs);
    if (pass !== undefined) passes.push(pass);
    return passes;
  }

  #pass(layer: Layer, inputs: readonly Flow[]): Pass | undefined {
    const [input] = inputs;
    const isGiven = inputs.every(({ gradient }) => gradient === null);
    switch (layer.kind) {
      case "dense":
      case "conv1d":
      case "conv2d":
        return this.#linear(layer, input);
      case "neuron":
        return this.#neuronPass(layer, input);
      case "flatten":
        this.#flows.set(layer.id, input);
        return undefined;
      case "batchNorm": {
        if (input.kind !== "values")
          throw refusal(layer, "must follow a dense or convolution layer", "spikes");
        const { stride } = input;
        const isHeld = input.isHeld && layer.steps === undefined;
        const output = this.#make(layer, { kind: "values", isHeld, stride, isGiven: false });
        return new NormPass(this.#context, layer, this.#shape(layer.id), { input, output });
      }
      case "averagePool":
      case "sumPool":
      case "maxPool": {
        if (layer.kind === "maxPool" && input.kind === "spikes")
          throw refusal(layer, "must pool sums before their neurons in training", "spikes");
        const shapes = { input: this.#shape(layer.inputs[0].from), output: this.#shape(layer.id) };
        this.#requireEqualWorth(layer);
        const most = this.#most.get(input) ?? input.size;
        const windows = poolWindows(layer, shapes.input, shapes.output);
        const lists =
          input.lists === null ? null : new PooledLists(this.#context, layer, windows, input.lists, most);
        const { kind, isHeld } = input;
        const output = this.#make(layer, {
          kind,
          isHeld,
          stride: sizeOf(shapes.output),
          isGiven,
          ...listed(lists),
        });
        this.#most.set(output, most * windows.mostPerInput);
        return new PoolPass(this.#context, layer, shapes, { input, output, lists });
      }
      case "add":
      case "concat":
        return this.#join(layer, inputs, isGiven);
      default:
        throw refusal(layer, "must be no relu in a spiking network", "relu");
    }
  }

  /** Lists of pools and joins say what all of their spikes are worth. */
  #requireEqualWorth(layer: Layer): void {
    const { inference } = this.#options.model;
    if (inference?.coding === "phase" && layer.inputs.some(({ from }) => this.#flow(from).id === inputId))
      throw refusal(
        layer,
        "must not pool or join spikes that differ in worth, in training",
        "phase-coded input",
      );
  }

  #shape(id: string): Shape {
    return this.#shapes.get(id) ?? [];
  }

  #linear(linear: Extract<Layer, { kind: "dense" | "conv1d" | "conv2d" }>, input: Flow): Pass {
    const layer = lowered(linear);
    if (!input.isHeld && input.lists === null)
      throw refusal(linear, "must be fed with spikes or the input", "values");
    const stride = layer.kind === "dense" ? paddedOutputs(layer.units) : sizeOf(this.#shape(layer.id));
    const output = this.#make(linear, {
      kind: "values",
      isHeld: input.isHeld,
      stride,
      isGiven: false,
    });
    const isCarried = !input.isHeld && input.gradient !== null;
    if (layer.kind === "dense") {
      const pass = new DensePass(this.#context, layer, input, output);
      if (isCarried) this.#drivers.set(output, pass);
      return pass;
    }
    if ((layer.dilation ?? [1, 1]).some((distance) => distance > 1))
      throw refusal(linear, "must not be dilated in training", "a dilation");
    const shapes = { input: this.#shape(layer.inputs[0].from), output: this.#shape(layer.id) };
    const pass = new ConvolutionPass(this.#context, layer, shapes, { input, output });
    if (isCarried && pass.mayCarry) this.#drivers.set(output, pass);
    return pass;
  }

  /** Give a layer of neurons its flow. Its stride is that of what drives it. */
  #prepareNeurons(layer: NeuronLayer): void {
    const stride = this.#strideOf(layer.inputs[0].from);
    const readers = this.#readers(layer.id);
    const isSpiking = layer.emits !== "potential";
    const isRead = readers.length > 0 && isSpiking;
    if (!isSpiking && readers.length > 0)
      throw refusal(layer, "must be read out only", "potentials as a layer's input");
    const flow = this.#make(layer, {
      kind: isSpiking ? "spikes" : "values",
      isHeld: false,
      stride,
      isGiven: false,
      ...(isRead && { listsOf: (values) => new NeuronLists(this.#context, stride, values) }),
    });
    this.#most.set(flow, stride);
  }

  #strideOf(id: string): number {
    const layer = this.#options.model.network.layers.find((candidate) => candidate.id === id);
    if (layer?.kind === "dense") return paddedOutputs(layer.units);
    const isAlike = ["add", "batchNorm", "flatten", "neuron"].includes(layer?.kind ?? "");
    return layer !== undefined && isAlike ? this.#strideOf(layer.inputs[0].from) : sizeOf(this.#shape(id));
  }

  #neuronPass(layer: NeuronLayer, input: Flow): Pass {
    const { model, surrogate, slope, isDetached, truncation, isByRates } = this.#options;
    const activeWidth = this.#isOutput(layer.id) ? 0 : this.#options.activeWidth;
    if (activeWidth > 0) requireActiveWidth(layer, isDetached);
    if (isByRates) requireRates(layer, this.#isInLoop, this.#context.maximumSteps === model.inference?.steps);
    const output = this.#flow(layer.id);
    const all = parametersOf(layer).map(({ name }) => name);
    const names = all.filter((name) => tensorOf(model, layer.id, name) !== undefined);
    const shape = this.#shape(layer.id);
    const { parameter } = this.#context;
    const now: TrainedNeuronValues["now"] = () => {
      const tensors = { ...model.tensors };
      for (const name of names) {
        const key = `${layer.id}.${name}`;
        tensors[key] = { ...tensors[key], data: parameter(key) ?? tensors[key].data };
      }
      const values = neuronValues({ ...model, tensors }, layer, shape);
      return Object.fromEntries(
        Object.entries(values).map(([name, own]) => [name, own.values]),
      ) as ReturnType<typeof now>;
    };
    const lists = output.lists instanceof NeuronLists ? output.lists : null;
    const driver = this.#drivers.get(input);
    const isLearnt = names.some((name) => this.#context.gradient(`${layer.id}.${name}`) !== undefined);
    const mayLeaveCarrying =
      driver !== undefined &&
      !(activeWidth === 0 || isLearnt || this.#isInLoop) &&
      this.#context.maximumSteps === model.inference?.steps &&
      carriesEvenly(dynamicsOf(layer)) &&
      chargesInPlace(input);
    const pass = new NeuronPass(this.#context, {
      layer,
      surrogate,
      slope,
      isDetached,
      truncation,
      activeWidth,
      isByRates,
      mayLeaveCarrying,
      input,
      output,
      lists,
      values: { names, now },
    });
    if (driver !== undefined) driver.driven = { pass, truncation };
    this.#neurons.push({ layer, pass });
    return pass;
  }

  #join(layer: Layer, inputs: readonly Flow[], isGiven: boolean): Pass {
    const isConcat = layer.kind === "concat";
    if (tensorOf(this.#options.model, layer.id, "gain") !== undefined)
      throw refusal(layer, "must have no gains in training", "gains");
    const isHeld = inputs.every((input) => input.isHeld);
    const worths = new Set(inputs.map(({ lists }) => lists?.worth));
    const isSpikes = inputs.every(({ kind }) => kind === "spikes");
    if (isSpikes && worths.size > 1)
      throw refusal(layer, "must join spikes of one worth in training", "spikes of several worths");
    if (isConcat && !isSpikes && inputs.some(({ kind }) => kind === "spikes"))
      throw refusal(layer, "must join signals of one kind", "spikes and sums");
    this.#requireEqualWorth(layer);
    let [offset, most] = [0, 0];
    const parts: { readonly lists: SpikeLists; readonly offset: number }[] = [];
    for (const input of inputs) {
      if (input.lists !== null) parts.push({ lists: input.lists, offset });
      if (isConcat) offset += input.size;
      most += this.#most.get(input) ?? input.size;
    }
    const lists = isSpikes ? new JoinedLists(this.#context, parts, most) : null;
    const stride = isConcat ? sizeOf(this.#shape(layer.id)) : inputs[0].stride;
    const output = this.#make(layer, {
      kind: isSpikes ? "spikes" : "values",
      isHeld,
      stride,
      isGiven,
      ...listed(lists),
    });
    this.#most.set(output, most);
    return new JoinPass(this.#context, isConcat, { inputs, output, lists });
  }
}

function listed(lists: SpikeLists | null): { readonly listsOf?: () => SpikeLists } {
  return lists === null ? {} : { listsOf: () => lists };
}
