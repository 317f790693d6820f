import { expect, it } from 'vitest';
import { readExample } from '../../../src/registries/mlflow/input-example.js';

it.each([
  ['[[1, 2.5], [-3e-1, 4]]', { shape: [2, 2], min: -0.3, max: 4 }],
  ['[[[1, 2], [3, 4]], [[5, 6], [7', { shape: [null, 2, 2], min: 1, max: 7 }],
  ['[[1, 2, 3', { shape: [null, null], min: 1, max: 3 }],
  ['[0.1, 2.5e', { shape: [null], min: 0.1, max: 0.1 }],
])('reads %s', (text, facts) => {
  expect(readExample(text)).toEqual(facts);
});

it.each(['', '[]', '7', '{"inputs": [1]}', '[["a"]]', `${'['.repeat(9)}1`, ']1'])(
  'reads nothing from %s',
  (text) => {
    expect(readExample(text)).toBeNull();
  },
);
