/**
 * Limits that no image classifier comes near, against files made to exhaust memory or time. Real models of a few hundred
 * megabytes have tens of thousands of nodes, names under 200 bytes, and ranks up to 6.
 */
export const MODEL_LIMITS = {
  /** In all graphs and functions together, and also after functions are inlined. */
  nodes: 250_000,
  /** Constants, including those in attributes. */
  tensors: 250_000,
  attributes: 2_000_000,
  /** Inputs, outputs and declared values of graphs. */
  values: 500_000,
  /** Types of values and attributes, including nested ones. */
  types: 1_000_000,
  functions: 10_000,
  /** Nesting of function calls. */
  depth: 64,
  /** Inputs and outputs of nodes. */
  names: 2_000_000,
  /** Length of one name. */
  nameBytes: 4_096,
  /** Length of all names together. */
  textBytes: 64 * 2 ** 20,
  rank: 32,
  /** Elements of one declared shape. */
  elements: 2 ** 40,
  /** Elements of all sparse tensors, which ONNX Runtime makes dense. */
  denseElements: 2 ** 28,
} as const;

/** A limit by its name. */
export type Counted = keyof typeof MODEL_LIMITS;
