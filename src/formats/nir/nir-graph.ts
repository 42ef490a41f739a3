// A NIR graph as plain data, as its files hold it: nodes by name, edges between them, graphs in graphs.
// Pedersen et al. 2024, "Neuromorphic intermediate representation"; nodes and fields as the reference package
// `nir` 1.0 has them. Shapes have no batch axis, times are seconds.

export interface NirArray {
  /** Empty for a single number. */
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly type: "float32" | "float64" | "int64" | "int8";
}

export type NirValue = NirArray | string;

/** Free remarks of a file; no tool acts on another's. */
export interface NirMetadata {
  readonly [key: string]: NirValue | NirMetadata;
}

export interface NirNode {
  readonly type: NirNodeType;
  readonly parameters: Readonly<Record<string, NirValue>>;
}

export interface NirGraph {
  readonly type: "NIRGraph";
  readonly nodes: ReadonlyMap<string, NirNode | NirGraph>;
  /** Values of several edges into a node are summed. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly metadata?: NirMetadata;
}

interface NodeFields {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

const convolution: NodeFields = {
  required: ["weight", "stride", "padding", "dilation", "groups", "bias"],
  optional: ["input_shape"],
};
const pool: NodeFields = { required: ["kernel_size", "stride", "padding"] };
/** Files of before 1.0.4 leave a reset to 0 out. */
const reset = ["v_reset"];

/** Every kind of node, and its fields. */
export const nirFields = {
  Input: { required: ["shape"] },
  Output: { required: ["shape"] },
  Affine: { required: ["weight", "bias"] },
  Linear: { required: ["weight"] },
  Scale: { required: ["scale"] },
  Conv1d: convolution,
  Conv2d: convolution,
  SumPool2d: pool,
  AvgPool2d: pool,
  Flatten: { required: ["start_dim", "end_dim"], optional: ["input_type"] },
  Delay: { required: ["delay"] },
  Threshold: { required: ["threshold"] },
  I: { required: ["r"] },
  LI: { required: ["tau", "r", "v_leak"] },
  CubaLI: { required: ["tau_syn", "tau_mem", "r", "v_leak"], optional: ["w_in"] },
  IF: { required: ["r", "v_threshold"], optional: reset },
  LIF: { required: ["tau", "r", "v_leak", "v_threshold"], optional: reset },
  CubaLIF: {
    required: ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold"],
    optional: ["w_in", ...reset],
  },
} as const satisfies Readonly<Record<string, NodeFields>>;

export type NirNodeType = keyof typeof nirFields;

/** Nodes that hold a state; all others pass on what they are given in the same step. */
export const neuronTypes = ["I", "LI", "CubaLI", "IF", "LIF", "CubaLIF", "Threshold"] as const;
export type NirNeuronType = (typeof neuronTypes)[number];

export function isNeuronType(type: string): type is NirNeuronType {
  return (neuronTypes as readonly string[]).includes(type);
}

/** Whether two graphs have the same nodes with the same fields, and the same edges in the same order. */
export function isSameGraph(a: NirGraph, b: NirGraph): boolean {
  if (a.nodes.size !== b.nodes.size || String(a.edges) !== String(b.edges)) return false;
  return [...a.nodes].every(([name, node]) => {
    const other = b.nodes.get(name);
    if (node.type === "NIRGraph" || other === undefined || other.type === "NIRGraph") return false;
    const fields = Object.keys(node.parameters);
    if (node.type !== other.type || fields.length !== Object.keys(other.parameters).length) return false;
    return fields.every((field) => isSameValue(node.parameters[field], other.parameters[field]));
  });
}

function isSameValue(a: NirValue, b: NirValue | undefined): boolean {
  if (typeof a === "string" || typeof b !== "object") return a === b;
  if (String(a.shape) !== String(b.shape) || a.data.length !== b.data.length) return false;
  return a.data.every((value, i) => Object.is(value, b.data[i]));
}
