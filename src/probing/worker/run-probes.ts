import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';
import { ProbelogError } from '../../errors/index.js';
import { note } from '../../lib/notes.js';
import { checkOutputLimit } from '../../lib/output-limit.js';
import { completePreprocessing } from '../preprocessing/complete-preprocessing.js';
import {
  type PreprocessingAlternative,
  preprocessingAlternatives,
} from '../preprocessing/preprocessing-alternatives.js';
import type { PreprocessingSpec } from '../preprocessing/preprocessing-spec.js';
import type {
  AlternativeResponses,
  ModelInspection,
  ModelLabels,
  ProbeJob,
  RunFigures,
} from '../protocol.js';
import { openPixels } from './images/open-pixels.js';
import { bytesPerImage, frameOf } from './images/pixels.js';
import { type TensorFiller, tensorFiller } from './images/tensor-filler.js';
import { dependsOnBatch } from './onnx/batch-dependence.js';
import { checkModel } from './onnx/check-model.js';
import { sizesOf } from './onnx/external-data-files.js';
import { findInput, type ImageInput } from './onnx/find-input.js';
import { graphSuffix } from './onnx/graph-suffix.js';
import type { OnnxModel } from './onnx/model.js';
import { metadataLabels, unreadLabels } from './onnx/model-labels.js';
import { refuseOtherTasks, withModelPreprocessing } from './onnx/model-preprocessing.js';
import { readModel } from './onnx/read-model.js';
import { GraphTrace } from './onnx/trace-graph.js';
import { readModelFile } from './read-model-file.js';
import { type ProbeBatch, ProbeBatches } from './rounds/probe-batches.js';
import { openRounds } from './rounds/probe-rounds.js';
import type { ChosenOutput } from './session/choose-output.js';
import { floatValues, type HalfCodec, loadHalfCodec, NO_HALF_CODEC } from './session/float-values.js';
import { type ModelRunner, modelRunner } from './session/model-runner.js';
import { openSession } from './session/open-session.js';
import { selectOutput } from './session/select-output.js';
import { outputSelection } from './session/selectable-outputs.js';

/** Larger than any model's batch; a larger declared batch is a mistake or an attack. */
const MAX_BATCH = 1024;

/** Receives the results of a run. */
export interface ProbeSink {
  inspected(
    inspected: ModelInspection,
    expectedProbes: number,
    alternatives: PreprocessingAlternative[],
  ): void;
  /** Resolves when there is room for more. */
  batch(
    probes: Uint32Array,
    responses: Float32Array,
    expectedProbes: number,
    alternatives: AlternativeResponses[],
  ): Promise<void>;
  /** Resolves when all batches so far were acknowledged. */
  settled(): Promise<void>;
}

/**
 * Inspects a model and runs it on the probes of a job.
 *
 * Image decoding starts when the input is known, before the session is created, and stays ahead of the model.
 */
export async function runProbes(job: ProbeJob, sink: ProbeSink): Promise<RunFigures> {
  const file = await readModelFile(job.modelFile, job.maxModelBytes);
  const dataSizes = job.data && sizesOf(job.data);
  const model = readModel(file, dataSizes ? ({ location }) => dataSizes.get(location) ?? null : undefined);
  checkModel(model);
  refuseOtherTasks(model.metadata);
  const trace = new GraphTrace(model.graph);
  const input = findInput(trace, job.preprocessing?.layout);
  const described = withModelPreprocessing(job.preprocessing, input, model);
  const { spec, notes } = completePreprocessing(described, input);
  const oneByOne = input.batch === null && dependsOnBatch(model.graph);
  const batch = oneByOne ? 1 : (checkedBatch(input.batch) ?? batchSize(spec.width, spec.height));

  const rounds = await openRounds(job, sink.settled);
  const frame = frameOf(spec);
  const ahead = Math.max(2 * batch, 4 * availableParallelism());
  const source = await openPixels(job, frame, rounds.whole, ahead);
  const batches = await ProbeBatches.open(rounds, source);

  const selection = outputSelection(model, trace);
  const suffix = graphSuffix(file, selection.replays, selection.hidden);
  const session = await openSession(
    suffix.length > 0 ? Buffer.concat([file, suffix]) : file,
    model,
    job.data && dataSizes && { folder: job.data.folder, bytes: totalOf(dataSizes) },
  );
  const half = await halfCodecFor(input, session);
  const values = (tensor: Ort.Tensor) => floatValues(tensor, half.decode);
  const { width, height } = spec;
  const { quantization } = input.path;
  const fillerOf = (prepared: PreprocessingSpec) =>
    tensorFiller({ ...input, width, height, quantization }, prepared, half.encode);
  const filler = fillerOf(spec);
  const runnerOf = (images: number) => modelRunner(session, input, spec, filler, images);

  const first = await batches.next(batch);
  // A continued run may have no probes left. Any probe then shows which output to use.
  const trial = first ?? (await batches.single(job.probes.length - 1));
  const single = () => runnerOf(1);
  const selected = await selectOutput(
    selection,
    await runnerOf(batch),
    single,
    { pixels: trial.pixels, count: trial.probes.length },
    job.outputName,
    values,
  );
  const { chosen, runner } = selected;
  checkOutputLimit(chosen.outputs, job.probes.length, job.maxOutputs);
  const allNotes = [
    ...input.notes,
    ...notes,
    ...chosen.notes,
    ...(oneByOne ? [ONE_BY_ONE] : []),
    ...rounds.notes,
  ];
  const labels = labelsOf(chosen, model.metadata, allNotes);
  const alternatives = job.alternatives ? preprocessingAlternatives(spec, input.type === 'uint8') : [];
  const inspected = { ...inspectionOf(input, spec, chosen, allNotes), labels };
  sink.inspected(inspected, rounds.expectedProbes, alternatives);

  const respond = (to: ProbeBatch, prepared: TensorFiller) =>
    responsesTo(to, bytesPerImage(frame), runner, chosen, values, prepared);
  const others = alternatives.map(({ fields }) => alternativeRun(fillerOf({ ...spec, ...fields }), respond));
  for (let present = first; present; present = await batches.next(runner.batch)) {
    const responses = await respond(present, filler);
    rounds.add(present.probes, responses);
    const compared: AlternativeResponses[] = [];
    for (const run of others) compared.push(await run(present));
    await sink.batch(present.probes, responses, rounds.expectedProbes, compared);
  }
  await source.finish();
  const { rounds: chosenRounds, milliseconds: choosingMs } = rounds.choices();
  const inferenceMs = runner.milliseconds();
  return { inferenceMs, pixelsCached: source.cached(), rounds: chosenRounds, choosingMs };
}

/** Runs batches with one alternative, until it fails. */
function alternativeRun(
  filler: TensorFiller,
  respond: (to: ProbeBatch, filler: TensorFiller) => Promise<Float32Array>,
): (to: ProbeBatch) => Promise<AlternativeResponses> {
  let failed: { problem: string } | null = null;
  return async (to) => {
    if (failed) return failed;
    try {
      return await respond(to, filler);
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError)) throw thrown;
      failed = { problem: thrown.message };
      return failed;
    }
  };
}

/** @returns count × C, probe-major */
async function responsesTo(
  { probes, pixels }: ProbeBatch,
  imageBytes: number,
  runner: ModelRunner,
  { tensor, outputs }: ChosenOutput,
  values: (tensor: Ort.Tensor) => Float32Array | null,
  filler: TensorFiller,
): Promise<Float32Array> {
  const count = probes.length;
  const responses = new Float32Array(count * outputs);
  for (let done = 0; done < count; done += runner.batch) {
    const images = Math.min(runner.batch, count - done);
    const part = pixels.subarray(done * imageBytes, (done + images) * imageBytes);
    const result = (await runner.run(part, images, [tensor], filler)).get(tensor);
    const rows = result && values(result);
    if (rows?.length !== runner.rows(images) * outputs)
      throw new ProbelogError('INFERENCE_FAILED', "The shape of the model's output changes between runs.");
    // A model with a fixed batch also returns rows for the padding.
    responses.set(rows.subarray(0, images * outputs), done * outputs);
  }
  return responses;
}

function checkedBatch(batch: number | null): number | null {
  if (batch !== null && batch > MAX_BATCH)
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      `The model needs batches of ${batch} images; the limit is ${MAX_BATCH}.`,
    );
  return batch;
}

const ONE_BY_ONE = note(
  'ONE_BY_ONE',
  'The answer to an image depends on the others in its batch (dynamic quantization, or batch normalization in training mode), so it is run on one image at a time.',
);

/** The labels that the model itself has. */
function labelsOf({ labels }: ChosenOutput, metadata: OnnxModel['metadata'], notes: string[]): ModelLabels[] {
  const inGraph = labels ? [{ labels, source: "The model's graph" }] : [];
  const found = [...inGraph, ...metadataLabels(metadata)];
  const unread = unreadLabels(metadata);
  if (unread.length > 0)
    notes.push(
      note(
        'LABELS_LEFT_OUT',
        `The model's metadata ${unread.join(', ')} were not read as labels: they are no list of them.`,
      ),
    );
  return found;
}

async function halfCodecFor(input: ImageInput, session: Ort.InferenceSession): Promise<HalfCodec> {
  const types = session.outputMetadata.map((output) => (output.isTensor ? output.type : null));
  return input.type === 'float16' || types.includes('float16') ? loadHalfCodec() : NO_HALF_CODEC;
}

function inspectionOf(
  { name, layout, type, channels, batch }: ImageInput,
  spec: PreprocessingSpec,
  { origin, outputs, responseKind, multiLabel }: ChosenOutput,
  notes: string[],
): Omit<ModelInspection, 'labels'> {
  const { width, height } = spec;
  return {
    input: { name, layout, type, width, height, channels, batch },
    output: { name: origin, outputs },
    responseKind,
    multiLabel,
    notes,
    preprocessing: { ...spec, layout },
  };
}

/**
 * Images per batch if the model takes any number. Measured with the hub's models on 2 cores: at 224 × 224, batches of 4
 * are fastest (activations stay in the CPU cache); small images gain from larger batches up to about 32.
 */
export function batchSize(width: number, height: number): number {
  const pixels = width * height;
  if (pixels >= 192 * 192) return 4;
  return pixels >= 64 * 64 ? 8 : 32;
}

function totalOf(sizes: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const bytes of sizes.values()) total += bytes;
  return total;
}
