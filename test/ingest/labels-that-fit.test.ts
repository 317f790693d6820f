import { expect, it } from 'vitest';
import { labelsThatFit } from '../../src/ingest/pipeline/labels-that-fit.js';

it('gives outputs without a label none, and says so', () => {
  const { labels, note } = labelsThatFit('config.json', ['cat', '', 'dog'], 4);
  expect(labels).toEqual(['cat', '', 'dog', '']);
  expect(note).toContain("config.json has labels for 2 of the model's 4 outputs");
});

it('leaves out lists of another length, and labels of outputs that the model lacks', () => {
  for (const labels of [
    ['cat', 'dog'],
    ['cat', '', 'dog', 'frog'],
  ]) {
    const fitting = labelsThatFit('labels.json', labels, 3);
    expect(fitting.labels).toBeNull();
    expect(fitting.note).toContain('left out');
  }
});
