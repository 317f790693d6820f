import { expect, it } from 'vitest';
import { checkOutputLimit } from '../../src/lib/output-limit.js';

it.each([
  [1_001, 10, 1_000, 'Raise PROBELOG_MAX_OUTPUTS'],
  [60_000, 10_000, 100_000, 'may have up to 53687'],
  [2_000_000, 10_000, 1_000_000, 'Raise PROBELOG_MAX_OUTPUTS'],
])('a model of %i outputs is refused with %i probes and a limit of %i', (outputs, probes, max, message) => {
  expect(() => checkOutputLimit(outputs, probes, max)).toThrow(
    expect.objectContaining({ code: 'MODEL_TOO_MANY_OUTPUTS', message: expect.stringContaining(message) }),
  );
});

it.each([
  [1_000, 10, 1_000],
  [100_000, 5_000, 100_000],
  [1, 1_000_000_000, 100_000],
])('a model of %i outputs is accepted with %i probes and a limit of %i', (outputs, probes, max) => {
  expect(() => checkOutputLimit(outputs, probes, max)).not.toThrow();
});
