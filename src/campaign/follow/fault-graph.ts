// A spiking network as fault propagation sees it: spike trains and the sums between them.
//
// Trains are what the coded input, neurons and max pools give: one bit a step. Flattening, average and sum
// pools and concatenation only say where a train's spikes arrive (`reach.ts`). What arrives is summed by a dense
// or convolution layer, and the sums charge neurons or are read out. As long as weights are codes those
// sums are exact in any order, so a difference in a train is a difference in sums, and nothing else has
// to be computed again. Networks of other kinds are refused by name; they are simulated as a whole.

import { InvalidValueError } from "../../base/errors.ts";
import { isLinear, type LoweredLayer, lowered } from "../../model/linear-layer.ts";
import { type Model, tensorOf } from "../../model/model.ts";
import type { Layer, NeuronLayer, PoolLayer, Shape } from "../../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../../model/shapes.ts";
import { dynamicsOf } from "../../neuron/dynamics.ts";
import { poolShare } from "../../simulate/signal-kinds.ts";
import { concatReach, type Feed, poolReach } from "./reach.ts";

/** Spikes of one bit a step: of the coded input, a neuron layer or a max pool. */
export interface TrainNode {
  readonly kind: "input" | "neurons" | "maxPool";
  readonly id: string;
  /** Place in `trains`. */
  readonly index: number;
  readonly size: number;
  /** The sums that charge the neurons, a place in `sums`; −1 for the rest. */
  readonly sum: number;
  readonly layer: NeuronLayer | PoolLayer | null;
  /** What a max pool chooses from: every place has one source at most. */
  readonly feeds: readonly Feed[];
  readonly inputShape: Shape;
  readonly shape: Shape;
}

/** The sums of a dense or convolution layer. */
export interface SumNode {
  readonly kind: "sums";
  readonly id: string;
  /** Place in `sums`. */
  readonly index: number;
  readonly layer: LoweredLayer;
  readonly inputShape: Shape;
  readonly shape: Shape;
  readonly outputs: number;
  readonly weights: Int8Array | Float32Array;
  /** One an output, null if there is none. */
  readonly bias: Float32Array | null;
  /** What a spike counts for; 1 for held input. */
  readonly worth: number;
  /** Spikes that arrive; empty for held input. */
  readonly feeds: readonly Feed[];
  /** Id of the layer that holds the input, or null for spikes. */
  readonly heldFrom: string | null;
  /** Whether sums are of whole numbers, and so the same in any order. */
  readonly isExact: boolean;
}

export interface FaultGraph {
  readonly model: Model;
  readonly steps: number;
  /** 32-bit words of a train. */
  readonly words: number;
  readonly trains: readonly TrainNode[];
  readonly sums: readonly SumNode[];
  /** In the order they are worked out. */
  readonly order: readonly (TrainNode | SumNode)[];
  /** What is read out. */
  readonly output: TrainNode | SumNode;
}

/** Where a layer's values come from: trains, or held input handed on by some layer. */
type Arriving = { readonly feeds: readonly Feed[]; readonly worth: number } | { readonly heldFrom: string };

/**
 * @throws {InvalidValueError} naming what keeps differences from being followed
 */
export function faultGraph(model: Model): FaultGraph {
  return new GraphBuilder(model).build();
}

/** Larger sums could not be told from the currents they became. */
const largestSum = 2 ** 20;

class GraphBuilder {
  readonly #model: Model;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #trains: TrainNode[] = [];
  readonly #sums: SumNode[] = [];
  readonly #order: (TrainNode | SumNode)[] = [];
  readonly #arriving = new Map<string, Arriving>();

  constructor(model: Model) {
    this.#model = model;
    this.#shapes = inferShapes(model.network);
  }

  build(): FaultGraph {
    const { network, inference } = this.#model;
    if (inference === null) throw new InvalidValueError("network", "must be an SNN", this.#model.kind);
    if (inference.warmUp) throw refusal("inference", "must have no warm-up", inference.warmUp.rule);
    this.#takeInput(inference.coding);
    for (const layer of network.layers) {
      const delayed = layer.inputs.find(({ delay }) => delay > 0);
      if (delayed) throw refusal(`layer "${layer.id}"`, "must have no delays", delayed.delay);
      this.#take(layer);
    }
    const output = this.#order.find(({ id }) => id === network.output);
    if (output === undefined || output.kind === "maxPool")
      throw refusal("output", "must be a dense or convolution layer, or neurons", network.output);
    const { steps } = inference;
    return {
      model: this.#model,
      steps,
      words: Math.ceil(steps / 32),
      trains: this.#trains,
      sums: this.#sums,
      order: this.#order,
      output,
    };
  }

  #takeInput(coding: string): void {
    if (coding === "constant") {
      this.#arriving.set(inputId, { heldFrom: inputId });
      return;
    }
    if (coding === "events" || coding === "phase")
      throw refusal("inference.coding", "must give one spike of worth 1 a step at most", coding);
    const shape = this.#model.network.inputShape;
    this.#addTrain({ kind: "input", id: inputId, sum: -1, layer: null, feeds: [], inputShape: shape, shape });
  }

  #addTrain(node: Omit<TrainNode, "index" | "size">): void {
    const size = sizeOf(node.shape);
    const train = { ...node, index: this.#trains.length, size };
    this.#trains.push(train);
    this.#order.push(train);
    this.#arriving.set(node.id, { feeds: [{ train: train.index, size, reach: null }], worth: 1 });
  }

  #take(layer: Layer): void {
    const where = `layer "${layer.id}"`;
    if (isLinear(layer)) {
      this.#takeSums(lowered(layer));
      return;
    }
    if (layer.kind === "neuron") {
      this.#takeNeurons(layer, where);
      return;
    }
    const sources = layer.inputs.map(({ from }) => this.#arriving.get(from));
    const [source] = sources;
    const refused = refusal(where, "must join or hand on spikes, or held input", layer.kind);
    if (source === undefined) throw refused;
    if (layer.kind === "flatten") this.#arriving.set(layer.id, source);
    else if ("heldFrom" in source && layer.kind !== "add")
      this.#arriving.set(layer.id, { heldFrom: layer.id });
    else if (layer.kind === "averagePool" || layer.kind === "sumPool") {
      if (!("feeds" in source)) throw refused;
      const input = this.#shapeOf(layer.inputs[0].from);
      const reach = poolReach(layer, input, this.#shapeOf(layer.id), source.feeds);
      this.#arriving.set(layer.id, { feeds: reach, worth: Math.fround(source.worth * poolShare(layer)) });
    } else if (layer.kind === "maxPool") {
      if (!("feeds" in source) || source.worth !== 1 || source.feeds.some(({ reach }) => reach !== null))
        throw refusal(where, "must choose among neurons' own spikes", "pooled or joined spikes");
      const inputShape = this.#shapeOf(layer.inputs[0].from);
      const shape = this.#shapeOf(layer.id);
      const { feeds } = source;
      this.#addTrain({ kind: "maxPool", id: layer.id, sum: -1, layer, feeds, inputShape, shape });
    } else if (layer.kind === "concat") {
      const joined = sources.map((one) => {
        if (one === undefined || !("feeds" in one) || !("feeds" in source) || one.worth !== source.worth)
          throw refusal(where, "must join spikes of one worth", layer.kind);
        return one.feeds;
      });
      const sizes = layer.inputs.map(({ from }) => sizeOf(this.#shapeOf(from)));
      const { worth } = source as { worth: number };
      this.#arriving.set(layer.id, { feeds: concatReach(joined, sizes), worth });
    } else throw refused;
  }

  #takeSums(layer: LoweredLayer): void {
    const { tensors, inference } = this.#model;
    const source = this.#arriving.get(layer.inputs[0].from);
    const where = `layer "${layer.id}"`;
    if (source === undefined) throw refusal(where, "must sum spikes or held input", layer.inputs[0].from);
    const weights = tensors[`${layer.id}.weight`].data;
    const isHeld = "heldFrom" in source;
    if (!(weights instanceof Int8Array) && !(isHeld && weights instanceof Float32Array))
      throw refusal(where, "must store its weights as codes", "float32");
    const shape = this.#shapeOf(layer.id);
    const outputs = sizeOf(shape);
    const stored = tensorOf(this.#model, layer.id, "bias")?.data;
    const perBias = stored === undefined ? 1 : outputs / stored.length;
    const node: SumNode = {
      kind: "sums",
      id: layer.id,
      index: this.#sums.length,
      layer,
      inputShape: this.#shapeOf(layer.inputs[0].from),
      shape,
      outputs,
      weights,
      bias: stored ? Float32Array.from({ length: outputs }, (_, o) => stored[Math.floor(o / perBias)]) : null,
      worth: isHeld ? 1 : source.worth,
      feeds: isHeld ? [] : source.feeds,
      heldFrom: isHeld ? source.heldFrom : null,
      isExact: !isHeld || (inference?.arithmetic?.kind === "integer" && weights instanceof Int8Array),
    };
    if (!isHeld) requireSmallSums(node, where);
    this.#sums.push(node);
    this.#order.push(node);
  }

  #takeNeurons(layer: NeuronLayer, where: string): void {
    const { isSigned, window, emitsPotential, maximumSpikes } = dynamicsOf(layer, where);
    const form = { isSigned, window: window !== null, emitsPotential, several: maximumSpikes > 1 };
    const odd = Object.entries(form).find(([, is]) => is);
    if (odd) throw refusal(where, "must be neurons that send one positive spike a step at most", odd[0]);
    const sum = this.#sums.find(({ id }) => id === layer.inputs[0].from);
    if (sum === undefined)
      throw refusal(where, "must be charged by a dense or convolution layer", layer.inputs[0].from);
    const shape = this.#shapeOf(layer.id);
    const inputShape = shape;
    this.#addTrain({ kind: "neurons", id: layer.id, sum: sum.index, layer, feeds: [], inputShape, shape });
  }

  #shapeOf(id: string): Shape {
    return this.#shapes.get(id) ?? [];
  }
}

/** A sum is told from its current by rounding (golden-image.ts): both must be small enough for that. */
function requireSmallSums({ weights, bias, outputs, layer, worth, feeds }: SumNode, where: string): void {
  const perOutput = weights.length / (layer.kind === "dense" ? outputs : layer.channels);
  const most = Math.max(1, ...feeds.map(({ reach }) => reach?.mostPerPlace ?? 1));
  let largest = 0;
  for (let first = 0; first < weights.length; first += perOutput) {
    let sum = 0;
    for (let k = first; k < first + perOutput; k++) sum += Math.abs(weights[k]);
    largest = Math.max(largest, sum * most);
  }
  const largestBias = (bias ?? new Float32Array(0)).reduce((highest, b) => Math.max(highest, Math.abs(b)), 0);
  largest += largestBias / worth;
  if (!(largest <= largestSum)) throw refusal(where, `must have sums of at most ${largestSum}`, largest);
}

function refusal(where: string, rule: string, got: unknown): InvalidValueError {
  return new InvalidValueError(where, `${rule} for faults to be followed`, got);
}
