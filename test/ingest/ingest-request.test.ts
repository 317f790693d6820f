import { describe, expect, it } from 'vitest';
import {
  validateIngestRequest,
  validateProbing,
  validateRegistration,
} from '../../src/ingest/queue/ingest-request.js';

const request = { name: 'model', version: '1', source: '/m.onnx' };

describe('the probing request', () => {
  it.each([
    {},
    { budget: 0.02 },
    { budget: 1, errorBound: 0, full: false },
    { errorBound: 1 },
    { errorFactor: 0 },
    { budget: 0.2, errorFactor: 100 },
    { full: true },
  ])('may be %j', (probing) => {
    expect(validateProbing(probing)).toEqual(probing);
    expect(validateIngestRequest({ ...request, probing })).toEqual({ ...request, probing });
  });

  it.each<[object, string]>([
    [{ budget: 0.019 }, 'probing.budget'],
    [{ budget: 1.01 }, 'probing.budget'],
    [{ budget: Number.NaN }, 'probing.budget'],
    [{ errorBound: -0.1 }, 'probing.errorBound'],
    [{ errorBound: Number.POSITIVE_INFINITY }, 'probing.errorBound'],
    [{ full: true, budget: 1 }, 'probing'],
    [{ full: true, errorBound: 0 }, 'probing'],
    [{ errorFactor: -1 }, 'probing.errorFactor'],
    [{ errorFactor: 101 }, 'probing.errorFactor'],
    [{ full: true, errorFactor: 2 }, 'probing'],
    [{ half: true }, 'probing'],
  ])('may not be %j', (probing, field) => {
    const refused = expect.objectContaining({ code: 'INPUT_INVALID', details: { field } });
    expect(() => validateProbing(probing)).toThrow(refused);
    expect(() => validateIngestRequest({ ...request, probing })).toThrow(refused);
  });
});

it('a preprocessing description has at most 64 KiB of JSON', () => {
  const described = (bytes: number) => ({
    ...request,
    preprocessing: { note: 'x'.repeat(bytes - '{"note":""}'.length) },
  });
  expect(validateIngestRequest(described(2 ** 16))).toEqual(described(2 ** 16));
  expect(() => validateIngestRequest(described(2 ** 16 + 1))).toThrow(
    expect.objectContaining({ code: 'INPUT_INVALID', details: { field: 'preprocessing' } }),
  );
});

describe('the license', () => {
  it.each([
    [{ license: 'MIT' }, 'MIT'],
    [{ licence: 'MIT' }, 'MIT'],
    [{ license: 'MIT', licence: 'GPL-3.0' }, 'MIT'],
    [{}, undefined],
  ])('of %j is %s', (given, license) => {
    const { source: _, ...registration } = request;
    for (const checked of [
      validateIngestRequest({ ...request, ...given }),
      validateRegistration({ ...registration, ...given }),
    ]) {
      expect(checked.license).toBe(license);
      expect(checked).not.toHaveProperty('licence');
    }
  });
});
