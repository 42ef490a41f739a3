// A PyTorch state dict and a network's description made into a model. The file holds tensors by module name,
// nothing of how modules are connected; the description says that, and the shapes show that the two belong
// together.
//
// Modules are matched to layers by an explicit map of names; else by equal names (dots as "-"), if all layers
// find one; else in order, dense and convolution layers among themselves and batch norms among themselves.
// PyTorch's order is that of registration, usually the order of computation.

import { InvalidValueError } from "../base/errors.ts";
import { isLinear, type LinearLayer, weightShape } from "../model/linear-layer.ts";
import type { Model, Tensor } from "../model/model.ts";
import type { BatchNormLayer, Layer, Network, Shape } from "../model/network.ts";
import type { Preprocessing } from "../model/preprocessing.ts";
import { asImageShape, inferShapes, sizeOf } from "../model/shapes.ts";
import { validateModel } from "../model/validate-model.ts";
import { type Aligned, align } from "./align.ts";
import { modulesOf, type StateModule } from "./state-dict-modules.ts";

export interface StateDictOptions {
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  /** Module name by layer id. */
  readonly names?: Readonly<Record<string, string>>;
  /** Tensors that are part of the architecture and in no file, by `<layer id>.<parameter>`. */
  readonly fixed?: Readonly<Record<string, Tensor>>;
  /** Whether layers have a bias where the description says so (default), or where the file has one. */
  readonly biases?: "asDescribed" | "asInFile";
  /** SHA-256 of the file. Default "". */
  readonly parent?: string;
}

type Parametrised = LinearLayer | BatchNormLayer;

/** A layer that wants tensors of the file. */
interface Slot {
  readonly layer: Parametrised;
  /** Of the weight, or [channels] of a batch norm. */
  readonly shape: Shape;
}

/**
 * @param tensors - by PyTorch's names, in the file's order; `num_batches_tracked` is ignored
 * @throws {InvalidValueError} one for all that does not fit: tensors that are missing, left over or of another
 * shape, each with what stands in its place
 */
export function modelFromStateDict(
  tensors: Readonly<Record<string, Tensor>>,
  network: Network,
  options: StateDictOptions,
): Model {
  const { preprocessing, classes, fixed = {}, names, biases = "asDescribed", parent = "" } = options;
  const slots = slotsOf(network, fixed);
  const pairs = pairsOf(slots, modulesOf(tensors), names);
  const hasBias = new Map<string, boolean>();
  if (biases === "asInFile") {
    for (const { a, b } of pairs) if (a !== null && b !== null) hasBias.set(a.layer.id, "bias" in b.tensors);
  }
  const layers = network.layers.map((layer) => {
    const bias = hasBias.get(layer.id);
    return isLinear(layer) && bias !== undefined ? { ...layer, bias } : layer;
  });
  const found: Record<string, Tensor> = { ...fixed };
  const problems = pairs.flatMap((pair) => take(pair, layers, found));
  if (problems.length > 0) {
    throw new InvalidValueError(
      "state dict",
      `must fit network ${JSON.stringify(network.name)} without a mismatch`,
      problems.length,
      ["In detail:", ...problems].join("\n  "),
    );
  }
  const model: Model = {
    kind: "ann",
    network: { ...network, layers },
    weightFormat: { kind: "float32" },
    tensors: found,
    preprocessing,
    inference: null,
    classes,
    provenance: { data: "", seed: 0, commit: "", kernels: "", parent, history: ["read from a state dict"] },
  };
  validateModel(model);
  return model;
}

function slotsOf(network: Network, fixed: Readonly<Record<string, Tensor>>): readonly Slot[] {
  const shapes = inferShapes(network);
  return network.layers.flatMap((layer): Slot[] => {
    const input = shapes.get(layer.inputs[0].from) ?? [];
    if (layer.kind === "batchNorm") return [{ layer, shape: [asImageShape(input)[0]] }];
    if (!isLinear(layer) || `${layer.id}.weight` in fixed) return [];
    return [{ layer, shape: weightShape(layer, input) }];
  });
}

type Pair = Aligned<Slot, StateModule>;

function pairsOf(
  slots: readonly Slot[],
  modules: readonly StateModule[],
  names: Readonly<Record<string, string>> | undefined,
): readonly Pair[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const byId = new Map(modules.map((module) => [module.name.replaceAll(".", "-"), module]));
  const matched = (find: (id: string) => StateModule | undefined): readonly Pair[] => {
    const pairs = slots.map((slot) => ({ a: slot, b: find(slot.layer.id) ?? null }));
    const used = new Set(pairs.map(({ b }) => b));
    return [...pairs, ...modules.filter((module) => !used.has(module)).map((b) => ({ a: null, b }))];
  };
  if (names !== undefined) {
    return matched((id) => (Object.hasOwn(names, id) ? byName.get(names[id]) : undefined));
  }
  if (slots.every(({ layer }) => byId.has(layer.id))) return matched((id) => byId.get(id));
  const cost = (slot: Slot, module: StateModule): number => {
    const got = shapeOf(module);
    if (String(got) === String(slot.shape)) return 0;
    return sizeOf(got) === sizeOf(slot.shape) ? 1 : 1.5;
  };
  const inOrder = (kind: StateModule["kind"], isWanted: (layer: Layer) => boolean): readonly Pair[] =>
    align(
      slots.filter(({ layer }) => isWanted(layer)),
      modules.filter((module) => module.kind === kind),
      cost,
    );
  return [
    ...inOrder("linear", isLinear),
    ...inOrder("norm", (layer) => layer.kind === "batchNorm"),
    ...inOrder("other", () => false),
  ];
}

function shapeOf({ kind, tensors }: StateModule): Shape {
  return (kind === "norm" ? tensors["running_mean"] : tensors["weight"])?.shape ?? [];
}

/** Put a pair's tensors into `found`, in place. @returns what does not fit */
function take(
  { a: slot, b: module }: Pair,
  layers: readonly Layer[],
  found: Record<string, Tensor>,
): string[] {
  if (slot === null) {
    const leftOver = Object.entries(module?.tensors ?? {});
    return leftOver.map(([name, { shape }]) => `left over: ${tensorName(module, name)} [${shape}]`);
  }
  const layer = layers.find(({ id }) => id === slot.layer.id) as Parametrised;
  if (module === null) return [`missing: ${layer.kind} layer ${layer.id} of shape [${slot.shape}]`];
  const problems: string[] = [];
  const wanted = isLinear(layer) ? linearParameters(layer, slot.shape) : normParameters(slot.shape);
  for (const { theirs, ours, shape, otherwise } of wanted) {
    const name = `${layer.id}.${ours}`;
    const tensor = module.tensors[theirs] ?? otherwise;
    if (tensor === undefined) {
      problems.push(`missing: ${name} [${shape}], as ${tensorName(module, theirs)} is not in the file`);
    } else if (String(tensor.shape) !== String(shape)) {
      problems.push(
        `another shape: ${name} wants [${shape}], but ${tensorName(module, theirs)} has [${tensor.shape}]`,
      );
    } else if (!(tensor.data instanceof Float32Array)) {
      const got = tensor.data.constructor.name.replace("Array", "").toLowerCase();
      problems.push(`another type: ${name} wants float32, but ${tensorName(module, theirs)} is ${got}`);
    } else found[name] = tensor;
  }
  for (const [theirs, { shape }] of Object.entries(module.tensors)) {
    if (wanted.some((parameter) => parameter.theirs === theirs)) continue;
    problems.push(`left over: ${tensorName(module, theirs)} [${shape}], which ${layer.id} has no place for`);
  }
  return problems;
}

interface WantedParameter {
  readonly theirs: string;
  readonly ours: string;
  readonly shape: Shape;
  /** Where the file has none. */
  readonly otherwise?: Tensor;
}

function linearParameters(layer: LinearLayer, shape: Shape): readonly WantedParameter[] {
  const weight = { theirs: "weight", ours: "weight", shape };
  return layer.bias ? [weight, { theirs: "bias", ours: "bias", shape: [shape[0]] }] : [weight];
}

/** A batch norm without affine parameters leaves what it has normalised as it is. */
function normParameters(shape: Shape): readonly WantedParameter[] {
  const constant = (value: number): Tensor => ({ shape, data: new Float32Array(shape[0]).fill(value) });
  return [
    { theirs: "weight", ours: "gamma", shape, otherwise: constant(1) },
    { theirs: "bias", ours: "beta", shape, otherwise: constant(0) },
    { theirs: "running_mean", ours: "mean", shape },
    { theirs: "running_var", ours: "variance", shape },
  ];
}

function tensorName(module: StateModule | null, parameter: string): string {
  return module === null || module.name === "" ? parameter : `${module.name}.${parameter}`;
}
