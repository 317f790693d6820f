import { ProbelogError } from '../../errors/index.js';

/** @param reason what is missing or wrong, never what would be right */
export function signatureInvalid(reason: string): ProbelogError {
  return new ProbelogError('SIGNATURE_INVALID', `The delivery cannot be trusted: ${reason}.`);
}

export function signatureExpired(reason: string): ProbelogError {
  return new ProbelogError('SIGNATURE_EXPIRED', `The delivery is not of now: ${reason}.`);
}
