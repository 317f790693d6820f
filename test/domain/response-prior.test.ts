import { expect, it } from 'vitest';
import { decodePrior, encodePrior } from '../../src/domain/index.js';
import { tinyPrior } from '../probing/support/tiny-prior.js';

const prior = tinyPrior(7);
const bytes = encodePrior(prior);

it('a prior is decoded unchanged from bytes at any alignment', () => {
  expect(decodePrior(bytes)).toEqual(prior);
  // What reading a file gives: a Buffer, here one that begins at an odd place.
  const file = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
  expect(decodePrior(file)).toEqual(prior);
});

it('a damaged prior is recognized', () => {
  for (const length of [0, 7, 40, bytes.length - 1])
    expect(() => decodePrior(bytes.subarray(0, length)), `${length} bytes`).toThrow();
  expect(() => decodePrior(Uint8Array.from(bytes).reverse())).toThrow();
});
