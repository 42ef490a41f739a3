// ONNX's operators, and what each becomes here.

import { conv, gemm, matMul } from "./onnx-linear.ts";
import type { Dialect } from "./onnx-lower-graph.ts";
import {
  arithmetic,
  batchNormalization,
  clip,
  concat,
  dequantise,
  extremum,
  pass,
  quantise,
  relu,
} from "./onnx-pointwise.ts";
import { globalPool, pad, pool } from "./onnx-pooling.ts";
import { sliceImage } from "./onnx-slice.ts";
import { flatten, reshape, squeeze, transpose } from "./onnx-views.ts";

const operators: Dialect["operators"] = {
  Conv: conv,
  Gemm: gemm,
  MatMul: matMul,
  Relu: relu,
  Clip: clip,
  Max: extremum,
  Min: extremum,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  ReduceMean: globalPool,
  ReduceMax: globalPool,
  Pad: pad,
  BatchNormalization: batchNormalization,
  Add: arithmetic,
  Sum: arithmetic,
  Sub: arithmetic,
  Mul: arithmetic,
  Div: arithmetic,
  Neg: arithmetic,
  Concat: concat,
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: squeeze,
  Transpose: transpose,
  Slice: sliceImage,
  Identity: pass,
  Dropout: pass,
  Cast: pass,
  QuantizeLinear: quantise,
  DequantizeLinear: dequantise,
};

export const onnxDialect: Dialect = {
  operators,
  keepsSizes: new Set(["Add", "Sub", "Mul", "Div", "Neg", "BatchNormalization", "Clip", "Max", "Min"]),
  views: new Set(["Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Cast"]),
  hasConstants: true,
};
