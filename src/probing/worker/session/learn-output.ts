import type * as Ort from 'onnxruntime-node';
import { ProbelogError } from '../../../errors/index.js';
import { outputTail } from '../onnx/find-normalizer.js';
import type { OnnxGraph } from '../onnx/model.js';
import { type ChosenOutput, chooseOutput } from './choose-output.js';
import { fetchableOutputs } from './fetchable-outputs.js';
import type { ModelRunner } from './model-runner.js';

/** What a first run taught. */
export interface LearnedOutput {
  chosen: ChosenOutput;
  /** The runner that worked: the given one, or one of single images. */
  runner: ModelRunner;
}

/** Everything about the outputs that is known before the model runs. */
export interface OutputPlan {
  graph: OnnxGraph;
  tails: ReturnType<typeof outputTail>[];
  /** Tensors to fetch in the first run: the declared outputs that may qualify, and what lies before their normalizers. */
  fetches: string[];
  /** Those of them that are no declared outputs yet. */
  hidden: string[];
}

/** Reads the graph's ends. */
export function planOutputs(graph: OnnxGraph): OutputPlan {
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
export async function learnOutput(
  plan: OutputPlan,
  runner: ModelRunner,
  single: () => Promise<ModelRunner>,
  pixels: Uint8Array,
  images: number,
  wanted: string | null,
  values: (tensor: Ort.Tensor) => Float32Array | null,
): Promise<LearnedOutput> {
  const attempt = async (using: ModelRunner, count: number): Promise<LearnedOutput> => {
    // Without anything to fetch there is nothing to run either; choosing then says what the model has.
    const tensors = plan.fetches.length > 0 ? await using.run(pixels, count, plan.fetches) : new Map();
    const chosen = chooseOutput(plan.graph.outputs, plan.tails, tensors, using.rows(count), wanted, values);
    return { chosen, runner: using };
  };
  try {
    return await attempt(runner, images);
  } catch (thrown) {
    const batchMayBeWrong =
      thrown instanceof ProbelogError && ['INFERENCE_FAILED', 'MODEL_NO_LOGITS_OUTPUT'].includes(thrown.code);
    if (!batchMayBeWrong || images === 1 || runner.rows(1) !== 1) throw thrown;
    const learned = await attempt(await single(), 1).catch(() => {
      throw thrown;
    });
    learned.chosen.notes.push('The model declares a free batch size, but takes one image at a time.');
    return learned;
  }
}
