// Layers as ONNX nodes, operator set 13, batch first. Every layer becomes one node, or a few where ONNX has no
// operator for it.

import { InvalidValueError } from "../../base/errors.ts";
import { isLinear, type LinearLayer } from "../../model/linear-layer.ts";
import { type Model, type Tensor, tensorOf } from "../../model/model.ts";
import type { Layer, PoolLayer, ReluLayer } from "../../model/network.ts";
import { pixelMaps } from "../../model/preprocessing.ts";
import { inferShapes, inputId } from "../../model/shapes.ts";
import type { Loss } from "../loss.ts";
import { elementTypes } from "./onnx-schema.ts";
import type { MessageData } from "./write-message.ts";

/** What is written of a graph, in the order it is computed. */
export interface WrittenGraph {
  readonly nodes: readonly MessageData[];
  readonly initializers: readonly MessageData[];
  /** Name of the value that holds the scores. */
  readonly output: string;
  readonly losses: readonly Loss[];
}

/** Name of the network's input in the file; no layer has it. */
export const pixelsName = inputId;

/**
 * @param keepsCodes - whether stored codes stay int8, with a DequantizeLinear behind
 * @throws {InvalidValueError} naming a layer ONNX has no operators for
 */
export function writeNodes(model: Model, keepsCodes: boolean): WrittenGraph {
  const writer = new GraphWriter(model, keepsCodes);
  writer.preprocess();
  for (const layer of model.network.layers) writer.layer(layer);
  return { ...writer, output: writer.valueOf(model.network.output) };
}

type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

class GraphWriter {
  readonly nodes: MessageData[] = [];
  readonly initializers: MessageData[] = [];
  readonly losses: Loss[] = [];
  readonly #model: Model;
  readonly #keepsCodes: boolean;
  readonly #values = new Map<string, string>();
  readonly #ranks: ReadonlyMap<string, number>;

  constructor(model: Model, keepsCodes: boolean) {
    this.#model = model;
    this.#keepsCodes = keepsCodes;
    this.#ranks = new Map([...inferShapes(model.network)].map(([id, shape]) => [id, shape.length]));
  }

  valueOf(id: string): string {
    return this.#values.get(id) ?? id;
  }

  /** Pixels become x = pixel · scale + offset. */
  preprocess(): void {
    const { network, preprocessing } = this.#model;
    const { maps } = pixelMaps(preprocessing, network.inputShape);
    const shape = maps.length === 1 ? [] : [maps.length, ...network.inputShape.slice(1).map(() => 1)];
    let value = pixelsName;
    const apply = (op: string, values: readonly number[], neutral: number): void => {
      if (values.every((factor) => factor === neutral)) return;
      const constant = this.#constant(`${inputId}.${op}`, { shape, data: Float32Array.from(values) });
      value = this.#node(op, [value, constant], `${inputId}.${op}_out`);
    };
    apply(
      "Mul",
      maps.map(({ scale }) => scale),
      1,
    );
    apply(
      "Add",
      maps.map(({ offset }) => offset),
      0,
    );
    this.#values.set(inputId, value);
  }

  layer(layer: Layer): void {
    const inputs = layer.inputs.map(({ from }) => this.valueOf(from));
    this.#values.set(layer.id, this.#lowered(layer, inputs));
  }

  #lowered(layer: Layer, inputs: readonly string[]): string {
    const { id } = layer;
    if (isLinear(layer)) return this.#linear(layer, inputs[0]);
    switch (layer.kind) {
      case "averagePool":
      case "sumPool":
      case "maxPool":
        return this.#pool(layer, inputs[0]);
      case "flatten":
        return this.#node("Flatten", inputs, id, { axis: 1 });
      case "batchNorm": {
        const parts = ["gamma", "beta", "mean", "variance"].map((part) => this.#tensor(id, part));
        const { epsilon, momentum } = layer;
        // ONNX's momentum is the share of the old statistics.
        const attributes = { epsilon: { float: epsilon }, momentum: { float: 1 - momentum } };
        return this.#node("BatchNormalization", [inputs[0], ...parts], id, attributes);
      }
      case "relu":
        return this.#relu(layer, inputs[0]);
      case "add":
        return this.#node(inputs.length === 2 ? "Add" : "Sum", inputs, id);
      case "concat":
        return this.#node("Concat", inputs, id, { axis: 1 });
      case "neuron":
        throw new InvalidValueError(
          `layer ${JSON.stringify(id)} (neuron)`,
          "must not be spiking, for ONNX, which has no neurons",
          layer.model,
          "Export the ANN it was made from, or choose another target.",
        );
      default:
        return layer satisfies never;
    }
  }

  #linear(layer: LinearLayer, input: string): string {
    const { id } = layer;
    const inputs = [input, this.#weight(layer), ...(layer.bias ? [this.#tensor(id, "bias")] : [])];
    if (layer.kind === "dense") return this.#node("Gemm", inputs, id, { transB: 1 });
    const flat = (sizes: number | readonly number[]): readonly number[] =>
      typeof sizes === "number" ? [sizes] : sizes;
    const padding = flat(layer.padding);
    return this.#node("Conv", inputs, id, {
      kernel_shape: flat(layer.kernel),
      strides: flat(layer.stride),
      pads: [...padding, ...padding],
      dilations: flat(layer.dilation ?? [1, 1]),
      group: layer.groups,
    });
  }

  #weight({ id }: LinearLayer): string {
    const [stored, scale] = ["weight", "scale"].map((part) => tensorOf(this.#model, id, part));
    if (stored === undefined || scale === undefined) return this.#tensor(id, "weight");
    if (this.#keepsCodes) {
      const isByChannel = scale.data.length > 1;
      const codes = this.#constant(`${id}.weight_codes`, stored);
      const factor = this.#constant(`${id}.scale`, isByChannel ? scale : { shape: [], data: scale.data });
      return this.#node("DequantizeLinear", [codes, factor], `${id}.weight`, isByChannel ? { axis: 0 } : {});
    }
    const run = stored.data.length / scale.data.length;
    const data = Float32Array.from(stored.data, (code, i) => code * scale.data[Math.floor(i / run)]);
    return this.#constant(`${id}.weight`, { shape: stored.shape, data });
  }

  #pool(layer: PoolLayer, input: string): string {
    const { id, kernel, stride, kind } = layer;
    const axes = (this.#ranks.get(id) ?? 3) - 1;
    const attributes = { kernel_shape: kernel.slice(0, axes), strides: stride.slice(0, axes) };
    if (kind !== "sumPool")
      return this.#node(kind === "maxPool" ? "MaxPool" : "AveragePool", [input], id, attributes);
    const area = this.#constant(`${id}.area`, { shape: [], data: Float32Array.of(kernel[0] * kernel[1]) });
    const mean = this.#node("AveragePool", [input], `${id}.mean`, attributes);
    return this.#node("Mul", [mean, area], id);
  }

  #relu({ id, bounded, levels }: ReluLayer, input: string): string {
    if (!bounded) return this.#node("Relu", [input], id);
    const bound = tensorOf(this.#model, id, "bound")?.data[0] ?? 1;
    const number = (part: string, value: number): string =>
      this.#constant(`${id}.${part}`, { shape: [], data: Float32Array.of(value) });
    if (levels === undefined)
      return this.#node("Clip", [input, number("low", 0), number("bound", bound)], id);
    if (levels === 255) return this.#byteLevels(id, input, number("step", bound / levels));
    this.losses.push({
      where: `layer ${JSON.stringify(id)}`,
      what: `a relu of ${levels} levels as one operator`,
      consequence:
        "It is written as Mul, Add, Floor, Clip and Mul, which run everywhere but are not read back as a relu.",
    });
    const scaled = this.#node("Mul", [input, number("levels_over_bound", levels / bound)], `${id}.scaled`);
    const raised = this.#node("Add", [scaled, number("half", 0.5)], `${id}.raised`);
    const floored = this.#node("Floor", [raised], `${id}.floored`);
    const clipped = this.#node(
      "Clip",
      [floored, number("low", 0), number("levels", levels)],
      `${id}.clipped`,
    );
    return this.#node("Mul", [clipped, number("step", bound / levels)], id);
  }

  /** Bytes and back: what quantised networks have in the place of such a relu. */
  #byteLevels(id: string, input: string, step: string): string {
    const zero = this.#constant(`${id}.zero`, { shape: [], data: Uint8Array.of(0) });
    this.losses.push({
      where: `layer ${JSON.stringify(id)}`,
      what: "halves that are rounded up",
      consequence: "QuantizeLinear rounds them to even; only activations exactly between two levels differ.",
    });
    const codes = this.#node("QuantizeLinear", [input, step, zero], `${id}.codes`);
    return this.#node("DequantizeLinear", [codes, step, zero], id);
  }

  #tensor(id: string, part: string): string {
    const tensor = tensorOf(this.#model, id, part);
    if (tensor === undefined) throw new RangeError(`no ${id}.${part}`);
    return this.#constant(`${id}.${part}`, tensor);
  }

  #constant(name: string, { shape, data }: Tensor): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const type = data instanceof Float32Array ? "float" : data instanceof Int8Array ? "int8" : "uint8";
    this.initializers.push({ dims: shape, dataType: elementTypes[type], name, rawData: bytes });
    return name;
  }

  /** @returns the name of the value it gives */
  #node(op: string, inputs: readonly string[], name: string, attributes: Attributes = {}): string {
    // Values of nodes and constants share their names; an id has no dot, and input values end with "_out".
    const attribute = Object.entries(attributes).map(([key, value]) => ({
      name: key,
      ...attributeData(value),
    }));
    this.nodes.push({ input: inputs, output: [name], name, opType: op, attribute });
    return name;
  }
}

/** Types as onnx.proto numbers them: 1 a number, 2 a whole number, 3 text, 7 whole numbers. */
function attributeData(value: Attributes[string]): MessageData {
  if (typeof value === "number") return { i: value, type: 2 };
  if (typeof value === "string") return { s: value, type: 3 };
  if ("float" in value) return { f: value.float, type: 1 };
  return { ints: value, type: 7 };
}
