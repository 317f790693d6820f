import { expect, it } from 'vitest';
import { fittingLabels } from '../../src/ingest/pipeline/labels-that-fit.js';

const found = (...lists: string[][]) => lists.map((labels, at) => ({ source: `file ${at}`, labels }));
const PLACEHOLDERS = ['LABEL_0', 'LABEL_1', 'LABEL_2'];

it('gives outputs without a label none, and says so', () => {
  const { labels, notes } = fittingLabels(null, found(['cat', '', 'dog']), 4);
  expect(labels).toEqual(['cat', '', 'dog', '']);
  expect(notes).toEqual([expect.stringContaining("file 0 has labels for 2 of the model's 4 outputs")]);
});

it('leaves out lists of another length, and labels of outputs that the model lacks', () => {
  const { labels, notes } = fittingLabels(null, found(['cat', 'dog'], ['cat', '', 'dog', 'frog']), 3);
  expect(labels).toBeNull();
  expect(notes).toEqual([
    'LABELS_LEFT_OUT: file 0 has 2 labels, but the model has 3 outputs, so the labels were left out.',
    'LABELS_LEFT_OUT: file 1 has 4 labels, but the model has 3 outputs, so the labels were left out.',
  ]);
});

it('takes the first list that fits, and whole lists before others', () => {
  expect(fittingLabels(null, found(['x'], ['a', '', 'c'], ['a', 'b', 'c']), 3)).toEqual({
    labels: ['a', 'b', 'c'],
    notes: [expect.stringContaining('file 0 has 1 label, but the model has 3 outputs')],
  });
});

it('takes labels that are numbered from 1 for those of all outputs', () => {
  const { labels, notes } = fittingLabels(null, found(['', 'a', 'b']), 2);
  expect(labels).toEqual(['a', 'b']);
  expect(notes).toEqual([expect.stringMatching(/^READING_CHOSEN: file 0 numbers its 2 labels from 1/)]);
});

it('names both lists that label an output differently, and not equal ones', () => {
  const { labels, notes } = fittingLabels(null, found(['a', 'b'], ['a', 'b'], ['a', 'c'], ['', 'b']), 2);
  expect(labels).toEqual(['a', 'b']);
  expect(notes).toEqual([
    'SOURCES_DISAGREE: file 0 and file 2 have different labels: output 1 is "b" in the first and "c" in the second. Those of the first were used.',
  ]);
});

it('takes placeholders only where there are no labels', () => {
  expect(fittingLabels(null, found(PLACEHOLDERS, ['a', 'b', 'c']), 3)).toEqual({
    labels: ['a', 'b', 'c'],
    notes: [],
  });
  expect(fittingLabels(null, found(PLACEHOLDERS), 3).labels).toEqual(PLACEHOLDERS);
});

it('says nothing of other labels when they were given', () => {
  expect(fittingLabels(['a'], found(['b']), 1)).toEqual({ labels: ['a'], notes: [] });
});
