/**
 * The part of an ONNX model that we look at: structure, never weights. Field numbers and meanings are those of
 * onnx.proto3 (ONNX IR version 3 and later).
 */
export interface OnnxModel {
  graph: OnnxGraph;
  /** Highest version of the default operator set that the model imports; 0 when it imports none. */
  opset: number;
  /** What is called anywhere but in functions: in subgraphs and in graphs for training as well. */
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

/** An operator of the model's own, made of others. */
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
  /** Tells functions of the same name apart. */
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
  /** TensorProto.DataType; null when it is no tensor or nothing is declared. */
  elementType: number | null;
  /** null when undeclared; a dimension is a fixed number, or the name of a free one ('' when it has none). */
  shape: (number | string)[] | null;
}

/** TensorProto.DataType */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, float16: 10 } as const;
