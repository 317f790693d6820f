import type { OnnxGraph, OnnxNode, TensorFacts } from './model.js';

/** Operators whose output holds the same constant in another form. */
const CONSTANT_FORMS = new Set(['Identity', 'Cast', 'DequantizeLinear']);
/** Steps through the forms of a constant. */
const MAX_FORMS = 8;

/** The links between the nodes of a graph; not those inside subgraphs, which have traces of their own. */
export class GraphTrace {
  private readonly producers = new Map<string, OnnxNode>();
  private readonly readers = new Map<string, OnnxNode[]>();
  private readonly subgraphs = new Map<OnnxGraph, GraphTrace>();
  /** More steps than any path in the graph has. A valid graph has no cycles, but a hostile file may. */
  readonly maxSteps: number;

  /** @param outer the graph whose tensors a subgraph may read, too */
  constructor(
    readonly graph: OnnxGraph,
    private readonly outer?: GraphTrace,
  ) {
    this.maxSteps = graph.nodes.length + (outer?.maxSteps ?? 0);
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.producers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const known = this.readers.get(input);
        if (known) known.push(node);
        else this.readers.set(input, [node]);
      }
    }
  }

  /** Whether the graph is a subgraph. */
  get isInner(): boolean {
    return this.outer !== undefined;
  }

  /** The node that makes a tensor. */
  producer(tensor: string): OnnxNode | undefined {
    return this.producers.get(tensor) ?? this.outer?.producer(tensor);
  }

  /** The links inside a subgraph of one of the nodes. */
  inside(subgraph: OnnxGraph): GraphTrace {
    const trace = this.subgraphs.get(subgraph) ?? new GraphTrace(subgraph, this);
    this.subgraphs.set(subgraph, trace);
    return trace;
  }

  /** The nodes that read a tensor. */
  consumers(tensor: string): readonly OnnxNode[] {
    return this.readers.get(tensor) ?? [];
  }

  /** The constant that a tensor is, possibly cast or dequantized: then its shape holds, but its values do not. */
  constant(tensor: string): TensorFacts | null {
    let name = tensor;
    let isQuantized = false;
    for (let step = 0; step < MAX_FORMS; step++) {
      const constant = this.directConstant(name);
      if (constant) return isQuantized ? { ...constant, values: null, floats: null } : constant;
      const node = this.producer(name);
      if (!node || !CONSTANT_FORMS.has(node.operator)) return null;
      isQuantized ||= node.operator === 'DequantizeLinear';
      name = node.inputs[0];
    }
    return null;
  }

  /** Up to 16 numbers of a constant; null when it has more or is no constant. */
  values(tensor: string | undefined): number[] | null {
    return tensor ? (this.constant(tensor)?.values ?? null) : null;
  }

  /** All numbers of a constant, or null: those that are float32 and in the model's file can be read, and up to 16 of others. */
  numbers(tensor: string): ArrayLike<number> | null {
    const constant = this.constant(tensor);
    if (!constant?.floats) return constant?.values ?? null;
    // A copy, since the bytes may begin anywhere and a Float32Array may not.
    return new Float32Array(Uint8Array.from(constant.floats).buffer);
  }

  private directConstant(name: string): TensorFacts | null {
    const initializer = this.graph.initializers.get(name);
    if (initializer) return initializer;
    if (this.outer && !this.producers.has(name)) return this.outer.directConstant(name);
    const node = this.producer(name);
    if (node?.operator !== 'Constant') return null;
    const { attributes } = node;
    const tensor = attributes.get('value')?.tensor;
    if (tensor) return tensor;
    const single = attributes.get('value_float')?.floats ?? attributes.get('value_int')?.ints;
    const list = attributes.get('value_floats')?.floats ?? attributes.get('value_ints')?.ints;
    const values = single ?? list;
    return values
      ? { name, shape: single ? [] : [values.length], elementType: 0, values, floats: null }
      : null;
  }
}
