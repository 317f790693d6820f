/**
 * The parts of an ONNX model that are read: its structure, never its weights. Field numbers follow onnx.proto3 (ONNX IR
 * version 3 and later).
 */
export interface OnnxModel {
  graph: OnnxGraph;
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
  /** Shapes of the constants, by name. */
  initializers: Map<string, number[]>;
}

export interface OnnxNode {
  operator: string;
  /** '' is the default operator set. */
  domain: string;
  inputs: string[];
  outputs: string[];
}

/** An operator that the model defines by calls of others. */
export interface OnnxFunction {
  operator: Operator;
  /** Such as `functions[0]`. */
  where: string;
  calls: Calls;
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
}

/** TensorProto.DataType */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, float16: 10 } as const;
