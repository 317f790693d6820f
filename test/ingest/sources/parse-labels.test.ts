import { describe, expect, it } from 'vitest';
import { parseLabels } from '../../../src/ingest/sources/parse-labels.js';

describe('parseLabels', () => {
  it('reads a list, and id2label in numerical order', () => {
    expect(parseLabels(['cat', 'dog'])).toEqual(['cat', 'dog']);
    expect(parseLabels({ id2label: { '1': 'dog', '0': 'cat' }, other: 1 })).toEqual(['cat', 'dog']);
  });

  it.each([[{ id2label: { '0': 'cat', '2': 'dog' } }], [{ a: 1 }], [[1, 2]], ['cat'], [null]])(
    'refuses %j',
    (json) => {
      expect(() => parseLabels(json)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    },
  );
});
