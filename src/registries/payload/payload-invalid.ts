import { ProbelogError } from '../../errors/index.js';

/** @param field where, as a path such as `data.name`; undefined: the payload as a whole */
export function payloadInvalid(problem: string, field?: string): ProbelogError {
  return new ProbelogError(
    'PAYLOAD_INVALID',
    `The payload${field ? `'s ${field}` : ''} is not usable: ${problem}.`,
    {
      field,
    },
  );
}
