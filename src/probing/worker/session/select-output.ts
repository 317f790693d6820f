import type * as Ort from 'onnxruntime-node';
import { ProbelogError } from '../../../errors/index.js';
import { outputTail } from '../onnx/find-normalizer.js';
import type { OnnxGraph } from '../onnx/model.js';
import { type ChosenOutput, chooseOutput } from './choose-output.js';
import type { ModelRunner } from './model-runner.js';

/** What a first run taught. */
export interface SelectedOutput {
  chosen: ChosenOutput;
  /** The runner that worked: the given one, or one of single images. */
  runner: ModelRunner;
}

/** Everything about the outputs that is known before the model runs. */
export interface OutputSelection {
  graph: OnnxGraph;
  tails: ReturnType<typeof outputTail>[];
  /** Tensors to fetch in the first run: the declared outputs that may qualify, and what lies before their normalizers. */
  fetches: string[];
  /** Those of them that are no declared outputs yet. */
  hidden: string[];
}

/** Reads the graph's ends. */
export function outputSelection(graph: OnnxGraph): OutputSelection {
  const tails = fetchableOutputs(graph).map((name) => outputTail(graph, name));
  const fetches = [
    ...new Set(tails.flatMap(({ name, logits }) => (logits === null ? [name] : [name, logits]))),
  ];
  const declared = new Set(graph.outputs.map(({ name }) => name));
  return { graph, tails, fetches, hidden: fetches.filter((name) => !declared.has(name)) };
}

/**
 * Runs a first batch, since declared shapes may be missing or wrong, and chooses the output.
 *
 * A model that says it takes any number of images and does not is run on one at a time.
 *
 * @param pixels of `images` images
 * @param single makes a runner of single images
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
    // Without anything to fetch there is nothing to run either; choosing then says what the model has.
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
 * The declared outputs that may turn out to be [N, C]. The others (feature maps, class numbers) are never fetched: they
 * can be large, or no tensors at all.
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
