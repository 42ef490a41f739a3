// A network of blocks with skip connections: a stem, blocks, a dense readout, as a spiking network or as the ANN
// of the same topology.
//
//   input → stem → block 1 → … → readout         every layer: dense or convolution (, batch norm), neurons or relu
//
// A shortcut is the identity where shapes agree. Elsewhere it is projected: a dense layer, or a 1×1 convolution
// with the stride between them, with neurons of its own, so that what is added or concatenated always is spikes,
// and its products are counted like any layer's. A concatenated node keeps its channels and is projected only to
// another size. Sums of spikes are whole numbers: a neuron that two shortcuts of a step reach takes each of the
// spikes, and the layer behind does an addition for every one (energy/count-snn.ts).

import { InvalidValueError } from "../base/errors.ts";
import type { ImageShape } from "../data/image-shape.ts";
import { batchNorm, connect, conv2d, dense, flatten, type LayerSpec, neuron, relu } from "../model/build.ts";
import type { Layer, Network, Shape } from "../model/network.ts";
import { inferShapes, inputId } from "../model/shapes.ts";
import type { NeuronForm } from "../neuron/neuron-form.ts";
import { layerSources, type SourcePart } from "./layer-sources.ts";
import type { SkipBlock } from "./skip-block.ts";

export interface SkipNetworkSpec {
  readonly name: string;
  readonly imageShape: ImageShape;
  readonly classes: number;
  /** The layer before the first block. */
  readonly stem: {
    readonly kind: "dense" | "conv";
    readonly width: number;
    /** conv: as in blocks; default 3 and 1. */
    readonly kernel?: number;
    readonly stride?: number;
  };
  readonly blocks: readonly SkipBlock[];
  /** Default false. */
  readonly batchNorm?: boolean;
  readonly neuron: Pick<NeuronForm, "model" | "reset">;
  /** Whether the output spikes; else leaky integrators of the same model are read. */
  readonly isOutputSpiking: boolean;
}

/**
 * @param matrices - one a block, as `skipField` has them
 * @param form - `ann`: relus in the place of neurons, and none behind the readout
 * @throws {InvalidValueError} for a matrix that fits no block, and for convolutions behind dense layers
 */
export function skipNetwork(
  spec: SkipNetworkSpec,
  matrices: readonly string[],
  form: "snn" | "ann" = "snn",
): Network {
  if (matrices.length !== spec.blocks.length)
    throw new InvalidValueError("skips", `must be ${spec.blocks.length} matrices`, matrices.length);
  return new SkipNetworkBuilder(spec, form).build(matrices);
}

/** Where in a network a layer stands. */
interface Place {
  readonly id: string;
  readonly block: SkipBlock;
  /** What each node of the block gives, by layer id. */
  readonly nodes: ReadonlyMap<number, string>;
}

class SkipNetworkBuilder {
  readonly #spec: SkipNetworkSpec;
  readonly #form: "snn" | "ann";
  readonly #layers: Layer[] = [];
  readonly #shapes = new Map<string, Shape>();

  constructor(spec: SkipNetworkSpec, form: "snn" | "ann") {
    this.#spec = spec;
    this.#form = form;
    this.#shapes.set(inputId, spec.imageShape);
  }

  build(matrices: readonly string[]): Network {
    const { name, imageShape, classes, stem, blocks } = this.#spec;
    let last = this.#active("stem", this.#linear(stem.kind, stem), this.#ready(inputId, stem.kind));
    for (const [b, block] of blocks.entries())
      last = this.#block(`block${b + 1}`, block, matrices[b], this.#ready(last, block.kind));
    let output = this.#put("readout", dense(classes), this.#ready(last, "dense"));
    if (this.#form === "snn") {
      const { neuron: form, isOutputSpiking } = this.#spec;
      const silent = { reset: "none", emits: "potential" } as const;
      output = this.#put("output", neuron(isOutputSpiking ? form : { ...form, ...silent }), output);
    }
    return { name, inputShape: imageShape, layers: this.#layers, output };
  }

  #block(id: string, block: SkipBlock, matrix: string, input: string): string {
    const nodes = new Map([[0, input]]);
    const { kind, widths, kernel = 3, stride = 1 } = block;
    let last = input;
    for (const { node, parts } of layerSources(block, matrix)) {
      const place = { id: `${id}-${node}`, block, nodes };
      // Only the block's input lies before the stride: a layer that reads nothing else has the stride itself.
      const isStrided = stride > 1 && parts.every((part) => part.node === 0);
      const joined = parts.map((part) => this.#part(place, part, isStrided));
      const from =
        joined.length === 1 ? joined[0] : this.#put(`${id}-${node}-concat`, { kind: "concat" }, ...joined);
      const layer = { width: widths[node - 1], kernel, stride: isStrided ? stride : 1 };
      last = this.#active(`${id}-${node}`, this.#linear(kind, layer), from);
      nodes.set(node, last);
    }
    return last;
  }

  /** One part of a layer's input. */
  #part({ id, block, nodes }: Place, part: SourcePart, isStrided: boolean): string {
    const { stride = 1 } = block;
    const of = (node: number): string => nodes.get(node) ?? inputId;
    const [width] = this.#shape(of(part.node));
    const projected = (node: number, by: number): string => {
      if (by === 1 && this.#shape(of(node))[0] === width) return of(node);
      return this.#projected(`${id}-from${node}`, block, width, of(node), by);
    };
    const main = projected(part.node, part.node === 0 && !isStrided ? stride : 1);
    if (part.added.length === 0) return main;
    const added = part.added.map((node) => projected(node, node === 0 ? stride : 1));
    return this.#put(`${id}-add`, { kind: "add" }, main, ...added);
  }

  #projected(id: string, block: SkipBlock, width: number, from: string, stride: number): string {
    return this.#active(id, this.#linear(block.kind, { width, kernel: 1, stride }), from);
  }

  #linear(
    kind: "dense" | "conv",
    layer: { readonly width: number; readonly kernel?: number; readonly stride?: number },
  ): LayerSpec {
    const { width, kernel = 3, stride = 1 } = layer;
    const bias = !this.#spec.batchNorm;
    if (kind === "dense") return dense(width, bias);
    return conv2d({ channels: width, kernel, stride, padding: (kernel - 1) / 2, bias });
  }

  /** A layer with weights and what fires behind it. */
  #active(id: string, layer: LayerSpec, from: string): string {
    let last = this.#put(`${id}-weights`, layer, from);
    if (this.#spec.batchNorm) last = this.#put(`${id}-norm`, batchNorm(), last);
    return this.#put(`${id}-fires`, this.#form === "ann" ? relu() : neuron(this.#spec.neuron), last);
  }

  /** As a layer of that kind can read it. */
  #ready(from: string, kind: "dense" | "conv"): string {
    const shape = this.#shape(from);
    if (kind === "conv" && shape.length === 1)
      throw new InvalidValueError("block.kind", "must be dense behind dense layers", kind);
    return kind === "dense" && shape.length > 1 ? this.#put(`${from}-flat`, flatten(), from) : from;
  }

  #put(id: string, layer: LayerSpec, ...from: readonly string[]): string {
    this.#layers.push({ ...layer, id, inputs: from.map((source) => connect(source)) } as Layer);
    const { name, imageShape } = this.#spec;
    const shapes = inferShapes({ name, inputShape: imageShape, layers: this.#layers, output: id });
    this.#shapes.set(id, shapes.get(id) ?? []);
    return id;
  }

  #shape(id: string): Shape {
    return this.#shapes.get(id) ?? [];
  }
}
