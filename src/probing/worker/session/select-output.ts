import type * as Ort from 'onnxruntime-node';
import { ProbelogError } from '../../../errors/index.js';
import { note } from '../../../lib/notes.js';
import { type ChosenOutput, chooseOutput } from './choose-output.js';
import type { ModelRunner } from './model-runner.js';
import type { OutputSelection } from './selectable-outputs.js';

/** The result of a trial run. */
export interface SelectedOutput {
  chosen: ChosenOutput;
  /** The runner that worked: the given one, or one for single images. */
  runner: ModelRunner;
}

/** The images of a trial run. */
export interface TrialImages {
  pixels: Uint8Array;
  /** At least 1. */
  count: number;
}

/**
 * Runs a trial batch, since declared shapes may be missing or wrong, and chooses the output.
 *
 * If a model declares a free batch size but fails on a batch, or answers otherwise to one image than to the same image in a
 * batch (batch normalization in training mode, dynamic quantization), it is run on one image at a time.
 *
 * @param single creates a runner for single images
 * @throws ProbelogError MODEL_NO_LOGITS_OUTPUT, MODEL_OUTPUT_AMBIGUOUS, INFERENCE_FAILED; MODEL_UNSUPPORTED when answers
 *   depend on the batch and its size is fixed
 */
export async function selectOutput(
  selection: OutputSelection,
  runner: ModelRunner,
  single: () => Promise<ModelRunner>,
  images: TrialImages,
  requested: string | null,
  values: (tensor: Ort.Tensor) => Float32Array | null,
): Promise<SelectedOutput> {
  const attempt = async (
    using: ModelRunner,
    count: number,
  ): Promise<ChosenOutput & { rows: Float32Array }> => {
    // With nothing to fetch, there is nothing to run, and `chooseOutput` throws an error that lists the outputs.
    const tensors =
      selection.fetches.length > 0
        ? await using.run(images.pixels, count, selection.fetches)
        : new Map<string, Ort.Tensor>();
    const run = { tensors, images: using.rows(count), values };
    const chosen = chooseOutput(selection.declared, selection.selectable, run, requested);
    const tensor = tensors.get(chosen.tensor);
    // A copy, since a later run may write to the same memory.
    return { ...chosen, rows: Float32Array.from((tensor && values(tensor)) ?? []) };
  };
  let inBatch: ChosenOutput & { rows: Float32Array };
  try {
    inBatch = await attempt(runner, images.count);
  } catch (thrown) {
    const batchMayBeWrong =
      thrown instanceof ProbelogError && ['INFERENCE_FAILED', 'MODEL_NO_LOGITS_OUTPUT'].includes(thrown.code);
    if (!batchMayBeWrong || images.count === 1 || runner.rows(1) !== 1) throw thrown;
    const using = await single();
    const chosen = await attempt(using, 1).catch(() => {
      throw thrown;
    });
    chosen.notes.push(
      note('ONE_BY_ONE', 'The model declares a free batch size, but takes one image at a time.'),
    );
    return { chosen, runner: using };
  }
  if (runner.rows(images.count) === 1) return { chosen: inBatch, runner };
  const hasFreeBatch = runner.rows(1) === 1;
  const using = hasFreeBatch ? await single() : runner;
  const last = images.count - 1;
  const bytes = images.pixels.length / images.count;
  // In a fixed batch, the last image takes the first place, and so changes the others' company.
  const [pixels, place] = hasFreeBatch ? [images.pixels, 0] : [images.pixels.subarray(last * bytes), last];
  const alone = (await using.run(pixels, 1, [inBatch.tensor])).get(inBatch.tensor);
  const row = (alone && values(alone))?.subarray(0, inBatch.outputs);
  const batchRow = inBatch.rows.subarray(place * inBatch.outputs, (place + 1) * inBatch.outputs);
  if (row && isSameRow(row, batchRow, inBatch.rows)) return { chosen: inBatch, runner };
  if (!hasFreeBatch)
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      'The answer to an image depends on the others in its batch, as with batch normalization in training mode. Export the model in evaluation mode, with a free batch size.',
    );
  inBatch.notes.push(
    note(
      'ONE_BY_ONE',
      'The answer to an image depends on the others in its batch (batch normalization in training mode, or dynamic quantization), so it is run on one image at a time.',
    ),
  );
  return { chosen: inBatch, runner: using };
}

/** A larger difference, as a share of the responses' range, is no rounding. */
const ROUNDING = 2e-3;

function isSameRow(row: Float32Array, batchRow: Float32Array, all: Float32Array): boolean {
  if (row.length !== batchRow.length) return false;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of all) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const tolerance = ROUNDING * (high - low);
  return row.every((value, c) => {
    const difference = Math.abs(value - batchRow[c]);
    return !Number.isFinite(difference) || difference <= tolerance;
  });
}
