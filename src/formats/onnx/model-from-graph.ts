// A graph of another framework made into a model: its nodes lowered to layers, scales and offsets merged, all
// checked.

import { InvalidValueError } from "../../base/errors.ts";
import type { Model } from "../../model/model.ts";
import type { Preprocessing } from "../../model/preprocessing.ts";
import { inferShapes, inputId, sizeOf } from "../../model/shapes.ts";
import { validateModel } from "../../model/validate-model.ts";
import type { Graph, Node } from "./onnx-graph.ts";
import { type LoweringOptions, lowerGraph } from "./onnx-lower-graph.ts";
import { mergeAffine } from "./onnx-merge-affine.ts";

export interface GraphOptions<N extends Node> extends LoweringOptions<N> {
  /** How pixels become the graph's input. Default: pixels as they are, 0…255. */
  readonly preprocessing?: Preprocessing;
  /** Default: "0", "1", … */
  readonly classes?: readonly string[];
  /** SHA-256 of the file. */
  readonly parent: string;
  /** What it was read from, in words. */
  readonly source: string;
}

/** @throws {InvalidValueError} naming every node that cannot be read, and why */
export function modelFromGraph<N extends Node>(graph: Graph<N>, options: GraphOptions<N>): Model {
  const { preprocessing = { scale: 1, offset: 0 }, where, parent, source } = options;
  const { layers, tensors, output, notes, inputShape } = lowerGraph(graph, options);
  const draft = mergeAffine({ inputShape, layers, tensors, preprocessing, output });
  const network = { name: graph.name, inputShape, layers: draft.layers, output: draft.output };
  if (draft.output === inputId) {
    throw new InvalidValueError(where, "must hold a layer that computes something", "none");
  }
  const scores = sizeOf(inferShapes(network).get(network.output) ?? []);
  const model: Model = {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: draft.tensors,
    preprocessing: draft.preprocessing,
    inference: null,
    classes: options.classes ?? Array.from({ length: scores }, (_, i) => String(i)),
    provenance: {
      data: "",
      seed: 0,
      commit: "",
      kernels: "",
      parent,
      history: [`read from ${source}`, ...notes],
    },
  };
  validateModel(model);
  return model;
}
