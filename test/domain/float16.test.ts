import { Float16Array } from '@petamoriken/float16';
import { expect, it } from 'vitest';
import { decodeFloat16, encodeFloat16, random } from '../../src/domain/index.js';

const next = random(4);
const values = Float32Array.from(
  { length: 20_000 },
  () => (next() - 0.5) * 2 ** Math.floor(next() * 44 - 26),
);
const edges = [
  0,
  -0,
  65_504,
  65_519.9,
  65_520,
  1e9,
  -1e9,
  Infinity,
  -Infinity,
  2 ** -24,
  2 ** -25,
  2 ** -26,
  6.1e-5,
];

it('rounds as IEEE 754 says', () => {
  const all = Float32Array.from([...edges, ...values, 1 + 2 ** -11, 1 + 3 * 2 ** -11]);
  const reference = new Float16Array(all);
  const decoded = decodeFloat16(encodeFloat16(all));
  for (let index = 0; index < all.length; index++) expect(decoded[index]).toBe(reference[index]);
});

it('keeps not-a-number', () => {
  expect(decodeFloat16(encodeFloat16(Float32Array.of(Number.NaN)))[0]).toBeNaN();
});
