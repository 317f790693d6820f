import { expect, it } from 'vitest';
import { Pace, type PaceLimits } from '../../src/download/index.js';

const LIMITS: PaceLimits = { graceMs: 1_000, minRate: 100, maxMs: 10_000 };

/** A transfer by a clock of its own: each chunk is waited for so long, and then so long worked on. */
async function transfer(chunks: [waited: number, bytes: number, worked?: number][], limits?: PaceLimits) {
  let now = 0;
  const pace = new Pace(
    limits,
    (reason) => new Error(reason),
    () => now,
  );
  async function* content() {
    for (const [waited, bytes] of chunks) {
      now += waited;
      yield new Uint8Array(bytes);
    }
  }
  let received = 0;
  for await (const chunk of pace.of(content())) {
    now += chunks[received++][2] ?? 0;
    if (chunk.length === 0) break;
  }
  return received;
}

it('checks the rate only after the grace time', async () => {
  expect(await transfer([[999, 1]], LIMITS)).toBe(1);
  await expect(transfer([[1_001, 1]], LIMITS)).rejects.toThrow('sends less than 100 bytes/s');
  expect(await transfer([[1_001, 101]], LIMITS)).toBe(1);
});

it('averages over the whole transfer', async () => {
  expect(
    await transfer(
      [
        [100, 500],
        [2_000, 1],
        [2_000, 1],
      ],
      LIMITS,
    ),
  ).toBe(3);
  await expect(
    transfer(
      [
        [100, 500],
        [2_000, 1],
        [2_001, 1],
        [2_000, 1],
      ],
      LIMITS,
    ),
  ).rejects.toThrow('bytes/s');
});

it('does not count the time spent on the bytes', async () => {
  expect(
    await transfer(
      [
        [500, 50, 60_000],
        [400, 50, 60_000],
      ],
      LIMITS,
    ),
  ).toBe(2);
});

it('ends a fast transfer that takes too long', async () => {
  await expect(
    transfer(
      [
        [9_999, 1e6],
        [2, 1e6],
      ],
      LIMITS,
    ),
  ).rejects.toThrow('longer than 10 s');
});

it('accepts any pace without limits', async () => {
  expect(await transfer([[1e9, 1]])).toBe(1);
});
