// A Keras network's description as a graph: Sequential and functional ones, as Keras 2 and Keras 3 write them.
//
// Sequential: a list of layers. Functional: layers with `inbound_nodes`, a list for each time the layer is
// used: in Keras 2 lists [layer, use, tensor, …], in Keras 3 arguments among which are tensors with a
// `keras_history` of the same three. Networks among the layers are laid out in their place. An activation that
// a layer has within becomes a node of its own.

import { FormatError } from "../../base/errors.ts";
import type { Constant } from "../onnx/onnx-constant.ts";
import { short } from "../onnx/onnx-graph.ts";
import { asOnnx, type KerasNode, type Settings } from "./keras-node.ts";
import { endsOf, listOf, type Operand, operandsOf, settingsOf } from "./keras-operands.ts";
import type { NetworkWeights } from "./keras-weights.ts";

export interface KerasGraph {
  readonly name: string;
  readonly nodes: readonly KerasNode[];
  /** Value of the output. */
  readonly output: string;
  /** Constants among the values: one number, or one for each place of the last axis. */
  readonly numbers: ReadonlyMap<string, readonly number[]>;
  /** Sizes of the input without the batch, channels last; null where left open. Undefined where not said. */
  readonly inputSizes: readonly (number | null)[] | undefined;
}

/** Value of the graph's input. */
export const graphInputValue = "(input)";

const networks: ReadonlySet<string> = new Set(["Sequential", "Functional", "Model"]);
/** Activations of scores, which can be left out at the end; as ONNX calls them. */
const scalings: Readonly<Record<string, string | undefined>> = {
  softmax: "Softmax",
  log_softmax: "LogSoftmax",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
};
/** Those that may take numbers for values. */
const arithmetic: ReadonlySet<string> = new Set([
  ...["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum"],
]);
const weighted: ReadonlySet<string> = new Set([
  ...["Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"],
  ...["Dense", "BatchNormalization", "Normalization"],
]);
const [mostNodes, deepest, mostUses] = [20_000, 8, 64];

/** @throws {FormatError} for descriptions that are none, naming the layer */
export function kerasGraph(description: unknown, weights: NetworkWeights, where: string): KerasGraph {
  const network = layerOf(description, where);
  if (!networks.has(network.className)) {
    throw new FormatError(where, "must be a Sequential or functional network", short(network.className));
  }
  const layout = new Layout(where);
  const outputs = layout.place(network, weights, { given: null, prefix: "", depth: 0 });
  if (outputs.length !== 1) {
    const hint = "Save a network of the class scores alone: keras.Model(inputs, scores).";
    throw new FormatError(where, "must have one output", outputs.length, hint);
  }
  const { nodes, inputSizes, numbers } = layout;
  return { name: network.name, nodes, output: outputs[0], numbers, inputSizes };
}

interface LayerDescription {
  readonly name: string;
  readonly className: string;
  readonly settings: Settings;
  readonly inbound: unknown;
}

function layerOf(value: unknown, where: string): LayerDescription {
  const { class_name, config, name, inbound_nodes } = settingsOf(value, `${where}: a layer`);
  const settings = settingsOf(
    Array.isArray(config) ? { layers: config } : config,
    `${where}: a layer's config`,
  );
  const own = name ?? settings["name"] ?? "";
  if (typeof class_name !== "string" || typeof own !== "string") {
    throw new FormatError(`${where}: a layer`, "must have a class name and a name", typeof class_name);
  }
  return { name: own, className: class_name, settings, inbound: inbound_nodes };
}

function requireOwnNames(layers: readonly LayerDescription[], where: string): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name))
      throw new FormatError(where, "must have layers with names of their own", short(name));
    names.add(name);
  }
}

interface Place {
  /** Values that come in; null: the graph's input. */
  readonly given: readonly string[] | null;
  /** Before the names of values. */
  readonly prefix: string;
  readonly depth: number;
}

class Layout {
  readonly nodes: KerasNode[] = [];
  readonly numbers = new Map<string, readonly number[]>();
  inputSizes: readonly (number | null)[] | undefined;
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
  }

  /** Append a network's nodes. Returns the values of its outputs. */
  place(network: LayerDescription, weights: NetworkWeights, place: Place): readonly string[] {
    const here = `${this.#where}: network ${JSON.stringify(short(network.name))}`;
    if (place.depth > deepest)
      throw new FormatError(here, `must lie at most ${deepest} networks deep`, "deeper");
    const layers = listOf(network.settings["layers"], `${here} layers`).map((layer) => layerOf(layer, here));
    if (layers.length > mostNodes)
      throw new FormatError(here, `must have at most ${mostNodes} layers`, layers.length);
    requireOwnNames(layers, here);
    return network.className === "Sequential"
      ? [this.#placeInRow(network, layers, weights, place)]
      : this.#placeGraph(network, layers, weights, { ...place, here });
  }

  #placeInRow(
    network: LayerDescription,
    layers: readonly LayerDescription[],
    weights: NetworkWeights,
    { given, prefix, depth }: Place,
  ): string {
    let value = given?.[0] ?? graphInputValue;
    if (given === null) this.#noteSizes(network.settings["build_input_shape"]);
    layers.forEach((layer, index) => {
      if (given === null && index === 0) this.#noteSizes(shapeOf(layer.settings));
      const output = `${prefix}${layer.name}`;
      this.#append(index, layers, weights, { inputs: [value], output, prefix: `${output}/`, depth });
      value = output;
    });
    return value;
  }

  #placeGraph(
    { settings }: LayerDescription,
    layers: readonly LayerDescription[],
    weights: NetworkWeights,
    { given, prefix, depth, here }: Place & { readonly here: string },
  ): readonly string[] {
    const byName = new Map(layers.map(({ name }, index) => [name, index]));
    const made = (history: unknown): string => {
      const [name, use = 0] = listOf(history, `${here} connections`);
      const index = byName.get(String(name));
      const uses = index === undefined ? [] : usesOf(layers[index]);
      if (typeof use !== "number" || !(use in uses || use === 0) || index === undefined) {
        const got = [short(String(name)), ...(use === 0 ? [] : [use])];
        throw new FormatError(here, "must take values from its layers", got.length === 1 ? got[0] : got);
      }
      return valueName(prefix, layers[index], use);
    };
    const usesOf = ({ name, inbound }: LayerDescription): readonly unknown[] =>
      listOf(inbound ?? [], `${here} layer ${JSON.stringify(short(name))}`);
    const ends = (name: string): readonly string[] => endsOf(settings[name], `${here} ${name}`).map(made);
    const inputs = ends("input_layers");
    const wanted = given?.length ?? 1;
    if (inputs.length !== wanted)
      throw new FormatError(here, `must have ${wanted} input${wanted === 1 ? "" : "s"}`, inputs.length);
    layers.forEach((layer, index) => {
      const first = valueName(prefix, layer, 0);
      const at = inputs.indexOf(first);
      if (at >= 0) {
        if (given === null) this.#noteSizes(shapeOf(layer.settings));
        const value = given === null ? graphInputValue : given[at];
        this.#append(index, layers, weights, { inputs: [value], output: first, prefix: `${first}/`, depth });
        return;
      }
      const uses = usesOf(layer);
      if (uses.length > mostUses)
        throw new FormatError(here, `must use a layer at most ${mostUses} times`, uses.length);
      uses.forEach((use, time) => {
        const output = valueName(prefix, layer, time);
        const one = `${here} layer ${JSON.stringify(short(layer.name))}`;
        const taken = operandsOf(use, one).map((operand, place) =>
          "history" in operand
            ? made(operand.history)
            : this.#constant(operand, layer, `${output}#${place}`, one),
        );
        this.#append(index, layers, weights, { inputs: taken, output, prefix: `${output}/`, depth });
      });
    });
    return ends("output_layers");
  }

  /** The value of numbers that an operator takes beside computed values. */
  #constant(
    { numbers }: Extract<Operand, { numbers: unknown }>,
    layer: LayerDescription,
    value: string,
    where: string,
  ): string {
    if (!arithmetic.has(layer.className))
      throw new FormatError(where, "must take computed values only", numbers);
    this.numbers.set(value, numbers);
    return value;
  }

  #noteSizes(shape: unknown): void {
    if (!Array.isArray(shape) || this.inputSizes !== undefined) return;
    this.inputSizes = shape.slice(1, 9).map((size) => (typeof size === "number" ? size : null));
  }

  /** One use of a layer: its node and its activation's, or the nodes of a network within. */
  #append(
    index: number,
    layers: readonly LayerDescription[],
    weights: NetworkWeights,
    use: {
      readonly inputs: readonly string[];
      readonly output: string;
      readonly prefix: string;
      readonly depth: number;
    },
  ): void {
    const layer = layers[index];
    const { name, className: op, settings } = layer;
    const { inputs, output, prefix, depth } = use;
    if (this.nodes.length > mostNodes) {
      throw new FormatError(this.#where, `must have at most ${mostNodes} layers`, "more");
    }
    const base = { word: "layer", name: short(name) || op, domain: "", attributes: new Map(), settings };
    if (networks.has(op)) {
      const inner = weights.inside(index, layers);
      const [value, ...others] = this.place(layer, inner, { given: inputs, prefix, depth: depth + 1 });
      if (others.length > 0)
        throw new FormatError(this.#where, "must have inner networks of one output", name);
      this.nodes.push({ ...base, op: "InputLayer", inputs: [value], outputs: [output], weights: [] });
      return;
    }
    const own: readonly Constant[] = weighted.has(op) ? weights.of(index, layers) : [];
    const node: KerasNode = { ...base, op: short(op), inputs, outputs: [output], weights: own };
    if (op === "Softmax") {
      const axis = settings["axis"] ?? -1;
      this.nodes.push(softmax(node, axis));
      return;
    }
    const activation = op === "Activation" || !("activation" in settings) ? "linear" : activationOf(settings);
    if (activation === "linear" && op !== "Activation") {
      this.nodes.push(node);
      return;
    }
    const inside = op === "Activation" ? null : `${output}!`;
    if (inside !== null) this.nodes.push({ ...node, outputs: [inside] });
    const acting = op === "Activation" ? activationOf(settings) : activation;
    const behind: KerasNode = {
      ...node,
      ...(inside !== null && { name: `${node.name}_${acting}`, inputs: [inside], weights: [] }),
      op: "Activation",
      settings: { activation: acting },
    };
    const scaling = scalings[acting];
    if (scaling === undefined) this.nodes.push(behind);
    else this.nodes.push(scaling === "Softmax" ? softmax(behind, -1) : { ...behind, op: scaling });
  }
}

/** ONNX's, on values that have their channels first. */
function softmax(node: KerasNode, axis: unknown): KerasNode {
  // −1 and 3 are the channels of images; 1 is the axis of vectors, which −1 stands for here.
  const turned = axis === -1 || axis === 3 ? 1 : axis === 1 ? -1 : 99;
  return { ...node, ...asOnnx({ ...node, op: "Softmax" }, "Softmax", { axis: turned }) };
}

/** A word, or in Keras 3 an object that holds one, or a layer. */
function activationOf(settings: Settings): string {
  const given = settings["activation"];
  if (given === null) return "linear";
  if (typeof given === "string") return short(given);
  const { config, class_name } = (given ?? {}) as Settings;
  return short(typeof config === "string" ? config : String(class_name));
}

/** What a layer gives when it is used for the first, second, … time. */
function valueName(prefix: string, { name }: LayerDescription, use: number): string {
  return `${prefix}${name}${use === 0 ? "" : `:${use}`}`;
}

/** Keras 2 and 3 have names of their own for an input's shape. */
function shapeOf(settings: Settings): unknown {
  return settings["batch_shape"] ?? settings["batch_input_shape"];
}
