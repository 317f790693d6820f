/**
 * The parts of an ONNX model that are read: its structure, its small constants and what it says about itself, and where its
 * weights are, but not what they are. Field numbers follow onnx.proto3 (ONNX IR version 3 and later).
 */
export interface OnnxModel {
  graph: OnnxGraph;
  /** `metadata_props`; without values that are too long. */
  metadata: Map<string, string>;
  /** What wrote the file, such as `pytorch` or `tf2onnx`; '' when it does not say. */
  producer: string;
  /** Highest imported version of the default operator set; 0 without one. */
  opset: number;
  /** Calls outside functions, including those in subgraphs and training graphs. */
  calls: Calls;
  functions: OnnxFunction[];
}

export interface OnnxGraph {
  nodes: OnnxNode[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** The constants by name. */
  initializers: Map<string, TensorFacts>;
}

/** A constant tensor. */
export interface TensorFacts {
  name: string;
  shape: number[];
  /** TensorProto.DataType */
  elementType: number;
  /** Up to {@link MAX_VALUES} numbers, row-major; null when there are more, or they are not numbers. */
  values: number[] | null;
  /** The bytes of a float32 tensor, where they are in the model's file itself: a view of it, not a copy. */
  floats: Uint8Array | null;
}

/** Enough for the mean of an image's channels, the corners of a slice and the like. */
export const MAX_VALUES = 16;

export interface OnnxNode {
  operator: string;
  /** '' is the default operator set. */
  domain: string;
  inputs: string[];
  outputs: string[];
  /** Those in `KEPT_ATTRIBUTES`. */
  attributes: ReadonlyMap<string, AttributeFacts>;
  /** The graphs that an If chooses from; empty for other operators. */
  branches: readonly OnnxGraph[];
  /** Offset of the NodeProto in the file, with its length in front. */
  start: number;
}

/** The values of an attribute; empty in the fields that it does not use. */
export interface AttributeFacts {
  ints: number[];
  floats: number[];
  strings: string[];
  tensor: TensorFacts | null;
}

/** An operator that the model defines by calls of others. */
export interface OnnxFunction {
  operator: Operator;
  /** Such as `functions[0]`. */
  where: string;
  calls: Calls;
  /** Names of its inputs and outputs. */
  inputs: string[];
  outputs: string[];
  nodes: OnnxNode[];
}

/** What a node calls: one of ONNX Runtime's operators or one of the model's functions. */
export interface Operator {
  domain: string;
  name: string;
  /** Distinguishes functions of the same name. */
  overload: string;
}

/** How often each operator is called, by {@link operatorKey}. */
export type Calls = Map<string, { operator: Operator; times: number; where: string }>;

export function operatorKey({ domain, name, overload }: Operator): string {
  return JSON.stringify([domain, name, overload]);
}

/** An input or output of a graph. */
export interface OnnxValue {
  name: string;
  /** TensorProto.DataType; null if it is undeclared or not a tensor. */
  elementType: number | null;
  /** A dimension is a number, or the name of a free dimension ('' without a name); null if undeclared. */
  shape: (number | string)[] | null;
  /** What holds its tensors, such as a sequence; null for a tensor, or if it is undeclared. */
  container: string | null;
}

/** TensorProto.DataType */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, float16: 10, float64: 11 } as const;

/** TensorProto.DataType of bfloat16, which ONNX Runtime cannot compute with on a CPU. */
export const BFLOAT16 = 16;
