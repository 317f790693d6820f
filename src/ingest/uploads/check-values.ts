import { type Matrix, rowOf } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ObservedResponses } from '../pipeline/spool-format.js';
import type { UploadForm } from './upload-form.js';

/** Rounding may carry a probability or a logarithm this far beyond its range. */
const TOLERANCE = 1e-3;
/** Smallest share of the probes that must have responses; the smallest budget of models that are probed here. */
const MIN_COVERAGE = 0.02;
/** One response cannot be normalized. */
const MIN_PROBES = 2;

/**
 * Refuses values outside the range of the upload's kind, and uploads with responses to too few probes.
 *
 * @param all P
 * @throws ProbelogError RESPONSES_INVALID
 */
export function checkValues(
  { observed, probes }: ObservedResponses,
  all: number,
  kind: UploadForm['kind'],
): void {
  const min = Math.max(Math.min(MIN_PROBES, all), Math.ceil(all * MIN_COVERAGE));
  if (probes.length < min)
    throw new ProbelogError(
      'RESPONSES_INVALID',
      `Only ${probes.length} of ${all} probes have responses; the others are NaN for every output. At least ${min} are needed.`,
      { probes: probes.length, least: min },
    );
  if (kind === 'probabilities' || kind === 'multi_label_probabilities')
    checkRange(observed, probes, -TOLERANCE, 1 + TOLERANCE, 'a probability is from 0 to 1');
  if (kind === 'log_probabilities')
    checkRange(
      observed,
      probes,
      Number.NEGATIVE_INFINITY,
      TOLERANCE,
      'the logarithm of a probability is at most 0',
    );
}

/** NaN and infinity pass: they are handled like those of a model that is probed here. */
function checkRange(observed: Matrix, probes: Uint32Array, min: number, max: number, rule: string): void {
  for (let output = 0; output < observed.rows; output++) {
    const row = rowOf(observed, output);
    const column = row.findIndex((value) => value < min || value > max);
    if (column >= 0)
      throw new ProbelogError(
        'RESPONSES_INVALID',
        `Output ${output} has ${row[column]} for probe ${probes[column]}; ${rule}.`,
        { output, probe: probes[column], value: row[column] },
      );
  }
}
