import { expect, it } from 'vitest';
import { normalizeConcept } from '../../src/text/index.js';

it('makes one spelling of blanks and accents', () => {
  expect(normalizeConcept('  fire\t\n engine ')).toBe('fire engine');
  expect(normalizeConcept('cafe\u0301')).toBe('café');
});

it.each(['', '   ', '\n\0'])('refuses %j as empty', (text) => {
  expect(() => normalizeConcept(text)).toThrow(expect.objectContaining({ code: 'CONCEPT_EMPTY' }));
});

it('refuses 10,000 characters', () => {
  expect(() => normalizeConcept('x'.repeat(10_000))).toThrow(
    expect.objectContaining({ code: 'CONCEPT_TOO_LONG' }),
  );
});
