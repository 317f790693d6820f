import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { checkFilter, conditionsOf, minCoverage } from '../../src/graphql/search/logit-filter.js';

describe('the minimum coverage of several filters', () => {
  it('is the largest', () => {
    expect(minCoverage({ minCoverage: 0.2 }, { minCoverage: 0.5 })).toBe(0.5);
    expect(minCoverage(null, { minCoverage: 0 })).toBe(0);
    expect(minCoverage(undefined, {}, { minCoverage: null })).toBeUndefined();
  });

  it('is refused when one is out of range', () => {
    expect(() => minCoverage({ minCoverage: -1 }, { minCoverage: 0.5 })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });
});

describe('a filter', () => {
  it('takes licenses under their old name, but not under both', () => {
    expect(conditionsOf(checkFilter({ licences: ['MIT'] }))).toEqual(conditionsOf({ licenses: ['MIT'] }));
    expect(() => checkFilter({ licenses: ['MIT'], licences: ['MIT'] })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', details: { argument: 'filter', field: 'licences' } }),
    );
  });

  it('names the argument and the field that it refuses', () => {
    expect(() => checkFilter({ maxClasses: -1 }, 'matching')).toThrow(
      'The field maxClasses of matching is -1; it must be 0 or more.',
    );
    expect(() => checkFilter({ registry: ' ' })).toThrow(
      "The filter's registry must have 1 to 300 characters",
    );
  });

  it('passes on only the conditions that are given', () => {
    expect(conditionsOf({ minClasses: 2, modelText: null, models: ['x'] })).toEqual({ minOutputs: 2 });
  });
});
