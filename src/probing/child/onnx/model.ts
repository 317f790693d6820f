/**
 * The part of an ONNX model that we look at: structure, never weights. Field numbers and meanings are those of
 * onnx.proto3 (ONNX IR version 3 and later).
 */
export interface OnnxModel {
  graph: OnnxGraph;
  /** Highest version of the default operator set that the model imports; 0 when it imports none. */
  opset: number;
  functions: OnnxFunction[];
  /** Where a tensor refers to data outside the file: the tensor's name. Null when none does. */
  externalTensor: string | null;
}

export interface OnnxGraph {
  nodes: OnnxNode[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** Shapes of the constants, by name. */
  initialisers: Map<string, number[]>;
}

export interface OnnxNode {
  operator: string;
  /** '' is the default operator set. */
  domain: string;
  inputs: string[];
  outputs: string[];
  /** Bodies of control flow. */
  subgraphs: OnnxGraph[];
}

export interface OnnxFunction {
  name: string;
  domain: string;
  nodes: OnnxNode[];
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
