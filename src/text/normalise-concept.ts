import { ProbelogError } from '../errors/index.js';

/** Longer than any concept; encoders read some 77 tokens and would silently drop the rest. */
export const LONGEST_CONCEPT = 300;

/**
 * One spelling of a concept: Unicode NFC, single blanks, no blanks around it.
 *
 * @throws ProbelogError CONCEPT_EMPTY, CONCEPT_TOO_LONG (over {@link LONGEST_CONCEPT} characters)
 */
export function normaliseConcept(text: string): string {
  const concept = text
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (concept === '') {
    throw new ProbelogError(
      'CONCEPT_EMPTY',
      'The concept is empty; give a word or a short phrase, such as "dog".',
    );
  }
  if (concept.length > LONGEST_CONCEPT) {
    throw new ProbelogError(
      'CONCEPT_TOO_LONG',
      `The concept has ${concept.length} characters; the limit is ${LONGEST_CONCEPT}.`,
      { limit: LONGEST_CONCEPT },
    );
  }
  return concept;
}
