import { describe, expect, it } from 'vitest';
import { parseQuery, queryArguments, termAtEnd, withTermAtEnd } from '../../ui/src/query-language.js';

describe('a query', () => {
  it.each([
    ['dog', { concept: 'dog' }],
    ['golden retriever', { concept: 'golden retriever' }],
    ['  "golden retriever" ', { concept: 'golden retriever' }],
    ['t-shirt', { concept: 't-shirt' }],
    ['dog -wolf', { expression: { all: ['dog'], none: ['wolf'] } }],
    ['dog -"gray wolf" -fox', { expression: { all: ['dog'], none: ['gray wolf', 'fox'] } }],
    ['"golden retriever" | beagle', { expression: { any: ['golden retriever', 'beagle'] } }],
    ['cat | dog | cat', { expression: { any: ['cat', 'dog'] } }],
    ['dog, car', { expression: { all: ['dog', 'car'] } }],
    ['dog,car', { expression: { all: ['dog', 'car'] } }],
    ['"golden retriever" beagle', { expression: { all: ['golden retriever', 'beagle'] } }],
    ['red "sports car', { expression: { all: ['red', 'sports car'] } }],
    ['cat | dog -wolf', { expression: { any: ['cat', 'dog'], none: ['wolf'] } }],
  ])('%s', (text, expected) => {
    expect(queryArguments(text)).toEqual(expected);
  });

  it.each(['', '   ', '|', ',', '""', '-wolf', '-', '"'])('"%s" asks for nothing yet', (text) => {
    const wanted = queryArguments(text);
    if (text === '-') expect(wanted).toEqual({ concept: '-' });
    else expect(wanted).toBeNull();
  });

  it('is read in time that grows with its length only', () => {
    const long = '-"a" | '.repeat(5_000);
    expect(parseQuery(long).none).toEqual(['a']);
  });
});

describe('the concept at the end of a query', () => {
  it.each([
    ['', '', 'cat', 'cat'],
    ['ca', 'ca', 'cat', 'cat'],
    ['golden re', 'golden re', 'golden retriever', 'golden retriever'],
    ['tab', 'tab', 'tabby, tabby cat', '"tabby, tabby cat"'],
    ['dog -wo', 'wo', 'wolf', 'dog -wolf'],
    ['dog -gr', 'gr', 'gray wolf', 'dog -"gray wolf"'],
    ['cat | gol', 'gol', 'golden retriever', 'cat | "golden retriever"'],
    ['dog,ca', 'ca', 'cat', 'dog,cat'],
    ['"golden re', 'golden re', 'golden retriever', '"golden retriever"'],
    ['"a, b" c', 'c', 'cat', '"a, b" cat'],
    ['t-sh', 't-sh', 't-shirt', 't-shirt'],
    ['x', 'x', 'say "x"', 'say x'],
    ['-', '', 'cat', '-cat'],
  ])('%s', (query, term, concept, replaced) => {
    expect(termAtEnd(query)).toBe(term);
    expect(withTermAtEnd(query, concept)).toBe(replaced);
  });
});
