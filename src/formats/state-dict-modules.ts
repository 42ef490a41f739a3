// The tensors of a PyTorch state dict by the module they belong to. A module's kind shows in its parameters:
// running statistics make a batch norm, a weight of two or more axes a dense or convolution layer.

import type { Tensor } from "../model/model.ts";
import { weightNormName, withPlainWeight } from "./weight-norm.ts";

export interface StateModule {
  /** As in the file, e.g. `layer1.0.conv1`, without wrappers' prefixes. */
  readonly name: string;
  readonly kind: "linear" | "norm" | "other";
  /** By PyTorch's parameter name: `weight`, `bias`, `running_mean`, … */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** What data-parallel and compiled modules put before every name. */
const wrappers = ["module.", "_orig_mod."];

/** @returns modules in the order in which the file names them first */
export function modulesOf(tensors: Readonly<Record<string, Tensor>>): readonly StateModule[] {
  const modules = new Map<string, Record<string, Tensor>>();
  for (const [given, tensor] of unwrapped(Object.entries(tensors))) {
    const name = weightNormName(given);
    const dot = name.lastIndexOf(".");
    const parameter = name.slice(dot + 1);
    if (parameter === "num_batches_tracked") continue;
    const module = name.slice(0, Math.max(dot, 0));
    const found = modules.get(module) ?? {};
    modules.set(module, found);
    found[parameter] = tensor;
  }
  return Array.from(modules, ([name, found]) => {
    const plain = withPlainWeight(found) ?? found;
    return { name, kind: kindOf(plain), tensors: plain };
  });
}

function unwrapped(entries: readonly [string, Tensor][]): readonly [string, Tensor][] {
  const wrapper = wrappers.find((prefix) => entries.every(([name]) => name.startsWith(prefix)));
  if (wrapper === undefined || entries.length === 0) return entries;
  return unwrapped(entries.map(([name, tensor]) => [name.slice(wrapper.length), tensor]));
}

function kindOf(tensors: Readonly<Record<string, Tensor>>): StateModule["kind"] {
  if ("running_mean" in tensors && "running_var" in tensors) return "norm";
  return "weight" in tensors && tensors["weight"].shape.length >= 2 ? "linear" : "other";
}
