// What every layer of an ANN will carry once it spikes, and which layers must speak of one bound.
//
//   activities  spikes of neurons, or the network's input: what a relu gives, pooled, flattened, joined
//   sums        what dense and convolution layers give, before it meets a relu; pooled, flattened, added
//               together or to activities (residual blocks)
//
// A relu of sums becomes neurons. A plain relu of activities changes nothing, and is left out; a bounded
// one, or one of the network's input, becomes neurons. Activities that meet in an addition that stays activities must have
// one bound, and where weights may not change, those of a concatenation as well.
//
// Everything else is refused, all of it at once and by name, before any work.

import { InvalidValueError } from "../base/errors.ts";
import type { Layer, Network, ReluLayer } from "../model/network.ts";
import { inferShapes, inputId } from "../model/shapes.ts";

export type Signal =
  /** `sources`: the relus whose spikes these are, or the input. */
  { readonly kind: "activities"; readonly sources: readonly string[] } | { readonly kind: "sums" };

export interface SignalPlan {
  /** By layer, and the input's under `"input"`. */
  readonly signals: ReadonlyMap<string, Signal>;
  /** Relus that change nothing, and what stands for them. */
  readonly identities: ReadonlyMap<string, string>;
  /** By relu: those that must have its bound, itself included. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/**
 * @param network - ANN without batch norm
 * @param joinsConcat - whether a concatenation's inputs must have one bound
 * @throws {InvalidValueError} naming every layer that cannot be converted
 */
export function planSignals(network: Network, joinsConcat: boolean): SignalPlan {
  inferShapes(network);
  const planner = new Planner(joinsConcat);
  const refusals: InvalidValueError[] = [];
  for (const layer of network.layers) {
    try {
      planner.add(layer);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      refusals.push(error);
      planner.skip(layer);
    }
  }
  if (refusals.length === 1) throw refusals[0];
  if (refusals.length > 1) {
    throw new InvalidValueError(
      `network ${JSON.stringify(network.name)}`,
      "must hold only layers that can be converted",
      `${refusals.length} that cannot`,
      `\n${refusals.map(({ message }) => `  ${message}`).join("\n")}`,
    );
  }
  return planner.finish();
}

class Planner {
  readonly #joinsConcat: boolean;
  readonly #signals = new Map<string, Signal>([[inputId, { kind: "activities", sources: [inputId] }]]);
  readonly #identities = new Map<string, string>();
  readonly #parents = new Map<string, string>();
  readonly #relus: string[] = [];

  constructor(joinsConcat: boolean) {
    this.#joinsConcat = joinsConcat;
  }

  /** @throws {InvalidValueError} naming the layer that cannot be converted */
  add(layer: Layer): void {
    this.#signals.set(layer.id, this.#signalOf(layer));
  }

  /** Go on behind a refused layer as if all was well. */
  skip(layer: Layer): void {
    const isSums = layer.kind === "dense" || layer.kind === "conv2d" || layer.kind === "conv1d";
    this.#signals.set(layer.id, isSums ? { kind: "sums" } : { kind: "activities", sources: [layer.id] });
  }

  finish(): SignalPlan {
    const groups = new Map<string, string[]>();
    for (const relu of this.#relus) {
      const root = this.#rootOf(relu);
      groups.set(root, [...(groups.get(root) ?? []), relu]);
    }
    return {
      signals: this.#signals,
      identities: this.#identities,
      groups: new Map(this.#relus.map((relu) => [relu, groups.get(this.#rootOf(relu)) ?? [relu]])),
    };
  }

  #signalOf(layer: Layer): Signal {
    const where = `layer ${JSON.stringify(layer.id)} (${layer.kind})`;
    const delayed = layer.inputs.find(({ delay }) => delay > 0);
    if (delayed)
      throw new InvalidValueError(where, "must have inputs without delay to be converted", delayed.delay);
    const inputs = layer.inputs.map(({ from }) => this.#signals.get(from) as Signal);
    const [first] = inputs;
    switch (layer.kind) {
      case "dense":
      case "conv2d":
        if (first.kind === "activities") return { kind: "sums" };
        throw new InvalidValueError(
          where,
          "must take activations, not the sums of a layer before its relu",
          layer.inputs[0].from,
          "Put a relu between the two, or merge them into one layer.",
        );
      case "relu":
        return this.#relu(layer, first);
      case "averagePool":
      case "maxPool":
      case "flatten":
        return first;
      case "add":
        if (inputs.some(({ kind }) => kind === "sums")) return { kind: "sums" };
        return this.#join(where, inputs);
      case "concat":
        if (inputs.every(({ kind }) => kind === "sums")) return first;
        if (inputs.every(({ kind }) => kind === "activities"))
          return this.#joinsConcat
            ? this.#join(where, inputs)
            : { kind: "activities", sources: sourcesOf(inputs) };
        throw new InvalidValueError(
          where,
          "must join activations only, or sums before their relus only",
          layer.inputs.map(({ from }) => from),
          "Put a relu behind every layer that is joined.",
        );
      case "batchNorm":
        throw new InvalidValueError(
          where,
          "must be folded into the layer before it",
          "batchNorm",
          "Call foldBatchNorm first.",
        );
      default:
        throw new InvalidValueError(where, "must be of a kind that can be converted", layer.kind);
    }
  }

  #relu({ id, inputs, bounded = false }: ReluLayer, input: Signal): Signal {
    if (input.kind === "activities" && !input.sources.includes(inputId) && !bounded) {
      const [{ from }] = inputs;
      this.#identities.set(id, this.#identities.get(from) ?? from);
      return input;
    }
    this.#relus.push(id);
    return { kind: "activities", sources: [id] };
  }

  #join(where: string, inputs: readonly Signal[]): Signal {
    const sources = sourcesOf(inputs);
    const roots = new Set(sources.map((source) => this.#rootOf(source)));
    if (roots.size > 1 && roots.has(inputId)) {
      throw new InvalidValueError(
        where,
        "must not join the network's input with spikes, as the input cannot be rescaled",
        sources,
        "Send the input through a dense or conv2d layer and a relu first.",
      );
    }
    const [root, ...others] = roots;
    for (const other of others) this.#parents.set(other, root);
    return { kind: "activities", sources };
  }

  #rootOf(id: string): string {
    let root = id;
    for (let parent = this.#parents.get(root); parent !== undefined; parent = this.#parents.get(root))
      root = parent;
    return root;
  }
}

function sourcesOf(inputs: readonly Signal[]): readonly string[] {
  return [...new Set(inputs.flatMap((signal) => (signal.kind === "activities" ? signal.sources : [])))];
}
