import type { Tensor } from 'onnxruntime-node';
import { ProbelogError } from '../../../errors/index.js';
import type { ModelInspection } from '../../protocol.js';
import type { OutputTail } from '../onnx/find-normalizer.js';
import type { OnnxValue } from '../onnx/model.js';
import { isNormalizationOf } from './is-normalization-of.js';

/** The tensor to read responses from. */
export interface ChosenOutput {
  tensor: string;
  /** C */
  outputs: number;
  responseKind: ModelInspection['responseKind'];
  notes: string[];
}

/** A declared output of the shape [N, C]. */
interface Candidate extends ChosenOutput {
  name: string;
  source: string;
}

/**
 * Chooses the output whose rows are the responses, from the tensors of a first run.
 *
 * Outputs with the same source (logits and their softmax) count as one, and outputs with C ≥ 2 come before those with
 * C = 1. Of several, the one with "logit" in its name is used.
 *
 * @param declared all outputs of the model, for the error message
 * @param tails the fetched outputs
 * @param images N, rows of that run
 * @param requested the declared output to use; null: choose one
 * @throws ProbelogError MODEL_NO_LOGITS_OUTPUT, MODEL_OUTPUT_AMBIGUOUS
 */
export function chooseOutput(
  declared: readonly OnnxValue[],
  tails: readonly OutputTail[],
  tensors: ReadonlyMap<string, Tensor>,
  images: number,
  requested: string | null,
  values: (tensor: Tensor) => Float32Array | null,
): ChosenOutput {
  const candidates = tails.flatMap((tail) => asCandidate(tail, tensors, images, values) ?? []);
  const found = declared
    .map((value) => `"${value.name}" ${shapeOf(value, tensors.get(value.name))}`)
    .join(', ');
  if (requested !== null) {
    const match = candidates.find(({ name }) => name === requested);
    if (match) return match;
    throw new ProbelogError(
      'MODEL_NO_LOGITS_OUTPUT',
      `The model has no output "${requested}" of the shape [N, C]. Its outputs: ${found}.`,
    );
  }
  const many = onePerSource(candidates.filter(({ outputs }) => outputs > 1));
  const pool = many.length > 0 ? many : onePerSource(candidates);
  if (pool.length === 0)
    throw new ProbelogError(
      'MODEL_NO_LOGITS_OUTPUT',
      `No output has the shape [N, C]. The model's outputs: ${found || 'none'}.`,
    );
  const named = pool.filter(({ name }) => /logit/i.test(name));
  if (pool.length === 1 || named.length === 1) return named[0] ?? pool[0];
  throw new ProbelogError(
    'MODEL_OUTPUT_AMBIGUOUS',
    `Several outputs have the shape [N, C]. Name the one to use: ${pool.map(({ name, outputs }) => `"${name}" [N, ${outputs}]`).join(', ')}.`,
    { outputs: pool.map(({ name }) => name) },
  );
}

function asCandidate(
  tail: OutputTail,
  tensors: ReadonlyMap<string, Tensor>,
  images: number,
  values: (tensor: Tensor) => Float32Array | null,
): Candidate | null {
  const given = rows(tensors.get(tail.name), images, values);
  if (!given) return null;
  const { name, source } = tail;
  const outputs = given.length / images;
  const inner = tail.logits === null ? null : rows(tensors.get(tail.logits), images, values);
  if (tail.logits !== null && tail.normalizer !== null && inner) {
    if (isNormalizationOf(given, inner, outputs, tail.normalizer)) {
      const cut = tail.normalizer.toLowerCase().replace('_', '-');
      const notes = [`The model ends in a ${cut}; its input "${tail.logits}" was used instead.`];
      return { name, source, tensor: tail.logits, outputs, responseKind: 'LOGITS', notes };
    }
  }
  // Log-probabilities differ from logits by a constant per image, which the gauge removes.
  if (tail.normalizer === null || tail.normalizer === 'LOG_SOFTMAX')
    return { name, source, tensor: name, outputs, responseKind: 'LOGITS', notes: [] };
  const notes = [
    'The model ends in a normalization that cannot be cut off, so its outputs are probabilities.',
  ];
  return { name, source: name, tensor: name, outputs, responseKind: 'PROBABILITIES_UNCUT', notes };
}

/** The values of a float tensor of shape [N, C], [N, C, 1, 1], [N, 1, 1, C] …, row-major; null for any other tensor. */
function rows(
  tensor: Tensor | undefined,
  images: number,
  values: (tensor: Tensor) => Float32Array | null,
): Float32Array | null {
  if (!tensor || tensor.dims.length < 2 || tensor.dims[0] !== images) return null;
  const extended = tensor.dims.slice(1).filter((dimension) => dimension !== 1);
  return extended.length <= 1 && extended[0] !== 0 ? values(tensor) : null;
}

function onePerSource(candidates: Candidate[]): Candidate[] {
  const bySource = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const known = bySource.get(candidate.source);
    if (!known || (known.tensor !== known.name && candidate.tensor === candidate.name))
      bySource.set(candidate.source, candidate);
  }
  return [...bySource.values()];
}

function shapeOf({ shape }: OnnxValue, tensor: Tensor | undefined): string {
  const dimensions = tensor?.dims ?? shape?.map((dimension) => dimension || '?');
  return dimensions ? `[${dimensions.join(', ')}]` : '(no shape)';
}
