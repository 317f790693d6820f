import { describe, expect, it } from 'vitest';
import { foldVersions } from '../../ui/src/pages/fold-versions.js';
import { outputName, strengthOf } from '../../ui/src/strength.js';
import { loadSpeech } from '../../ui/src/texts/texts.js';

describe('the strength of an answer', () => {
  it.each([
    [0.8, 'VERY_LIKELY'],
    [0.79, 'LIKELY'],
    [0.5, 'LIKELY'],
    [0.2, 'POSSIBLE'],
    [0.1, 'UNLIKELY'],
    [0, 'UNLIKELY'],
    [null, 'UNKNOWN'],
  ] as const)('%s is %s', (confidence, word) => {
    expect(strengthOf(confidence)).toBe(word);
  });
});

describe('what an output is called', () => {
  const named = (confidence: number | null) => [{ text: 'star shape', confidence }];

  it("is its owner's label before anything else", () => {
    expect(outputName({ label: 'cat', index: 3, concepts: named(0.9) })).toEqual({
      kind: 'LABEL',
      text: 'cat',
    });
  });

  it.each([
    [0.5, 'NAME'],
    [0.2, 'GUESS'],
    [0.04, 'NUMBER'],
    [null, 'NUMBER'],
  ] as const)('with a name of confidence %s: %s', (confidence, kind) => {
    expect(outputName({ label: null, index: 3, concepts: named(confidence) }).kind).toBe(kind);
  });
});

describe('the same output of several versions', () => {
  const edge = (name: string, version: string, index: number, label: string | null = 'cat') => ({
    node: { index, label, model: { name, version } },
  });

  it('is one answer, the best of them', () => {
    const folded = foldVersions([edge('a', '2', 3), edge('b', '1', 3), edge('a', '1', 3), edge('a', '1', 4)]);
    expect(folded.map(({ edge: { node }, versions }) => [node.model.name, node.index, versions])).toEqual([
      ['a', 3, ['1']],
      ['b', 3, []],
      ['a', 4, []],
    ]);
  });

  it('is another one with another label', () => {
    expect(foldVersions([edge('a', '2', 3, 'cat'), edge('a', '1', 3, 'dog')])).toHaveLength(2);
  });
});

describe('a language', () => {
  it('is the first of those wanted that there is', async () => {
    expect((await loadSpeech(['fr', 'de-AT', 'en'])).language).toBe('de');
    expect((await loadSpeech(['xx'])).language).toBe('en');
  });

  it('writes numbers in its own way', async () => {
    expect((await loadSpeech(['de'])).number(1001)).toBe('1.001');
    expect((await loadSpeech(['en'])).percent(0.834)).toBe('83 %');
    expect((await loadSpeech(['en'])).bytes(5_300_000)).toBe('5.3 MB');
  });
});
