// A NIR graph of the published N-MNIST network as a model of ours, for tests.

import { readFileSync } from "node:fs";
import { File } from "jsfive";
import type { Inference, Model, Tensor } from "../src/model/model.ts";
import type { Layer, Network, Shape } from "../src/model/network.ts";
import { inferShapes, inputId, sizeOf } from "../src/model/shapes.ts";
import type { NeuronForm } from "../src/neuron/neuron-form.ts";

type Parameter = (name: string) => { readonly shape: readonly number[]; readonly value: ArrayLike<number> };

/** Chains of Conv2d, IF, SumPool2d, Flatten and Affine nodes. */
export function readNirChain(path: string, neuron: NeuronForm, inference: Inference): Model {
  const bytes = readFileSync(path);
  const file = new File(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), path);
  const edges = file.get("node/edges").value as string[];
  const next = new Map<string, string>();
  for (let i = 0; i < edges.length; i += 2) next.set(edges[i], edges[i + 1]);
  const layers: Layer[] = [];
  const tensors: Record<string, Tensor> = {};
  let from = inputId;
  for (let name = next.get("input"); name !== undefined && name !== "output"; name = next.get(name)) {
    const node = file.get(`node/nodes/${name}`);
    const parameter: Parameter = (key) => file.get(`node/nodes/${name}/${key}`);
    const id = `n${name}`;
    const inputs = [{ from, delay: 0 }];
    const save = (key: string, shape: Shape, as = key): void => {
      tensors[`${id}.${as}`] = { shape, data: Float32Array.from(parameter(key).value) };
    };
    const pair = (key: string): [number, number] => {
      const [vertical, horizontal] = Array.from(parameter(key).value, Number);
      return [vertical, horizontal];
    };
    const type = String(file.get(`node/nodes/${name}/type`).value);
    if (type === "Conv2d" || type === "Affine") {
      const { shape } = parameter("weight");
      save("weight", shape);
      save("bias", [shape[0]]);
      layers.push(
        type === "Affine"
          ? { id, inputs, kind: "dense", units: shape[0], bias: true }
          : {
              id,
              inputs,
              kind: "conv2d",
              channels: shape[0],
              kernel: [shape[2], shape[3]],
              stride: pair("stride"),
              padding: pair("padding"),
              dilation: pair("dilation"),
              groups: Number(parameter("groups").value),
              bias: true,
            },
      );
    } else if (type === "IF") {
      save("v_threshold", [sizeOf(parameter("v_threshold").shape)], "threshold");
      tensors[`${id}.minimumPotential`] = { shape: [1], data: Float32Array.of(-1) };
      layers.push({ ...neuron, id, inputs, kind: "neuron" });
    } else if (type === "SumPool2d") {
      layers.push({ id, inputs, kind: "sumPool", kernel: pair("kernel_size"), stride: pair("stride") });
    } else if (type === "Flatten") layers.push({ id, inputs, kind: "flatten" });
    else throw new Error(`${path}: ${type} (${node.keys}) is not read by this test`);
    from = id;
  }
  const inputShape = Array.from(parameterOf(file, "input").value, Number);
  const network: Network = { name: "nir", inputShape, layers, output: from };
  const classes = Array.from({ length: sizeOf(inferShapes(network).get(from) ?? []) }, (_, i) => String(i));
  return {
    kind: "snn",
    network,
    weightFormat: { kind: "float32" },
    tensors,
    preprocessing: { scale: 1, offset: 0 },
    inference,
    classes,
    provenance: { data: "", seed: 0, commit: "", kernels: "", parent: "", history: [] },
  };
}

function parameterOf(file: File, name: string): { readonly value: ArrayLike<number> } {
  return file.get(`node/nodes/${name}/shape`);
}
