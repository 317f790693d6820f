import { expect, it } from 'vitest';
import { table } from '../../src/cli/output/table.js';

it('a label that holds an escape sequence is shown and does nothing', () => {
  const rows = [{ label: 'dog\u001b]52;c;Y3VybA==\u0007\u202etac' }];
  expect(table(rows, { label: 'LABEL' })).toBe('LABEL\ndog\\u{1b}]52;c;Y3VybA==\\u{7}\\u{202e}tac');
});
