import { expect, it } from 'vitest';
import { isChosen } from '../../src/registries/choice.js';

it.each([
  [{}, { name: 'birds' }, true],
  [{ names: ['birds', 'fish'] }, { name: 'fish' }, true],
  [{ names: ['bird'] }, { name: 'birds' }, false],
  [{ names: ['team/*-v?'] }, { name: 'team/owl-v?' }, true],
  [{ names: ['team/*-v?'] }, { name: 'team/owl-v1' }, false],
  [{ names: ['b.rds'] }, { name: 'birds' }, false],
  [{ tags: ['probe'] }, { name: 'birds', tags: { probe: '' } }, true],
  [{ tags: ['stage=a=b', 'other'] }, { name: 'birds', tags: { stage: 'a=b' } }, true],
  [{ tags: ['stage=live'] }, { name: 'birds', tags: { stage: 'test' } }, false],
  [{ tags: ['constructor'] }, { name: 'birds', tags: {} }, false],
  [{ tags: ['probe'] }, { name: 'birds' }, null],
  [{ aliases: ['champion'] }, { name: 'birds', aliases: ['old', 'champion'] }, true],
  [{ aliases: ['champion'] }, { name: 'birds', aliases: [] }, false],
  [{ aliases: ['champion'], tags: ['probe'] }, { name: 'birds', aliases: ['champion'] }, null],
  [{ aliases: ['champion'], tags: ['probe'] }, { name: 'birds', aliases: [] }, false],
  [{ names: ['fish'], aliases: ['champion'] }, { name: 'birds' }, false],
])('%j of %j: %s', (choice, facts, chosen) => {
  expect(isChosen(choice, facts)).toBe(chosen);
});
