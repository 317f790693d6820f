/**
 * What no image classifier comes near, and a file made to exhaust memory or patience goes beyond. Real ones of some
 * hundred megabytes have tens of thousands of nodes, names under 200 bytes, and ranks up to 6.
 */
export const MODEL_LIMITS = {
  /** In all graphs and functions together; also when functions are written out where they are called. */
  nodes: 250_000,
  /** Constants, in attributes as well. */
  tensors: 250_000,
  attributes: 2_000_000,
  /** Inputs, outputs and declared values of graphs. */
  values: 500_000,
  /** Of values, in attributes, and within each other. */
  types: 1_000_000,
  functions: 10_000,
  /** Functions that call functions. */
  depth: 64,
  /** Inputs and outputs of nodes. */
  names: 2_000_000,
  /** Of one name, in bytes. */
  nameBytes: 4_096,
  /** Of all names together. */
  textBytes: 64 * 2 ** 20,
  rank: 32,
  /** Of one declared shape. */
  elements: 2 ** 40,
  /** Of all sparse tensors, which ONNX Runtime writes out in full. */
  denseElements: 2 ** 28,
} as const;

/** What is counted against a limit. */
export type Counted = keyof typeof MODEL_LIMITS;
