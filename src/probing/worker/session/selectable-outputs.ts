import type { Replay } from '../onnx/graph-suffix.js';
import type { OnnxFunction, OnnxModel, OnnxValue } from '../onnx/model.js';
import { functionKey, type OutputTail, outputTail } from '../onnx/output-tail.js';
import type { GraphTrace } from '../onnx/trace-graph.js';

/** An output to choose from, with the tensors that may hold its responses. */
export interface SelectableOutput extends OutputTail {
  /** The logits in the form of `shown`; `shown` without a normalizer. */
  logits: string;
  /** The probabilities in the form of `shown`; `shown` without a normalizer. */
  probabilities: string;
}

/** The outputs to choose from, as the graph declares them. */
export interface OutputSelection {
  declared: readonly OnnxValue[];
  selectable: SelectableOutput[];
  /** Tensors to fetch in the trial run. */
  fetches: string[];
  /** Those of `fetches` that are not declared as outputs. */
  hidden: string[];
  /** The nodes that make those of `fetches` that the graph does not have. */
  replays: Replay[];
}

/** Finds the outputs to choose from. */
export function outputSelection(
  { graph, functions }: Pick<OnnxModel, 'graph' | 'functions'>,
  trace: GraphTrace,
): OutputSelection {
  const byKey = new Map<string, OnnxFunction>();
  for (const definition of functions) {
    const { domain, name } = definition.operator;
    byKey.set(functionKey({ domain, operator: name }), definition);
  }
  const replays: Replay[] = [];
  const selectable = graph.outputs.flatMap((value, place) => {
    const tail = outputTail(trace, byKey, value.name);
    if (!mayBeRows(value, tail)) return [];
    const { shown, normalizer, forms } = tail;
    const inForm = (from: string | null | undefined, kind: string): string => {
      if (!from) return shown;
      if (forms.length === 0) return from;
      const to = `probelog:${place}:${kind}`;
      replays.push({ from, forms, to });
      return to;
    };
    const logits = inForm(normalizer?.logits, 'logits');
    return [{ ...tail, logits, probabilities: inForm(normalizer?.output, 'probabilities') }];
  });
  const fetches = new Set(
    selectable.flatMap(({ shown, logits, probabilities, normalizer }) => [
      shown,
      logits,
      probabilities,
      ...(normalizer?.logits ? [normalizer.logits, normalizer.output] : []),
    ]),
  );
  const declared = new Set(graph.outputs.map(({ name }) => name));
  return {
    declared: graph.outputs,
    selectable,
    fetches: [...fetches],
    hidden: [...fetches].filter((name) => !declared.has(name)),
    replays,
  };
}

/** TensorProto.DataType of float32, float16 and float64. */
export const FLOATS = [1, 10, 11];

/**
 * Whether a declared output may hold a row of values for each image. The others (feature maps, class numbers) are never
 * fetched, because they can be large or not tensors at all.
 */
function mayBeRows(
  { name, elementType, shape, container }: OnnxValue,
  { shown, decision }: OutputTail,
): boolean {
  const isShown = shown === name;
  if (isShown && (container !== null || (elementType !== null && !FLOATS.includes(elementType))))
    return false;
  if (shape === null || decision !== null) return true;
  const extended = shape.slice(1).filter((dimension) => typeof dimension === 'number' && dimension > 1);
  return extended.length <= 1;
}
