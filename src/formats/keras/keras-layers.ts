// Keras's layers, and what each becomes here. Values are seen channels first; where Keras flattens or reshapes,
// which it does channels last, they are turned before and after.

import { refuse } from "../onnx/onnx-attributes.ts";
import { anySignalOf, type Builder, type Signal, signalOf, type Value } from "../onnx/onnx-builder.ts";
import type { Constant } from "../onnx/onnx-constant.ts";
import type { Dialect } from "../onnx/onnx-lower-graph.ts";
import { arithmetic, batchNormalization, clip, concat, extremum, relu } from "../onnx/onnx-pointwise.ts";
import { reshapedSizes } from "../onnx/onnx-sizes.ts";
import { flatten, transpose } from "../onnx/onnx-views.ts";
import {
  asOnnx,
  flagSetting,
  isLastAxis,
  type KerasNode,
  numberSetting,
  requireChannelsLast,
} from "./keras-node.ts";
import {
  convolution,
  dense,
  depthwise,
  separable,
  wholePool,
  windowPool,
  zeroPadding,
} from "./keras-windows.ts";

type Inputs = readonly (Value | undefined)[];

const pass = (node: KerasNode, inputs: Inputs): Signal => anySignalOf(node, inputs[0]);

const operators: Dialect<KerasNode>["operators"] = {
  Conv1D: convolution,
  Conv2D: convolution,
  DepthwiseConv1D: depthwise,
  DepthwiseConv2D: depthwise,
  SeparableConv1D: separable,
  SeparableConv2D: separable,
  Dense: dense,
  MaxPooling1D: windowPool,
  MaxPooling2D: windowPool,
  AveragePooling1D: windowPool,
  AveragePooling2D: windowPool,
  GlobalMaxPooling1D: wholePool,
  GlobalMaxPooling2D: wholePool,
  GlobalAveragePooling1D: wholePool,
  GlobalAveragePooling2D: wholePool,
  ZeroPadding1D: zeroPadding,
  ZeroPadding2D: zeroPadding,
  BatchNormalization: norm,
  Activation: activation,
  ReLU: rectified,
  Relu: (node, inputs, builder) => relu(asOnnx(node, "Relu"), inputs, builder),
  Relu6: (node, inputs, builder) => clipped(node, inputs, 6, builder),
  Rescaling: rescaled,
  Normalization: normalised,
  Add: calculated("Add"),
  Subtract: calculated("Sub"),
  Multiply: calculated("Mul"),
  Divide: calculated("Div"),
  TrueDivide: calculated("Div"),
  Maximum: (node, inputs, builder) => extremum(asOnnx(node, "Max"), inputs, builder),
  Minimum: (node, inputs, builder) => extremum(asOnnx(node, "Min"), inputs, builder),
  Concatenate: concatenated,
  Flatten: (node, inputs) => {
    requireChannelsLast(node);
    return flatten(asOnnx(node, "Flatten"), [{ signal: channelsLast(node, signalOf(node, inputs[0])) }]);
  },
  Reshape: reshaped,
  InputLayer: pass,
  Dropout: pass,
  AlphaDropout: pass,
  SpatialDropout1D: pass,
  SpatialDropout2D: pass,
  GaussianDropout: pass,
  GaussianNoise: pass,
  ActivityRegularization: pass,
  Identity: pass,
  // Made-up images are for training alone.
  RandomFlip: pass,
  RandomRotation: pass,
  RandomZoom: pass,
  RandomTranslation: pass,
  RandomShear: pass,
  RandomContrast: pass,
  RandomBrightness: pass,
};

export const kerasDialect: Dialect<KerasNode> = {
  operators,
  // Not activations: what stands behind a relu may do more than what does not.
  keepsSizes: new Set([
    ...["BatchNormalization", "LayerNormalization", "Normalization", "Rescaling"],
    ...["Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Average"],
  ]),
  views: new Set(["Flatten", "Reshape", "InputLayer", "Dropout"]),
  hasConstants: false,
};

/** Numbers of the last axis, which Keras has the channels on, are those of our first. */
function calculated(op: "Add" | "Sub" | "Mul" | "Div") {
  return (node: KerasNode, inputs: Inputs, builder: Builder): Signal => {
    const rank = inputs.reduce(
      (most, value) =>
        Math.max(most, value !== undefined && "signal" in value ? value.signal.sizes.length : 0),
      0,
    );
    const turned = inputs.map((value) => {
      if (value === undefined || !("constant" in value) || value.constant.data.length === 1) return value;
      const shape = [value.constant.data.length, ...new Array<number>(Math.max(0, rank - 1)).fill(1)];
      return { constant: { ...value.constant, shape } };
    });
    return arithmetic(asOnnx(node, op), turned, builder);
  };
}

function channelsLast(node: KerasNode, signal: Signal): Signal {
  const rank = signal.sizes.length;
  if (rank === 1) return signal;
  const perm = rank === 2 ? [0, 2, 1] : [0, 2, 3, 1];
  return transpose(asOnnx(node, "Transpose", { perm }), [{ signal }]);
}

function channelsFirst(node: KerasNode, signal: Signal): Signal {
  const rank = signal.sizes.length;
  if (rank === 1) return signal;
  const perm = rank === 2 ? [0, 2, 1] : [0, 3, 1, 2];
  return transpose(asOnnx(node, "Transpose", { perm }), [{ signal }]);
}

function reshaped(node: KerasNode, inputs: Inputs): Signal {
  const target = node.settings["target_shape"];
  const isSound =
    Array.isArray(target) && target.length >= 1 && target.length <= 3 && target.every(Number.isInteger);
  if (!isSound) return refuse(node, "must reshape to 1, 2 or 3 axes", target);
  const signal = channelsLast(node, signalOf(node, inputs[0]));
  const sizes = reshapedSizes(asOnnx(node, "Reshape", { allowzero: 1 }), signal.sizes, target);
  return channelsFirst(node, { ...signal, sizes });
}

function norm(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  requireLast(node, signal, -1);
  const { weights, settings } = node;
  const { scale = true, center = true } = settings;
  const wanted = (scale === true ? 1 : 0) + (center === true ? 1 : 0) + 2;
  if (weights.length !== wanted) refuse(node, `must have ${wanted} weights`, weights.length);
  const rest = [...weights];
  const [channels] = signal.sizes;
  const filled = (value: number): Constant => {
    return { shape: [channels], data: new Float32Array(channels).fill(value), type: "float" };
  };
  const gamma = scale === true ? rest.shift() : filled(1);
  const beta = center === true ? rest.shift() : filled(0);
  const constants = [gamma, beta, ...rest].map((constant) => constant && { constant });
  const plain = asOnnx(node, "BatchNormalization", { epsilon: { f: numberSetting(node, "epsilon", 1e-3) } });
  return batchNormalization(plain, [{ signal }, ...constants], builder);
}

function requireLast(node: KerasNode, signal: Signal, otherwise: number): void {
  const axis = node.settings["axis"] ?? otherwise;
  if (!isLastAxis(axis, signal.sizes.length + 1))
    refuse(node, "must go over the last axis, the channels", axis);
}

function activation(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const name = node.settings["activation"];
  if (name === "relu") return relu(asOnnx(node, "Relu"), inputs, builder);
  if (name === "relu6") return clipped(node, inputs, 6, builder);
  if (name === "linear") return anySignalOf(node, inputs[0]);
  const hint = "Activations that spikes stand for are 0 or more.";
  return refuse(node, "must be relu, relu6 or linear, or softmax, sigmoid or tanh at the end", name, hint);
}

function clipped(node: KerasNode, inputs: Inputs, highest: number, builder: Builder): Signal {
  const bound = (value: number): Value => {
    return { constant: { shape: [], data: Float32Array.of(value), type: "float" } };
  };
  return clip(asOnnx(node, "Clip"), [inputs[0], bound(0), bound(highest)], builder);
}

function rectified(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  for (const name of ["negative_slope", "threshold"]) {
    const value = numberSetting(node, name, 0);
    if (value !== 0) refuse(node, `must have a ${name} of 0`, value);
  }
  const highest = node.settings["max_value"] ?? null;
  if (highest === null) return relu(asOnnx(node, "Relu"), inputs, builder);
  return clipped(node, inputs, numberSetting(node, "max_value", 0), builder);
}

/** y = scale · x + offset, each one number or one a channel. */
function rescaled(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  const shape = signal.sizes.map((size, axis) => (axis === 0 ? size : 1));
  const constant = (name: string, otherwise: number): Value => {
    const value = node.settings[name] ?? otherwise;
    const list = Array.isArray(value) ? value : [value];
    const isSound = list.every(Number.isFinite) && (list.length === 1 || list.length === signal.sizes[0]);
    if (!isSound) refuse(node, `must have one number, or one a channel, as ${name}`, value);
    return {
      constant: { shape: list.length === 1 ? [] : shape, data: Float64Array.from(list), type: "float" },
    };
  };
  const scaled = arithmetic(asOnnx(node, "Mul"), [{ signal }, constant("scale", 1)], builder);
  const named = { ...node, name: `${node.name}_offset` };
  return arithmetic(asOnnx(named, "Add"), [{ signal: scaled }, constant("offset", 0)], builder);
}

/** (x − mean)/max(√variance, 10⁻⁷), by channel; both from the settings, else as weights, with a count of no use. */
function normalised(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  const signal = signalOf(node, inputs[0]);
  requireLast(node, signal, -1);
  if (flagSetting(node, "invert", false)) refuse(node, "must not be inverted", true);
  const [channels] = signal.sizes;
  const shape = signal.sizes.map((size, axis) => (axis === 0 ? size : 1));
  const values = (name: string, index: number): readonly number[] => {
    const given = node.settings[name];
    const list: readonly unknown[] = Array.isArray(given)
      ? given.flat(Number.POSITIVE_INFINITY)
      : Array.from(node.weights[index]?.data ?? []);
    const isSound = list.length === channels && list.every((value) => Number.isFinite(value));
    return isSound
      ? (list as readonly number[])
      : refuse(node, `must have ${channels} numbers as ${name}`, list.length);
  };
  const constant = (data: readonly number[]): Value => {
    return { constant: { shape, data: Float64Array.from(data), type: "float" } };
  };
  const [mean, variance] = [values("mean", 0), values("variance", 1)];
  const centred = arithmetic(asOnnx(node, "Sub"), [{ signal }, constant(mean)], builder);
  const deviation = variance.map((value) => Math.max(Math.sqrt(value), 1e-7));
  const named = { ...node, name: `${node.name}_scale` };
  return arithmetic(asOnnx(named, "Div"), [{ signal: centred }, constant(deviation)], builder);
}

function concatenated(node: KerasNode, inputs: Inputs, builder: Builder): Signal {
  requireLast(node, signalOf(node, inputs[0]), -1);
  return concat(asOnnx(node, "Concat", { axis: 1 }), inputs, builder);
}
