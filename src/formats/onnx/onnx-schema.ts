// The messages of an ONNX file, as far as a network needs them. Numbers and types of the fields are facts of the
// ONNX specification (onnx.proto, IR version 3 and later); what is not listed is skipped: training data, local
// functions, subgraphs, documentation.

import { type Decoded, many, one } from "./protobuf-message.ts";

const stringPair = { key: one(1, "string"), value: one(2, "string") } as const;

export const tensorMessage = {
  dims: many(1, "int64"),
  dataType: one(2, "int64"),
  floatData: many(4, "float"),
  int32Data: many(5, "int64"),
  int64Data: many(7, "int64"),
  name: one(8, "string"),
  rawData: one(9, "bytes"),
  doubleData: many(10, "double"),
  uint64Data: many(11, "int64"),
  externalData: many(13, stringPair),
  dataLocation: one(14, "int64"),
} as const;

const attributeMessage = {
  name: one(1, "string"),
  f: one(2, "float"),
  i: one(3, "int64"),
  s: one(4, "string"),
  t: one(5, tensorMessage),
  floats: many(7, "float"),
  ints: many(8, "int64"),
  strings: many(9, "string"),
} as const;

const nodeMessage = {
  input: many(1, "string"),
  output: many(2, "string"),
  name: one(3, "string"),
  opType: one(4, "string"),
  attribute: many(5, attributeMessage),
  domain: one(7, "string"),
} as const;

const dimensionMessage = { value: one(1, "int64"), parameter: one(2, "string") } as const;
const shapeMessage = { dim: many(1, dimensionMessage) } as const;
const tensorTypeMessage = { elementType: one(1, "int64"), shape: one(2, shapeMessage) } as const;
const valueMessage = {
  name: one(1, "string"),
  type: one(2, { tensor: one(1, tensorTypeMessage) } as const),
} as const;

const graphMessage = {
  node: many(1, nodeMessage),
  name: one(2, "string"),
  initializer: many(5, tensorMessage),
  input: many(11, valueMessage),
  output: many(12, valueMessage),
  sparseInitializer: many(15, "bytes"),
} as const;

const operatorSetMessage = { domain: one(1, "string"), version: one(2, "int64") } as const;

export const modelMessage = {
  irVersion: one(1, "int64"),
  producerName: one(2, "string"),
  graph: one(7, graphMessage),
  operatorSet: many(8, operatorSetMessage),
} as const;

export type OnnxModel = Decoded<typeof modelMessage>;
export type OnnxNode = Decoded<typeof nodeMessage>;
export type OnnxTensor = Decoded<typeof tensorMessage>;
export type OnnxValue = Decoded<typeof valueMessage>;

/** Codes of element types, and their bytes in raw data. */
export const elementTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;

export type ElementType = keyof typeof elementTypes;
