import {
  completeDescriptors,
  decodeFloat16,
  descriptors,
  encodeFloat16,
  encodeNpyHeader,
  looksLikeSigmoids,
  type Matrix,
  probabilitiesToLogits,
  probabilityScale,
  type ResponsePrior,
  responseSpread,
  rowOf,
  sigmoidsToLogits,
  withoutUnderflow,
} from '../../../domain/index.js';
import { note } from '../../../lib/notes.js';
import type { UploadForm } from '../../uploads/upload-form.js';
import type { ObservedResponses } from '../spool-format.js';

/** Above this float16 overflows soon: it ends at 65,504. */
const MAX_MAGNITUDE = 60_000;
/** Below 6·10⁻⁵ float16 loses bits, so the largest value must be well above. */
const MIN_MAGNITUDE = 0.05;
/** Binary exponent that the largest value gets when the matrix is scaled. */
const TARGET_EXPONENT = 10;

/** Where a model's responses are. */
export type ResponseSource =
  /** A finished `ResponseSpool`. @param saidToBe by the runner that ran the model; absent when it was probed here */
  | { kind: 'SPOOL'; path: string; saidToBe?: UploadForm['kind'] }
  | { kind: 'UPLOAD'; path: string; form: Pick<UploadForm, 'layout' | 'kind'>; maxOutputs: number };

/** With as few probes or outputs, chance decides. */
const MIN_PROBES_JUDGED = 20;
const MIN_OUTPUTS_JUDGED = 3;
/**
 * Below this {@link responseSpread}, a model hardly tells images apart. With their own preprocessing, twelve public classifiers have
 * 0.70 to 3.9 on 125 photos, and 420 small ones 0.95 or more on 1,000. With pixels of 0..255, four of the eleven that were trained on
 * a range around 0 have 0.28 to 0.44; one that was trained on 0..255 has 0.03 with 0..1.
 */
const MIN_SPREAD = 0.5;
const HARDLY_CHANGE = note(
  'PREPROCESSING_SUSPECT',
  'The outputs hardly change from image to image, so the preprocessing is probably wrong: look at mean, std and the range of pixels (docs/preprocessing.md), or the probes show nothing that the model knows.',
);

/** What the assembling thread is given. */
export interface AssembleOptions {
  responses: ResponseSource;
  /** Where the `.npy` file is written. */
  targetPath: string;
  declared: DeclaredKind;
  /** P */
  probes: number;
  /** File of the prior that completes partly probed models; null when there is none, or all probes were run. */
  priorPath: string | null;
}

/** The stored form of one model's responses, and facts found while making it. */
export interface AssembledResponses {
  /** A `.npy` file: float16, C × P, row-major, scaled by a power of two; NaN where a probe was not run. */
  file: Uint8Array;
  /** C */
  outputs: number;
  /** P */
  probes: number;
  /** LOG_PROBABILITIES when the model gave probabilities whose softmax could not be removed, or their logarithms. */
  responseKind: 'LOGITS' | 'LOG_PROBABILITIES';
  /** The probability that stands for 0 in LOG_PROBABILITIES, or for 0 and its distance for 1 in logits of sigmoids. */
  logFloor: number | null;
  /** Whether the outputs are independent labels. */
  multiLabel: boolean;
  /** How the values were understood, where neither the graph nor the uploader said it; one sentence each. */
  notes: string[];
  /** C flags: 1 for an output without a descriptor. */
  degenerate: Uint8Array;
  /** Share of the probes that were run. */
  coverage: number;
  /** Expected errors of the C completed descriptors; null when nothing had to be completed. */
  errors: Float32Array | null;
}

/**
 * What the model's graph or the uploader says that responses are. When null, the values decide between logits and
 * probabilities: a graph can hide a normalization.
 */
export type DeclaredKind =
  | 'PROBABILITIES'
  | 'LOG_PROBABILITIES'
  | 'MULTI_LABEL_LOGITS'
  /** Of independent labels, or of a single sigmoid. */
  | 'SIGMOIDS'
  /** Like null, but values of 0..1 without a sum of 1 are taken for sigmoids. */
  | 'UNKNOWN'
  | null;

/** Facts about the responses that {@link assembleResponses} needs. */
export interface AssembleFacts {
  declared: DeclaredKind;
  /** P */
  probes: number;
  /** Completes the probes that were not run; null when all were run, or there is none. */
  prior: ResponsePrior | null;
}

/**
 * Makes the stored response matrix. Raw responses are stored and everything else is derived, so that a better formula needs
 * no new probing run (docs/architecture.md).
 *
 * The kind, the scale and the degenerate outputs are decided by the probes that were run; then the columns are spread over
 * all probes.
 *
 * @param observed C × n, changed in place
 */
export function assembleResponses(
  { observed, probes }: ObservedResponses,
  facts: AssembleFacts,
): AssembledResponses {
  const { logits, floor, normalized, multiLabel, notes } = asLogits(observed, facts.declared);
  const exponent = float16Exponent(logits.data);
  if (exponent !== 0) notes.push(scaleNote(exponent));
  if (!multiLabel && hardlyChange(logits)) notes.push(HARDLY_CHANGE);
  scaleByPowerOfTwo(logits.data, exponent);
  keepNaNForProbesNotRun(logits.data);
  const stored = spreadColumns(logits, probes, facts.probes);
  const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [stored.rows, stored.columns] });
  const values = encodeFloat16(stored.data);
  // On the stored values, because the gallery computes it from those again.
  const kept = { ...stored, data: decodeFloat16(values), multiLabel };
  const partial = probes.length < facts.probes;
  const completed = partial ? completeDescriptors(kept, facts.prior) : null;
  const { degenerate } = completed ?? descriptors(kept);
  notes.push(...degenerateNotes(degenerate));
  const file = new Uint8Array(header.length + values.byteLength);
  file.set(header);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), header.length);
  return {
    file,
    outputs: stored.rows,
    probes: stored.columns,
    responseKind: normalized ? 'LOG_PROBABILITIES' : 'LOGITS',
    logFloor: floor,
    multiLabel,
    notes,
    degenerate,
    coverage: probes.length / facts.probes,
    errors: completed?.errors ?? null,
  };
}

/** At most so many outputs are named. */
const MAX_NAMED = 20;

/** Nothing where all are degenerate: that is an error. */
function degenerateNotes(degenerate: Uint8Array): string[] {
  const named = Array.from(degenerate.keys()).filter((index) => degenerate[index] === 1);
  if (named.length === 0 || named.length === degenerate.length) return [];
  const more = named.length > MAX_NAMED ? `, … (${named.length - MAX_NAMED} more)` : '';
  return [
    note(
      'OUTPUT_DEGENERATE',
      `${named.length} of ${degenerate.length} outputs have responses that are constant or not finite, so no search finds them: ${named.slice(0, MAX_NAMED).join(', ')}${more}.`,
    ),
  ];
}

function hardlyChange(logits: Matrix): boolean {
  return (
    logits.rows >= MIN_OUTPUTS_JUDGED &&
    logits.columns >= MIN_PROBES_JUDGED &&
    responseSpread(logits) < MIN_SPREAD
  );
}

interface InterpretedResponses {
  logits: Matrix;
  floor: number | null;
  normalized: boolean;
  multiLabel: boolean;
  notes: string[];
}

function asLogits(observed: Matrix, declared: DeclaredKind): InterpretedResponses {
  const plain = { logits: observed, floor: null, normalized: false, multiLabel: false, notes: [] };
  if (declared === 'MULTI_LABEL_LOGITS') return { ...plain, multiLabel: true };
  if (declared === 'LOG_PROBABILITIES') {
    const made = withoutUnderflow(observed);
    return { ...plain, ...made, normalized: true, notes: lostNotes(made.floor) };
  }
  const isGuessed = declared === 'UNKNOWN' && looksLikeSigmoids(observed);
  if (declared === 'SIGMOIDS' || isGuessed) {
    if (observed.data.some((value) => value > MAX_PROBABILITY)) divideBy100(observed.data);
    const made = sigmoidsToLogits(observed);
    const multiLabel = observed.rows > 1;
    const notes = [
      isGuessed
        ? note(
            'OUTPUT_KIND_ASSUMED',
            `All responses lie in 0..1 without a sum of 1, so they were taken for sigmoids. ${odds(made.floor)}`,
          )
        : note('OUTPUT_NOT_CUT', odds(made.floor)),
    ];
    return { ...plain, ...made, multiLabel, notes };
  }
  const scale = probabilityScale(observed);
  const isPercent = scale === 100 && declared !== null;
  if (isPercent) divideBy100(observed.data);
  if (declared === 'PROBABILITIES' || scale === 1 || isPercent) {
    const made = probabilitiesToLogits(observed);
    const notes = lostNotes(observed.data.some((value) => value <= 0) ? made.floor : null);
    if (declared !== 'PROBABILITIES') notes.unshift(takenForProbabilities(isPercent ? 100 : 1));
    return { ...plain, ...made, normalized: true, notes };
  }
  const mayBeSigmoids = declared === 'UNKNOWN' && observed.data.every((value) => value >= 0 && value <= 1);
  return mayBeSigmoids ? { ...plain, notes: [TAKEN_FOR_LOGITS] } : plain;
}

/** A percentage is larger; a rounded probability is not. */
const MAX_PROBABILITY = 1.01;

const TAKEN_FOR_LOGITS = note(
  'OUTPUT_KIND_ASSUMED',
  'All responses lie in 0..1, but they are too few, or fill too little of it, to be sure that they are probabilities, so they were taken for logits.',
);

function takenForProbabilities(sum: number): string {
  return note(
    'OUTPUT_KIND_ASSUMED',
    `All responses lie in 0..${sum} and sum to ${sum} for each image, so they were taken for probabilities, and their logarithms are used.`,
  );
}

/** @param floor the probability that stands for 0; null when none was 0 */
function lostNotes(floor: number | null): string[] {
  if (floor === null) return [];
  return [
    note('OUTPUT_NOT_CUT', `Probabilities of 0 have no logarithm and count as ${floor.toExponential(1)}.`),
  ];
}

function divideBy100(values: Float32Array): void {
  for (let index = 0; index < values.length; index++) values[index] /= 100;
}

function scaleNote(exponent: number): string {
  return note(
    'RESPONSES_SCALED',
    `The responses are stored times 2^${exponent}, which fits half floats; descriptors and scores do not change.`,
  );
}

function odds(floor: number | null): string {
  const kept =
    floor === null ? '' : ` Probabilities of 0 and 1 were kept ${floor.toExponential(1)} away from them.`;
  return `The responses are log(p / (1 − p)) of the model's probabilities.${kept}`;
}

/** Stores a NaN response as infinite, which has no descriptor either: in the stored matrix, NaN means that the probe was not run. */
function keepNaNForProbesNotRun(responses: Float32Array): void {
  for (let index = 0; index < responses.length; index++)
    if (Number.isNaN(responses[index])) responses[index] = Number.POSITIVE_INFINITY;
}

/**
 * The exponent e for which the matrix times 2^e fits float16; 0 except for very large or very small responses.
 *
 * Descriptors do not change when a whole response matrix is multiplied by a positive number, and a power of two is
 * exact.
 *
 * @param values responses; those that are not finite are ignored
 */
function float16Exponent(values: Float32Array): number {
  let max = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > max && size < Number.POSITIVE_INFINITY) max = size;
  }
  if (max === 0 || (max >= MIN_MAGNITUDE && max <= MAX_MAGNITUDE)) return 0;
  return TARGET_EXPONENT - Math.floor(Math.log2(max));
}

/** Multiplies by 2^exponent in place. */
function scaleByPowerOfTwo(values: Float32Array, exponent: number): void {
  if (exponent === 0) return;
  const factor = 2 ** exponent;
  for (let index = 0; index < values.length; index++) values[index] *= factor;
}

/**
 * The responses at their probes' places: C × P, NaN where a probe was not run.
 *
 * @param observed C × n
 * @param probes the probe of each column, ascending
 * @param all P
 */
export function spreadColumns(observed: Matrix, probes: Uint32Array, all: number): Matrix {
  if (probes.length === all) return observed;
  const spread = {
    rows: observed.rows,
    columns: all,
    data: new Float32Array(observed.rows * all).fill(Number.NaN),
  };
  for (let row = 0; row < observed.rows; row++) {
    const from = rowOf(observed, row);
    const to = rowOf(spread, row);
    for (let column = 0; column < probes.length; column++) to[probes[column]] = from[column];
  }
  return spread;
}
