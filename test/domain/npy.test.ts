import { describe, expect, it } from 'vitest';
import { encodeNpyHeader, parseNpyHeader } from '../../src/domain/index.js';

describe('npy header', () => {
  it.each([
    [{ dtype: '<f2', fortranOrder: false, shape: [3, 1000] }],
    [{ dtype: '>f8', fortranOrder: true, shape: [12609, 1000] }],
    [{ dtype: '<f4', fortranOrder: false, shape: [7] }],
  ])('survives a round trip: %j', (header) => {
    const bytes = encodeNpyHeader(header);
    expect(bytes.length % 64).toBe(0);
    expect(parseNpyHeader(bytes)).toEqual({ ...header, dataOffset: bytes.length });
  });

  it('refuses other files', () => {
    expect(() => parseNpyHeader(new TextEncoder().encode('PK something else'))).toThrow('not a .npy file');
    expect(() =>
      parseNpyHeader(encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [1] }).subarray(0, 40)),
    ).toThrow('truncated');
  });
});
