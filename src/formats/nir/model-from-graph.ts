// A NIR graph as a spiking network: nodes become layers, sums of edges additions, recurrent edges delays.

import { InvalidValueError } from "../../base/errors.ts";
import type { Inference, Model, Tensor } from "../../model/model.ts";
import type { Connection, Layer, Network } from "../../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../../model/shapes.ts";
import { validateModel } from "../../model/validate-model.ts";
import { type FlatGraph, type FlatSource, flatGraph, flatInput } from "./flat-graph.ts";
import { foldScales } from "./fold-scales.ts";
import { layerFromNode } from "./layer-from-node.ts";
import { layerIds } from "./layer-ids.ts";
import { type NeuronsRead, neuronsFromNode } from "./neurons-from-node.ts";
import type { NirDialect } from "./nir-dialect.ts";
import { isNeuronType, type NirGraph } from "./nir-graph.ts";
import { nodeValues } from "./node-values.ts";
import { edgeKey, type NodeOrder, orderNodes } from "./order-nodes.ts";

export interface GraphReading {
  readonly dialect: NirDialect;
  /** Length of a step, s. */
  readonly dtS: number;
  readonly steps: number;
  readonly coding: Inference["coding"];
}

const longestDelay = 65_535;
const mostValues = 2 ** 26;
const mostClasses = 65_536;

/**
 * @param where - the file's name, for messages
 * @throws {FormatError} and {InvalidValueError} naming the node that cannot be held
 */
export function modelFromGraph(graph: NirGraph, where: string, reading: GraphReading): Model {
  const flat = foldScales(flatGraph(graph, where), where);
  const build = new NetworkBuild(flat, where, reading);
  const { network, tensors } = named(where, () => build.finish());
  const shape = inferShapes(network).get(network.output) ?? [];
  const last = network.layers.find(({ id }) => id === network.output);
  const isSpiking = last?.kind === "neuron" && last.emits !== "potential";
  const { dialect, dtS, steps, coding } = reading;
  const model: Model = {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors,
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: { steps, coding, readout: isSpiking ? "count" : "membrane", dtMs: dtS * 1000 },
    classes: Array.from({ length: sizeOf(shape) }, (_, i) => String(i)),
    provenance: {
      data: "",
      seed: 0,
      commit: "",
      kernels: "",
      parent: "",
      history: [`read from NIR as ${dialect.name} reads it`, ...flat.notes],
    },
  };
  named(where, () => validateModel(model));
  return model;
}

/** Checks of networks name the layer; here they name the file, too. */
function named<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidValueError) || error.where.startsWith(where)) throw error;
    const own = new InvalidValueError(`${where}: ${error.where}`, "", error.got);
    own.message = `${where}: ${error.message}`;
    throw own;
  }
}

class NetworkBuild {
  readonly #flat: FlatGraph;
  readonly #where: string;
  readonly #reading: GraphReading;
  readonly #layers: Layer[] = [];
  readonly #tensors: Record<string, Tensor> = {};
  /** Layers of neurons, whose tensors are cut once all shapes are known. */
  readonly #neurons = new Map<string, NeuronsRead>();
  readonly #ids: ReadonlyMap<string, string>;
  readonly #taken: Set<string>;
  readonly #order: NodeOrder;

  constructor(flat: FlatGraph, where: string, reading: GraphReading) {
    this.#flat = flat;
    this.#where = where;
    this.#reading = reading;
    this.#order = orderNodes(flat, where);
    this.#ids = layerIds(this.#order.order);
    this.#taken = new Set([inputId, ...this.#ids.values()]);
  }

  finish(): Pick<Model, "network" | "tensors"> {
    for (const name of this.#order.order) this.#add(name);
    const output = this.#joined("output", "output", this.#flat.output);
    if (output.from === inputId || output.delay > 0)
      throw new InvalidValueError(
        `${this.#where}: output`,
        "must come from a layer, without delay",
        output.from,
      );
    const { inputShape } = this.#flat;
    const network: Network = { name: "nir", inputShape, layers: this.#layers, output: output.from };
    const shapes = inferShapes(network);
    for (const [id, shape] of shapes) {
      const most = id === network.output ? mostClasses : mostValues;
      if (sizeOf(shape) > most)
        throw new InvalidValueError(`${this.#where}: ${id}`, `must give at most ${most} values`, shape);
    }
    for (const [id, { tensors }] of this.#neurons) this.#keep(id, tensors(shapes.get(id) ?? []));
    return { network, tensors: this.#tensors };
  }

  #add(name: string): void {
    const id = this.#idOf(name);
    const node = this.#flat.nodes.get(name);
    if (node === undefined) throw new RangeError(`no node ${name}`);
    const values = nodeValues(node, `${this.#where}: ${name}`);
    const inputs = [this.#joined(id, name, this.#flat.sources.get(name) ?? [])];
    if (isNeuronType(node.type)) {
      const { dialect, dtS } = this.#reading;
      const read = neuronsFromNode(values, Object.keys(node.parameters), dialect, dtS);
      this.#layers.push({ kind: "neuron", ...read.form, id, inputs });
      this.#neurons.set(id, read);
      return;
    }
    const { spec, tensors } = layerFromNode(values);
    this.#layers.push({ ...spec, id, inputs } as Layer);
    this.#keep(id, tensors);
  }

  #keep(id: string, tensors: Readonly<Record<string, Tensor>>): void {
    for (const [parameter, tensor] of Object.entries(tensors)) this.#tensors[`${id}.${parameter}`] = tensor;
  }

  /** One connection for all that arrives at a node: a sum where it is several. */
  #joined(id: string, name: string, sources: readonly FlatSource[]): Connection {
    const connections = sources.map((source): Connection => {
      const isLate = this.#order.late.has(edgeKey(source.from, name));
      return { from: this.#idOf(source.from), delay: this.#stepsOf(source, name) + Number(isLate) };
    });
    if (connections.length === 0)
      throw new InvalidValueError(`${this.#where}: ${name}`, "must be reached by an edge", "none");
    if (connections.length === 1) return connections[0];
    let sum = `${id}_sum`;
    while (this.#taken.has(sum)) sum += "_";
    this.#taken.add(sum);
    this.#layers.push({ kind: "add", id: sum, inputs: connections });
    return { from: sum, delay: 0 };
  }

  #idOf(name: string): string {
    return name === flatInput ? inputId : (this.#ids.get(name) ?? name);
  }

  #stepsOf({ from, delayS }: FlatSource, name: string): number {
    const { dtS } = this.#reading;
    const steps = Math.round(delayS / dtS);
    if (Math.abs(delayS / dtS - steps) <= 1e-3 && steps <= longestDelay) return steps;
    throw new InvalidValueError(
      `${this.#where}: delay from ${from} to ${name}`,
      `must be a whole number of steps of ${dtS} s, at most ${longestDelay}`,
      `${delayS} s`,
      "Give another length of a step.",
    );
  }
}
