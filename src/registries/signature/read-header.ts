import type { IncomingHttpHeaders } from 'node:http';
import { signatureInvalid } from './refusals.js';

/** The value of a header that must be there. @throws ProbelogError SIGNATURE_INVALID */
export function readHeader(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name.toLowerCase()];
  if (typeof value !== 'string' || value === '') {
    throw signatureInvalid(`the header ${name} is missing`);
  }
  return value;
}
