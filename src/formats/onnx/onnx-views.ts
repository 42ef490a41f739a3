// Nodes that only change how a signal is seen: Reshape, Flatten, Squeeze, Unsqueeze, Transpose. The batch axis
// must stay in front.

import { sizeOf } from "../../model/shapes.ts";
import { refuse, wholeAttribute, wholeAttributes } from "./onnx-attributes.ts";
import { type Builder, constantOf, type Signal, signalOf, type Value } from "./onnx-builder.ts";
import { axesOf, squeezed, unsqueezed } from "./onnx-fold-constants.ts";
import type { Node } from "./onnx-graph.ts";
import { permuted, reshapedSizes } from "./onnx-sizes.ts";

type Inputs = readonly (Value | undefined)[];

export function reshape(node: Node, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  const wanted = [...constantOf(node, inputs[1], "shape").data];
  return seenAs(node, signal, reshapedSizes(node, [builder.batch, ...signal.sizes], wanted), builder);
}

export function flatten(node: Node, inputs: Inputs): Signal {
  const signal = signalOf(node, inputs[0]);
  const axis = wholeAttribute(node, "axis", 1);
  const rank = signal.sizes.length + 1;
  if (axis !== 1 && axis !== 1 - rank) refuse(node, "must flatten all but the batch (axis 1)", axis);
  return { ...signal, sizes: [sizeOf(signal.sizes)] };
}

export function squeeze(node: Node, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  const sizes = [builder.batch, ...signal.sizes];
  const axes = axesOf(
    node,
    inputs[1] === undefined ? undefined : constantOf(node, inputs[1], "list of axes"),
  );
  if (node.op === "Unsqueeze") return seenAs(node, signal, unsqueezed(node, sizes, axes ?? []), builder);
  if (axes === undefined && builder.batch === 1)
    return { ...signal, sizes: signal.sizes.filter((size) => size !== 1) };
  return seenAs(node, signal, squeezed(node, sizes, axes), builder);
}

export function transpose(node: Node, inputs: Inputs): Signal {
  const signal = signalOf(node, inputs[0]);
  const rank = signal.sizes.length + 1;
  const perm = wholeAttributes(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (perm[0] !== 0) refuse(node, "must leave the batch in front", perm);
  const { sizes, order } = permuted(
    node,
    signal.sizes,
    perm.slice(1).map((axis) => axis - 1),
  );
  const composed = signal.order === null ? order : order.map((index) => (signal.order as Int32Array)[index]);
  const isNeutral = composed.every((index, i) => index === i);
  return { ...signal, sizes, order: isNeutral ? null : composed };
}

/** @param sizes - with the batch */
function seenAs(node: Node, signal: Signal, sizes: readonly number[], { batch }: Builder): Signal {
  if (sizes[0] !== batch || sizes.length < 2) {
    refuse(node, "must keep the batch as its first axis", sizes, "Reshape to [0, -1] or [-1, features].");
  }
  return { ...signal, sizes: sizes.slice(1) };
}
