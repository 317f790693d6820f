import { expect, it } from 'vitest';
import { matchOutputs } from '../../src/search/ranking/match-outputs.js';

const NONE = Number.NaN;

it('finds for each output the nearest of the other model, and keeps cosines as bytes', async () => {
  const data = Float32Array.from([0.5, NONE, -1, 1, NONE, 0.25]);
  const { cells, ofRows, ofColumns } = await matchOutputs({ rows: 2, columns: 3, data });
  expect([...cells]).toEqual([64, -128, -127, 127, -128, 32]);
  expect([[...ofRows.places], [...ofRows.cosines]]).toEqual([
    [0, 0],
    [0.5, 1],
  ]);
  expect([...ofColumns.places]).toEqual([1, -1, 1]);
  expect(ofColumns.cosines[2]).toBe(0.25);
});

it('knows a similarity of −1, and cosines that rounding put out of range', async () => {
  const data = Float32Array.from([-1.001, 1.001]);
  const { cells, ofRows, ofColumns } = await matchOutputs({ rows: 1, columns: 2, data });
  expect([...cells]).toEqual([-127, 127]);
  expect([ofRows.places[0], ofColumns.places[0]]).toEqual([1, 0]);
});

it('ends when its caller leaves', async () => {
  const rows = 600;
  const gone = AbortSignal.abort(new Error('gone'));
  const matrix = { rows, columns: 2, data: new Float32Array(rows * 2) };
  await expect(matchOutputs(matrix, gone)).rejects.toThrow('gone');
});
