import { ProbelogError } from '../../errors/index.js';

export function formatInvalid(message: string): ProbelogError {
  return new ProbelogError('RESPONSES_FORMAT_INVALID', message);
}
