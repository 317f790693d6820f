import type { Tensor } from 'onnxruntime-node';
import { ProbelogError } from '../../../errors/index.js';
import { note } from '../../../lib/notes.js';
import type { ModelInspection } from '../../protocol.js';
import { ELEMENT_STORAGE } from '../onnx/element-types.js';
import type { OnnxValue } from '../onnx/model.js';
import { isNormalizationOf } from './is-normalization-of.js';
import { FLOATS, type SelectableOutput } from './selectable-outputs.js';

/** The tensor to read responses from. */
export interface ChosenOutput {
  tensor: string;
  /** The tensor of the graph that it shows: itself, unless it was made to have its form. */
  origin: string;
  /** C */
  outputs: number;
  responseKind: ModelInspection['responseKind'];
  multiLabel: boolean;
  notes: string[];
  /** From the graph; null when it does not name them. */
  labels: string[] | null;
}

/** A declared output that holds C values for each image. */
interface Candidate extends ChosenOutput {
  name: string;
  source: string;
  /** Whether it only shows which outputs are highest. */
  isDecision: boolean;
}

/** The first run of a model, from which the output is chosen. */
export interface TrialRun {
  tensors: ReadonlyMap<string, Tensor>;
  /** N, rows of that run */
  images: number;
  values(tensor: Tensor): Float32Array | null;
}

/** Names of outputs that are no classes: features, parts of a sum, and heads that only training uses. */
const SIDE_OUTPUT = /embed|feature|pooler|hidden_state|attention|(^|_)aux|auxiliary|distill|^cls_logits$/i;
/** Names of features. */
const EMBEDDING = /embed|pooler_output|hidden_state|^features?$/i;
/** Names of the answer to "which class", the most telling first. */
const MAIN_OUTPUT = [/^logits$/i, /logit/i, /^(outputs?|output_?0|prob(abilitie)?s?|predictions?|scores?)$/i];
/** Names of what detectors answer. */
const DETECTION = /^detection_|(^|_)(boxes|bbox(es)?)($|_)|^num_detections/i;

/**
 * Chooses the output whose rows are the responses, from the tensors of a first run.
 *
 * Outputs with the same source (logits and their softmax) count as one. Outputs with C ≥ 2 come before those with C = 1, and
 * both before a decision such as ArgMax, whose input is used. Of several, names decide.
 *
 * @param declared all outputs of the model, for the error message
 * @param requested the declared output to use; null: choose one
 * @throws ProbelogError MODEL_NO_LOGITS_OUTPUT, MODEL_OUTPUT_AMBIGUOUS
 */
export function chooseOutput(
  declared: readonly OnnxValue[],
  selectable: readonly SelectableOutput[],
  run: TrialRun,
  requested: string | null,
): ChosenOutput {
  const candidates = selectable.flatMap((output) =>
    output.decision === CLASS_NUMBER ? [] : (asCandidate(output, run) ?? []),
  );
  const found = () => declared.map((value) => describe(value, run.tensors.get(value.name))).join(', ');
  if (requested !== null) {
    const match = candidates.find(({ name }) => name === requested);
    if (match) return match;
    throw new ProbelogError(
      'MODEL_NO_LOGITS_OUTPUT',
      `The model has no output "${requested}" of the shape [N, C]. Its outputs: ${found()}.`,
    );
  }
  if (declared.some(({ name }) => DETECTION.test(name)))
    throw new ProbelogError(
      'MODEL_NO_LOGITS_OUTPUT',
      `The model is a detector: it answers with boxes, not with one row of classes for an image. Its outputs: ${found()}. If one of them is a row of classes, name it with --output.`,
    );
  const answers = candidates.filter(({ isDecision }) => !isDecision);
  const many = onePerSource(answers.filter(({ outputs }) => outputs > 1));
  const pools = [many, onePerSource(answers), onePerSource(candidates)];
  const pool = pools.find(({ length }) => length > 0);
  if (!pool)
    throw new ProbelogError(
      'MODEL_NO_LOGITS_OUTPUT',
      `No output has the shape [N, C] in float32, float16 or float64.${numberHint(selectable) || typeHint(declared)}${hintAt(declared, run)} The model's outputs: ${found() || 'none'}.`,
    );
  const chosen = mostTelling(pool);
  if (!chosen)
    throw new ProbelogError(
      'MODEL_OUTPUT_AMBIGUOUS',
      `Several outputs have the shape [N, C]. Name the one to use: ${pool.map(({ name, outputs }) => `"${name}" [N, ${outputs}]`).join(', ')}.`,
      { outputs: pool.map(({ name }) => name) },
    );
  refuseEmbedding(chosen, run);
  const left = onePerSource(answers).filter(({ source }) => source !== chosen.source);
  const notes = left.map(({ name, outputs }) =>
    note(
      'OUTPUT_LEFT_OUT',
      `The output "${name}" [N, ${outputs}] was left out. To probe it instead, name it with --output.`,
    ),
  );
  return { ...chosen, notes: [...chosen.notes, ...notes] };
}

/** The only one, or the only one whose name tells that it is the answer; null when names do not tell. */
function mostTelling(pool: readonly Candidate[]): Candidate | null {
  const main = pool.filter(({ name }) => !SIDE_OUTPUT.test(name));
  const left = main.length > 0 ? main : pool;
  if (left.length === 1) return left[0];
  for (const pattern of MAIN_OUTPUT) {
    const named = left.filter(({ name }) => pattern.test(name));
    if (named.length > 0) return named.length === 1 ? named[0] : null;
  }
  return null;
}

/** Rows of length 1, or a telling name. */
function refuseEmbedding({ name, tensor, outputs }: Candidate, run: TrialRun): void {
  const rows = rowsOf(run.tensors.get(tensor), run);
  if (!EMBEDDING.test(name) && !(rows && outputs > 2 && areUnitVectors(rows, outputs))) return;
  throw new ProbelogError(
    'MODEL_NO_LOGITS_OUTPUT',
    `The model is no classifier: its output "${name}" [N, ${outputs}] is an embedding, whose values are no classes. Register a model with a classification head. If the output does hold classes, name it with --output.`,
  );
}

function areUnitVectors(rows: Float32Array, outputs: number): boolean {
  if (rows.every((value) => value >= 0)) return false;
  for (let start = 0; start < rows.length; start += outputs) {
    const square = rows.subarray(start, start + outputs).reduce((sum, value) => sum + value * value, 0);
    if (!(Math.abs(square - 1) < 0.005)) return false;
  }
  return true;
}

function asCandidate(output: SelectableOutput, run: TrialRun): Candidate | null {
  const { name, shown, decision, normalizer, source, isLinear, labels } = output;
  const given = rowsOf(run.tensors.get(shown), run);
  const isDecision = decision !== null;
  const notes = isDecision
    ? [
        note(
          'OUTPUT_REPLACED',
          `The output "${name}" only tells which classes are highest (${decision}), so its input was used instead.`,
        ),
      ]
    : [];
  const valuesOf = (tensor: string, outputs: number): Candidate => ({
    ...{ name, source, labels, isDecision, notes, tensor, origin: shown, outputs },
    responseKind: isLinear ? 'LOGITS' : 'UNKNOWN',
    multiLabel: false,
  });
  const logitsOf = (tensor: string, outputs: number): Candidate => ({
    ...valuesOf(tensor, outputs),
    responseKind: 'LOGITS',
  });
  const uncut = rowsOf(run.tensors.get(output.probabilities), run) ? output.probabilities : shown;
  if (normalizer?.logits) {
    const before = run.tensors.get(normalizer.logits);
    const after = run.tensors.get(normalizer.output);
    const logits = rowsOf(run.tensors.get(output.logits), run);
    const isProven = before && after && isNormalization(after, before, run, normalizer.kind);
    if (isProven && logits) {
      const outputs = logits.length / run.images;
      // One of several probabilities says something else than its logit: the others matter, too.
      const isWhole = outputs > 1 || logits.length === run.values(before)?.length;
      if (isWhole || normalizer.kind === 'SIGMOID') {
        const multiLabel = normalizer.kind === 'SIGMOID' && outputs > 1;
        notes.push(cutNote(output, outputs), ...(multiLabel ? [MULTI_LABEL] : []));
        return { ...logitsOf(output.logits, outputs), multiLabel, origin: normalizer.logits };
      }
    } else if (!isProven && !normalizer.isCertain) {
      return given && valuesOf(shown, given.length / run.images);
    }
  }
  const responses = rowsOf(run.tensors.get(uncut), run);
  if (!responses) return null;
  const outputs = responses.length / run.images;
  // Log-probabilities differ from logits by a constant per image, which the gauge removes.
  if (normalizer?.kind === 'LOG_SOFTMAX') return logitsOf(uncut, outputs);
  if (normalizer === null) return valuesOf(uncut, outputs);
  const isSoftmax = normalizer.kind === 'SOFTMAX' ? outputs > 1 : sumsToOne(responses, outputs);
  notes.push(
    note(
      'OUTPUT_NOT_CUT',
      'The model ends in a normalization that cannot be cut off, so its outputs are probabilities.',
    ),
  );
  const multiLabel = !isSoftmax && outputs > 1;
  if (multiLabel) notes.push(MULTI_LABEL);
  return {
    ...valuesOf(uncut, outputs),
    responseKind: isSoftmax ? 'PROBABILITIES_UNCUT' : 'SIGMOIDS_UNCUT',
    multiLabel,
  };
}

const MULTI_LABEL = note(
  'MULTI_LABEL',
  'The outputs are independent labels (multi-label), each with its own sigmoid.',
);

function cutNote({ normalizer }: SelectableOutput, outputs: number): string {
  const kind = normalizer?.kind.toLowerCase().replace('_', '-');
  const always = kind === 'softmax' && outputs === 1 ? ' over one output, which is always 1' : '';
  return note(
    'OUTPUT_REPLACED',
    `The model ends in a ${kind}${always}; its input "${normalizer?.logits}" was used instead.`,
  );
}

function isNormalization(
  after: Tensor,
  before: Tensor,
  { images, values }: TrialRun,
  kind: Parameters<typeof isNormalizationOf>[3],
): boolean {
  const [given, logits] = [values(after), values(before)];
  if (!given || !logits || given.length % images !== 0) return false;
  return isNormalizationOf(given, logits, given.length / images, kind);
}

function sumsToOne(rows: Float32Array, outputs: number): boolean {
  for (let start = 0; start < rows.length; start += outputs) {
    const sum = rows.subarray(start, start + outputs).reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return outputs > 1;
}

/**
 * The values of a float tensor with C values for each image, row-major: [N, C], [N], [N, C, 1, 1], [N, 1, 1, C], …, or [C]
 * for a single image. Null for any other tensor.
 */
function rowsOf(tensor: Tensor | undefined, { images, values }: TrialRun): Float32Array | null {
  if (!tensor || tensor.dims.includes(0)) return null;
  const perImage = images === 1 ? tensor.dims : tensor.dims.slice(1);
  if (images > 1 && tensor.dims[0] !== images) return null;
  return perImage.filter((dimension) => dimension !== 1).length <= 1 ? values(tensor) : null;
}

function onePerSource(candidates: readonly Candidate[]): Candidate[] {
  const bySource = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = bySource.get(candidate.source);
    const isBetter = known && known.tensor !== known.name && candidate.tensor === candidate.name;
    if (!known || (isBetter && !candidate.isDecision)) bySource.set(candidate.source, candidate);
  }
  return [...bySource.values()];
}

/** Its output is a class number, which is no row of values. */
const CLASS_NUMBER = 'ArgMax';

function numberHint(selectable: readonly SelectableOutput[]): string {
  const number = selectable.find(({ decision }) => decision === CLASS_NUMBER);
  return number
    ? ` The output "${number.name}" is only the number of the highest class (${CLASS_NUMBER}). Export the model with its logits or probabilities as an output.`
    : '';
}

/** An output that is a row for each image, but of a type that holds no scores. */
function typeHint(declared: readonly OnnxValue[]): string {
  const row = declared.find(
    ({ shape, elementType, container }) =>
      container === null && shape?.length === 2 && elementType !== null && !FLOATS.includes(elementType),
  );
  const type = ELEMENT_STORAGE.get(row?.elementType ?? 0)?.name;
  return row && type
    ? ` The output "${row.name}" is ${type}. Export the model with its logits or probabilities in float32 or float16.`
    : '';
}

/** What a model without a row of classes is, by the shape of its largest output. */
function hintAt(declared: readonly OnnxValue[], { tensors }: TrialRun): string {
  const ranks = declared.map((value) => {
    const dimensions: readonly (number | string)[] = tensors.get(value.name)?.dims ?? value.shape ?? [];
    return dimensions.slice(1).filter((dimension) => dimension !== 1).length;
  });
  if (ranks.includes(3))
    return ' It looks like a segmenter or an image-to-image model: it answers for every pixel.';
  if (ranks.includes(2))
    return ' It looks like a detector or a text model: it answers with many rows for one image.';
  return '';
}

function describe({ name, shape, elementType, container }: OnnxValue, tensor: Tensor | undefined): string {
  const dimensions = tensor?.dims ?? shape?.map((dimension) => dimension || '?');
  const type = container ?? ELEMENT_STORAGE.get(elementType ?? 0)?.name ?? 'float32';
  return `"${name}" ${type === 'float32' ? '' : `${type} `}${dimensions ? `[${dimensions.join(', ')}]` : '(no shape)'}`;
}
