import { ProbelogError } from '../../errors/index.js';

/** Longer than any concept. Encoders read about 77 tokens and silently drop the rest. */
export const MAX_CONCEPT_LENGTH = 300;

/** Normalized, a text may be shorter than it was. One beyond this is not looked at: it would take seconds. */
const MAX_RAW_LENGTH = 10 * MAX_CONCEPT_LENGTH;

/**
 * Normalizes a concept: Unicode NFC, single spaces, trimmed.
 *
 * @throws ProbelogError CONCEPT_EMPTY, CONCEPT_TOO_LONG (over {@link MAX_CONCEPT_LENGTH} characters)
 */
export function normalizeConcept(text: string): string {
  if (text.length > MAX_RAW_LENGTH) throw tooLong(text.length);
  const concept = text
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (concept === '') {
    throw new ProbelogError(
      'CONCEPT_EMPTY',
      'The concept is empty. Enter a word or a short phrase, such as "dog".',
    );
  }
  if (concept.length > MAX_CONCEPT_LENGTH) throw tooLong(concept.length);
  return concept;
}

function tooLong(length: number): ProbelogError {
  return new ProbelogError(
    'CONCEPT_TOO_LONG',
    `The concept has ${length} characters; the limit is ${MAX_CONCEPT_LENGTH}. Shorten it.`,
    { limit: MAX_CONCEPT_LENGTH },
  );
}
