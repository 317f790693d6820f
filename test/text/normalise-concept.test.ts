import { expect, it } from 'vitest';
import { normaliseConcept } from '../../src/text/index.js';

it('makes one spelling of blanks and accents', () => {
  expect(normaliseConcept('  fire\t\n engine ')).toBe('fire engine');
  expect(normaliseConcept('cafe\u0301')).toBe('café');
});

it.each(['', '   ', '\n\0'])('refuses %j as empty', (text) => {
  expect(() => normaliseConcept(text)).toThrow(expect.objectContaining({ code: 'CONCEPT_EMPTY' }));
});

it('refuses 10,000 characters', () => {
  expect(() => normaliseConcept('x'.repeat(10_000))).toThrow(
    expect.objectContaining({ code: 'CONCEPT_TOO_LONG' }),
  );
});
