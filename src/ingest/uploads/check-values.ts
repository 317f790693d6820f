import { type Matrix, rowOf } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ObservedResponses } from '../pipeline/spool-format.js';
import type { UploadForm } from './upload-form.js';

/** A logarithm or a probability may be over by rounding. */
const TOLERANCE = 1e-3;
/** Least share of the probes that must have been run; as for models that are probed here. */
const MIN_COVERAGE = 0.02;
/** Below it nothing can be normalized. */
const MIN_PROBES = 2;

/**
 * Refuses values that the upload's kind does not have, and uploads that answer to next to nothing.
 *
 * @param all P
 * @throws ProbelogError RESPONSES_INVALID
 */
export function checkValues(
  { observed, probes }: ObservedResponses,
  all: number,
  kind: UploadForm['kind'],
): void {
  const least = Math.max(Math.min(MIN_PROBES, all), Math.ceil(all * MIN_COVERAGE));
  if (probes.length < least)
    throw new ProbelogError(
      'RESPONSES_INVALID',
      `Only ${probes.length} of ${all} probes have responses (those of the others are NaN for every output); at least ${least} must.`,
      { probes: probes.length, least },
    );
  if (kind === 'probabilities')
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

/** What is not a number is left to be judged as any model's. */
function checkRange(observed: Matrix, probes: Uint32Array, least: number, most: number, rule: string): void {
  for (let output = 0; output < observed.rows; output++) {
    const row = rowOf(observed, output);
    const column = row.findIndex((value) => value < least || value > most);
    if (column >= 0)
      throw new ProbelogError(
        'RESPONSES_INVALID',
        `Output ${output} has ${row[column]} for probe ${probes[column]}; ${rule}.`,
        { output, probe: probes[column], value: row[column] },
      );
  }
}
