import { ProbelogError } from '../../errors/index.js';

/** @param reason completes the sentence that begins with the field */
export function invalidPreprocessing(field: string, reason: string): ProbelogError {
  const subject =
    field === ''
      ? 'The preprocessing description is invalid:'
      : `The preprocessing description is invalid at "${field}":`;
  return new ProbelogError('PREPROCESSING_INVALID', `${subject} ${reason}.`, { field });
}
