import { ProbelogError } from '../../errors/index.js';

/** A file may have kilobytes of names or numbers where a message repeats some. */
const MAX_CHARACTERS = 500;

export function formatInvalid(message: string): ProbelogError {
  const shown = message.length > MAX_CHARACTERS ? `${message.slice(0, MAX_CHARACTERS)}…` : message;
  return new ProbelogError('RESPONSES_FORMAT_INVALID', shown);
}
