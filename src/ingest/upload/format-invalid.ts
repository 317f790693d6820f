import { ProbelogError } from '../../errors/index.js';

/** A file may have kilobytes of names or numbers where a message repeats some. */
const MOST_CHARACTERS = 500;

export function formatInvalid(message: string): ProbelogError {
  const shown = message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message;
  return new ProbelogError('RESPONSES_FORMAT_INVALID', shown);
}
