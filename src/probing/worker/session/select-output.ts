import type * as Ort from 'onnxruntime-node';
import { ProbelogError } from '../../../errors/index.js';
import { outputTail } from '../onnx/find-normalizer.js';
import type { OnnxGraph } from '../onnx/model.js';
import { type ChosenOutput, chooseOutput } from './choose-output.js';
import type { ModelRunner } from './model-runner.js';

/** The result of a trial run. */
export interface SelectedOutput {
  chosen: ChosenOutput;
  /** The runner that worked: the given one, or one for single images. */
  runner: ModelRunner;
}

/** The outputs to choose from, as the graph declares them. */
export interface OutputSelection {
  graph: OnnxGraph;
  tails: ReturnType<typeof outputTail>[];
  /** Tensors to fetch in the trial run: declared outputs that may qualify, and the inputs of their normalizers. */
  fetches: string[];
  /** Those of `fetches` that are not declared as outputs. */
  hidden: string[];
}

/** Finds the outputs to choose from. */
export function outputSelection(graph: OnnxGraph): OutputSelection {
  const tails = fetchableOutputs(graph).map((name) => outputTail(graph, name));
  const fetches = [
    ...new Set(tails.flatMap(({ name, logits }) => (logits === null ? [name] : [name, logits]))),
  ];
  const declared = new Set(graph.outputs.map(({ name }) => name));
  return { graph, tails, fetches, hidden: fetches.filter((name) => !declared.has(name)) };
}

/**
 * Runs a trial batch, since declared shapes may be missing or wrong, and chooses the output.
 *
 * If a model declares a free batch size but fails on a batch, it is run on one image at a time.
 *
 * @param pixels `images` images
 * @param single creates a runner for single images
 * @throws ProbelogError MODEL_NO_LOGITS_OUTPUT, MODEL_OUTPUT_AMBIGUOUS, INFERENCE_FAILED
 */
export async function selectOutput(
  selection: OutputSelection,
  runner: ModelRunner,
  single: () => Promise<ModelRunner>,
  pixels: Uint8Array,
  images: number,
  requested: string | null,
  values: (tensor: Ort.Tensor) => Float32Array | null,
): Promise<SelectedOutput> {
  const attempt = async (using: ModelRunner, count: number): Promise<SelectedOutput> => {
    // With nothing to fetch, there is nothing to run, and `chooseOutput` throws an error that lists the outputs.
    const tensors =
      selection.fetches.length > 0 ? await using.run(pixels, count, selection.fetches) : new Map();
    const chosen = chooseOutput(
      selection.graph.outputs,
      selection.tails,
      tensors,
      using.rows(count),
      requested,
      values,
    );
    return { chosen, runner: using };
  };
  try {
    return await attempt(runner, images);
  } catch (thrown) {
    const batchMayBeWrong =
      thrown instanceof ProbelogError && ['INFERENCE_FAILED', 'MODEL_NO_LOGITS_OUTPUT'].includes(thrown.code);
    if (!batchMayBeWrong || images === 1 || runner.rows(1) !== 1) throw thrown;
    const selected = await attempt(await single(), 1).catch(() => {
      throw thrown;
    });
    selected.chosen.notes.push('The model declares a free batch size, but takes one image at a time.');
    return selected;
  }
}

/** TensorProto.DataType of float32, float16 and float64. */
const FLOATS = [1, 10, 11];

/**
 * The declared outputs that may have the shape [N, C]. The others (feature maps, class indexes) are never fetched, because
 * they can be large or not tensors at all.
 */
export function fetchableOutputs(graph: OnnxGraph): string[] {
  return graph.outputs
    .filter(({ elementType, shape }) => {
      if (elementType !== null && !FLOATS.includes(elementType)) return false;
      if (shape === null) return true;
      const extended = shape.slice(1).filter((dimension) => typeof dimension === 'number' && dimension > 1);
      return shape.length >= 2 && extended.length <= 1;
    })
    .map(({ name }) => name);
}
