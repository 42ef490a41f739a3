// A spiking network as a NIR graph, for one dialect: layers become nodes, joins become edges, and what the file
// cannot hold is told.

import { InvalidValueError } from "../../base/errors.ts";
import { isLinear } from "../../model/linear-layer.ts";
import { type Model, tensorOf } from "../../model/model.ts";
import type { Connection, Layer, NeuronLayer, PoolLayer, Shape } from "../../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../../model/shapes.ts";
import { parametersOf } from "../../neuron/neuron-parameters.ts";
import type { Loss } from "../loss.ts";
import { type DelayedEdge, graphWithDelays, inputName } from "./delayed-edges.ts";
import { equalThresholds } from "./equal-thresholds.ts";
import { timesRows } from "./fold-scales.ts";
import { gainNode, linearNode } from "./linear-nodes.ts";
import { graphLosses, modelLosses } from "./model-losses.ts";
import type { NirDialect } from "./nir-dialect.ts";
import type { NirArray, NirGraph, NirNode, NirValue } from "./nir-graph.ts";
import { asStored, float32Array, wholeNumber, wholeNumbers } from "./nir-values.ts";
import {
  flattenedPart,
  groupsOf,
  isPowerOfTwo,
  mergedTwins,
  type PartGroup,
  timesGain,
  type ValuePart,
  wholePart,
} from "./value-parts.ts";

export interface GraphWritten {
  readonly graph: NirGraph;
  readonly losses: readonly Loss[];
}

/** @throws {InvalidValueError} naming a layer that the dialect cannot hold */
export function graphFromModel(model: Model, dialect: NirDialect, dtS: number): GraphWritten {
  if (model.kind !== "snn")
    throw new InvalidValueError(
      "model.kind",
      "must be snn, as NIR is of spiking networks",
      model.kind,
      "Convert it first.",
    );
  if (!dialect.hasOneThreshold) return new GraphWriter(model, dialect, dtS).finish();
  const { model: equalised, losses } = equalThresholds(model);
  const written = new GraphWriter(equalised, dialect, dtS).finish();
  return { ...written, losses: [...written.losses, ...losses] };
}

class GraphWriter {
  readonly #model: Model;
  readonly #dialect: NirDialect;
  readonly #dtS: number;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #nodes = new Map<string, NirNode>();
  /** What a node gives. */
  readonly #nodeShapes = new Map<string, Shape>();
  readonly #edges: DelayedEdge[] = [];
  readonly #parts = new Map<string, readonly ValuePart[]>();
  readonly #losses: Loss[];
  /** Layers that later ones hold back: their parts are asked for before they are written. */
  readonly #ahead = new Map<string, string>();

  constructor(model: Model, dialect: NirDialect, dtS: number) {
    this.#model = model;
    this.#dialect = dialect;
    this.#dtS = dtS;
    this.#shapes = inferShapes(model.network);
    this.#losses = [...modelLosses(model)];
  }

  finish(): GraphWritten {
    const { network } = this.#model;
    const { inputShape, layers, output } = network;
    this.#put(inputName, { type: "Input", parameters: { shape: wholeNumbers(...inputShape) } }, inputShape);
    this.#parts.set(inputId, [wholePart(inputName, inputShape)]);
    for (const layer of layers) this.#parts.set(layer.id, this.#write(layer));
    for (const [id, node] of this.#ahead) this.#requireWhole(id, node);
    const shape = this.#shapeOf(output);
    const parts = this.#parts.get(output) ?? [];
    this.#put(outputName, { type: "Output", parameters: { shape: wholeNumbers(...shape) } }, shape);
    for (const group of groupsOf(parts))
      this.#connect(this.#plain(group, shape, whereOf(output)), outputName);
    const { graph, isRecurrent } = graphWithDelays(this.#nodes, this.#edges, {
      dtS: this.#dtS,
      takesDelays: this.#dialect.takes.has("Delay"),
      profile: this.#dialect.name,
      shapes: this.#nodeShapes,
    });
    return { graph, losses: [...this.#losses, ...graphLosses(graph, isRecurrent, this.#dialect)] };
  }

  #shapeOf(id: string): Shape {
    return this.#shapes.get(id) ?? [];
  }

  /** @returns what the layer gives */
  #write(layer: Layer): readonly ValuePart[] {
    const where = whereOf(layer.id);
    if (isLinear(layer)) return this.#writeLinear(layer, this.#arriving(layer.inputs[0]));
    switch (layer.kind) {
      case "neuron":
        return this.#writeNeurons(layer, this.#arriving(layer.inputs[0]));
      case "flatten":
        return this.#writeFlatten(layer.id, layer.inputs[0]);
      case "averagePool":
      case "sumPool":
        return this.#writePool(layer, layer.inputs[0]);
      case "add":
        return mergedTwins(
          layer.inputs.flatMap((connection, k) => this.#addend(layer.id, connection, k, layer.inputs.length)),
        );
      case "concat": {
        let first = 0;
        return layer.inputs.flatMap((connection) => {
          const before = first;
          first += this.#shapeOf(connection.from)[0];
          return this.#arriving(connection).map((part) => ({ ...part, first: part.first + before }));
        });
      }
      case "maxPool":
        throw new InvalidValueError(
          where,
          "must be a layer that NIR has",
          layer.kind,
          "Train with average pooling.",
        );
      default:
        throw new InvalidValueError(
          where,
          "must be a layer of a spiking network",
          layer.kind,
          "Convert it first.",
        );
    }
  }

  /** What comes by a connection. Of a later layer it is the node of its name. */
  #arriving({ from, delay }: Connection): readonly ValuePart[] {
    const known = this.#parts.get(from);
    if (known !== undefined) return known.map((part) => ({ ...part, delay: part.delay + delay }));
    this.#ahead.set(from, nodeName(from));
    return [{ ...wholePart(nodeName(from), this.#shapeOf(from)), delay }];
  }

  /** Loops need a layer's node before it is there: then it must be one node, as it is without concatenations. */
  #requireWhole(id: string, node: string): void {
    const [part, ...others] = this.#parts.get(id) ?? [];
    if (part?.node === node && others.length === 0 && part.gain === null && part.delay === 0) return;
    throw new InvalidValueError(
      whereOf(id),
      "must be one layer of neurons or weights where a loop comes back to it",
      "a join",
    );
  }

  #addend(id: string, connection: Connection, k: number, count: number): readonly ValuePart[] {
    const gains = tensorOf(this.#model, id, "gain");
    const parts = this.#arriving(connection);
    if (gains === undefined) return parts;
    const each = gains.data.length / count;
    const own = Float64Array.from(gains.data.subarray(k * each, (k + 1) * each));
    if (own.some((gain) => !isPowerOfTwo(gain))) this.#loseRounding(id, "gains of an addition");
    if (own.every((gain) => gain === 1)) return parts;
    if (this.#scaleRows(connection.from, parts, own)) return parts;
    return parts.map((part) => timesGain(part, each === 1 ? own[0] : own));
  }

  /** Weights that nothing else reads take the gain of what they give. */
  #scaleRows(from: string, parts: readonly ValuePart[], gains: Float64Array): boolean {
    const { layers, output } = this.#model.network;
    const uses = layers.flatMap(({ inputs }) => inputs).filter((input) => input.from === from).length;
    const source = layers.find(({ id }) => id === from);
    if (uses !== 1 || from === output || source === undefined || !isLinear(source)) return false;
    const scale: NirArray = { shape: [gains.length], data: gains, type: "float64" };
    for (const { node } of parts) {
      const written = this.#nodes.get(node);
      const scaled = written && timesRows(written, scale);
      if (scaled !== undefined) this.#nodes.set(node, asStored(scaled));
    }
    return true;
  }

  #writeLinear(
    layer: Extract<Layer, { kind: "dense" | "conv1d" | "conv2d" }>,
    parts: readonly ValuePart[],
  ): readonly ValuePart[] {
    const { id } = layer;
    const where = whereOf(id);
    if (layer.kind === "conv1d") this.#requireTaken("Conv1d", where);
    const input = this.#shapeOf(layer.inputs[0].from);
    const weight = tensorOf(this.#model, id, "weight")?.data ?? [];
    const bias = tensorOf(this.#model, id, "bias")?.data ?? null;
    if (layer.kind === "conv2d" && (layer.kernel[0] !== layer.kernel[1] || layer.groups > 1)) {
      const what =
        layer.groups > 1 ? `${layer.groups} groups of channels` : `a kernel of ${layer.kernel.join(" × ")}`;
      const consequence = "The reference package infers another shape: read the file with type_check=False.";
      this.#losses.push({ where, what: `the shape of ${what}`, consequence });
    }
    const groups = groupsOf(parts);
    return groups.map((group, k) => {
      const name = k === 0 ? nodeName(id) : this.#freeName(`${nodeName(id)}_${k + 1}`);
      const written = { layer, where, input, weight, bias: k === 0 ? bias : null };
      this.#put(name, linearNode(written, group, this.#dialect.takes.has("Linear")), this.#shapeOf(id));
      this.#connect(group.parts, name);
      return wholePart(name, this.#shapeOf(id));
    });
  }

  /** Neurons over channels that come from several places are as many nodes. */
  #writeNeurons(layer: NeuronLayer, parts: readonly ValuePart[]): readonly ValuePart[] {
    const { id } = layer;
    const shape = this.#shapeOf(id);
    const inChannel = sizeOf(shape) / shape[0];
    const places = new Map<number, ValuePart[]>();
    for (const part of parts) places.set(part.first, [...(places.get(part.first) ?? []), part]);
    const starts = [...places.keys()].sort((a, b) => a - b);
    return starts.map((first, k) => {
      const own = places.get(first) ?? [];
      const [{ channels }] = own;
      const end = starts[k + 1] ?? shape[0];
      if (own.some((part) => part.first + part.channels !== end) || (k === 0 && first !== 0))
        throw new InvalidValueError(
          whereOf(id),
          "must not add values that were joined in other places",
          parts.length,
        );
      const name = k === 0 ? nodeName(id) : this.#freeName(`${nodeName(id)}_${k + 1}`);
      const ownShape = [channels, ...shape.slice(1)];
      this.#put(name, this.#neuronNode(layer, ownShape, first * inChannel), ownShape);
      for (const group of groupsOf(own)) this.#connect(this.#plain(group, ownShape, whereOf(id)), name);
      return { node: name, delay: 0, first, channels, gain: null };
    });
  }

  /** @param from - the first of the layer's neurons it has */
  #neuronNode(layer: NeuronLayer, shape: Shape, from: number): NirNode {
    const neurons = sizeOf(shape);
    const all = this.#shapeOf(layer.id);
    const known = parametersOf(layer);
    const { type, fields, losses } = this.#dialect.write({
      form: layer,
      where: whereOf(layer.id),
      neurons,
      shape,
      dtS: this.#dtS,
      values: (parameter) => {
        const data = tensorOf(this.#model, layer.id, parameter)?.data;
        const otherwise = known.find(({ name }) => name === parameter)?.otherwise ?? fallback[parameter] ?? 0;
        if (data === undefined) return new Float64Array(neurons).fill(otherwise);
        const perValue = sizeOf(all) / data.length;
        return Float64Array.from({ length: neurons }, (_, i) => data[Math.floor((from + i) / perValue)]);
      },
    });
    this.#requireTaken(type, whereOf(layer.id));
    // Cut neurons lose the same twice.
    for (const loss of losses)
      if (!this.#losses.some(({ where, what }) => where === loss.where && what === loss.what))
        this.#losses.push(loss);
    const parameters: Record<string, NirValue> = {};
    for (const [field, values] of Object.entries(fields)) parameters[field] = float32Array(shape, values);
    return { type, parameters };
  }

  #writeFlatten(id: string, connection: Connection): readonly ValuePart[] {
    const shape = this.#shapeOf(connection.from);
    const inChannel = sizeOf(shape) / shape[0];
    return this.#perPlace(id, this.#arriving(connection), (channels) => ({
      type: "Flatten",
      parameters: {
        start_dim: wholeNumber(0),
        end_dim: wholeNumber(-1),
        input_type: wholeNumbers(channels, ...shape.slice(1)),
      },
    })).map((part) => flattenedPart(part, inChannel));
  }

  #writePool(layer: PoolLayer, connection: Connection): readonly ValuePart[] {
    const where = whereOf(layer.id);
    if (this.#shapeOf(layer.id).length !== 3)
      throw new InvalidValueError(where, "must pool images, as NIR's pools do", this.#shapeOf(layer.id));
    const wanted = layer.kind === "sumPool" ? "SumPool2d" : "AvgPool2d";
    const other = layer.kind === "sumPool" ? "AvgPool2d" : "SumPool2d";
    const isTaken = this.#dialect.takes.has(wanted);
    if (!isTaken) this.#requireTaken(other, where);
    const window = layer.kernel[0] * layer.kernel[1];
    const parts = this.#perPlace(layer.id, this.#arriving(connection), () => ({
      type: isTaken ? wanted : other,
      parameters: {
        kernel_size: wholeNumbers(...layer.kernel),
        stride: wholeNumbers(...layer.stride),
        padding: wholeNumbers(0, 0),
      },
    }));
    if (isTaken) return parts;
    if (!isPowerOfTwo(window)) this.#loseRounding(layer.id, `a share of 1/${window} in weights`);
    return parts.map((part) =>
      timesGain(
        part,
        new Float64Array(part.first + part.channels).fill(wanted === "SumPool2d" ? window : 1 / window),
      ),
    );
  }

  /** A node for every place and gain of what arrives; the gain goes on. */
  #perPlace(
    id: string,
    parts: readonly ValuePart[],
    node: (channels: number) => NirNode,
  ): readonly ValuePart[] {
    const groups = groupsOf(parts);
    const whole = Math.max(...groups.map(({ first, channels }) => first + channels));
    return groups.map(({ first, channels, gain, parts: own }, k) => {
      const name = k === 0 ? nodeName(id) : this.#freeName(`${nodeName(id)}_${k + 1}`);
      this.#put(name, node(channels), [
        channels * (this.#shapeOf(id)[0] / whole),
        ...this.#shapeOf(id).slice(1),
      ]);
      this.#connect(own, name);
      return { node: name, delay: 0, first, channels, gain };
    });
  }

  /** Parts without a gain: weights with one on their diagonal stand between, where there is one. */
  #plain(group: PartGroup, shape: Shape, where: string): readonly ValuePart[] {
    const { gain, channels, parts } = group;
    if (channels !== shape[0])
      throw new InvalidValueError(
        where,
        "must not be a concatenation, as NIR has none",
        `${channels} of ${shape[0]} channels`,
      );
    if (gain === null) return parts;
    const name = this.#freeName("gain");
    const values = Float64Array.from(
      { length: sizeOf(shape) },
      (_, i) => gain[Math.floor(i / (sizeOf(shape) / channels))],
    );
    if (this.#dialect.takes.has("Scale")) {
      this.#put(name, { type: "Scale", parameters: { scale: float32Array(shape, values) } }, shape);
    } else this.#put(name, gainNode(gain, shape, this.#dialect.takes.has("Linear")), shape);
    this.#connect(parts, name);
    return [wholePart(name, shape)];
  }

  #put(name: string, node: NirNode, shape: Shape): void {
    this.#nodes.set(name, node);
    this.#nodeShapes.set(name, shape);
  }

  #connect(parts: readonly ValuePart[], to: string): void {
    for (const { node, delay } of parts) this.#edges.push({ from: node, to, delay });
  }

  #requireTaken(type: string, where: string): void {
    const { name, takes } = this.#dialect;
    if (takes.has(type)) return;
    throw new InvalidValueError(
      where,
      `must be of a kind that ${name} reads`,
      type,
      "Choose another profile.",
    );
  }

  #loseRounding(id: string, what: string): void {
    const consequence = "They became factors of weights, so that sums may differ in their last bits.";
    this.#losses.push({ where: whereOf(id), what, consequence });
  }

  #freeName(wanted: string): string {
    const taken = (name: string): boolean =>
      this.#nodes.has(name) || this.#model.network.layers.some(({ id }) => nodeName(id) === name);
    let name = wanted;
    for (let k = 2; taken(name); k++) name = `${wanted}_${k}`;
    return name;
  }
}

const outputName = "output";

/** Values of parameters that a form has not. */
const fallback: Readonly<Record<string, number>> = {
  minimumPotential: Number.NEGATIVE_INFINITY,
  currentGain: 1,
};

/** Names of Input and Output are kept for these. */
function nodeName(id: string): string {
  return id === outputName ? `${id}_layer` : id;
}

function whereOf(id: string): string {
  return `layer ${JSON.stringify(id)}`;
}
