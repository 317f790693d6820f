import { expect, it } from 'vitest';
import { pivot } from '../../bench/accuracy/report/table.js';

it('puts figures side by side, with gaps where there are none and slashes where there are several', () => {
  const table = {
    title: 'Measured',
    text: '',
    columns: ['method', 'set', 'top-1'],
    rows: [
      ['paper', 'a', 80],
      ['paper', 'b', 70],
      ['ours', 'b', 90],
      ['ours', 'b', 91],
    ],
  };
  expect(pivot(table, { down: ['method'], across: ['set'], cell: (row) => row['top-1'] })).toEqual({
    title: 'Measured',
    text: '',
    columns: ['method', 'a', 'b'],
    rows: [
      ['paper', 80, 70],
      ['ours', '', '90/91'],
    ],
  });
});
