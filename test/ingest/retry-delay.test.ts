import { describe, expect, it } from 'vitest';
import { ProbelogError } from '../../src/errors/index.js';
import { ingestMaySucceedLater, retryDelay } from '../../src/ingest/queue/retry-delay.js';

const POLICY = { attempts: 5, firstDelayMs: 1_000 };

describe('the wait before another attempt', () => {
  it('doubles with each failure', () => {
    expect([1, 2, 3, 4].map((failures) => retryDelay(POLICY, failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000,
    ]);
  });

  it('is at least half of that, at random', () => {
    expect(retryDelay(POLICY, 2, 0)).toBe(1_000);
  });

  it('is at most an hour', () => {
    expect(retryDelay({ attempts: 100, firstDelayMs: 1_000 }, 90, 1)).toBe(3_600_000);
  });

  it('is null when no attempts are left', () => {
    expect(retryDelay(POLICY, 5, 1)).toBeNull();
    expect(retryDelay({ ...POLICY, attempts: 1 }, 1, 1)).toBeNull();
  });
});

describe('a failure', () => {
  const status = (code: number) => new ProbelogError('SOURCE_UNREACHABLE', 'm', { status: code });

  it.each([500, 503, 429, 408])('with status %d may pass', (code) => {
    expect(ingestMaySucceedLater(status(code))).toBe(true);
  });

  it.each([400, 401, 403, 418])('with status %d does not', (code) => {
    expect(ingestMaySucceedLater(status(code))).toBe(false);
  });

  it.each(['SOURCE_TIMEOUT', 'STORAGE_FULL', 'INTERNAL'] as const)('%s may pass', (code) => {
    expect(ingestMaySucceedLater(new ProbelogError(code, 'm'))).toBe(true);
  });

  it.each(['MODEL_NOT_ONNX', 'SOURCE_NOT_FOUND', 'INFERENCE_CRASHED'] as const)('%s does not', (code) => {
    expect(ingestMaySucceedLater(new ProbelogError(code, 'm'))).toBe(false);
  });
});
