import { expect, it } from 'vitest';
import { knownError, ProbelogError } from '../../src/errors/index.js';

const systemError = (code: string) => Object.assign(new Error(`${code}: …, open '/secret/path'`), { code });
/** As Prisma passes on an error of the database. */
const prismaError = (originalCode: string) =>
  Object.assign(new Error('query failed'), {
    code: 'P2010',
    meta: { driverAdapterError: { cause: { kind: 'postgres', code: originalCode, originalCode } } },
  });

it.each([
  [systemError('ENOSPC'), 'STORAGE_FULL'],
  [systemError('EDQUOT'), 'STORAGE_FULL'],
  [systemError('EROFS'), 'STORAGE_UNUSABLE'],
  [systemError('EACCES'), 'STORAGE_UNUSABLE'],
  [new Error('outer', { cause: systemError('EIO') }), 'STORAGE_UNUSABLE'],
  [prismaError('53100'), 'STORAGE_FULL'],
  [prismaError('XX001'), 'DATABASE_UNAVAILABLE'],
  [prismaError('58030'), 'DATABASE_UNAVAILABLE'],
  [prismaError('57P01'), 'DATABASE_UNAVAILABLE'],
  [Object.assign(new Error('gone'), { code: 'P1001' }), 'DATABASE_UNAVAILABLE'],
])('an error of the machine has a code, and tells no path: %s', (thrown, code) => {
  const known = knownError(thrown);
  expect(known).toMatchObject({ code, cause: thrown });
  expect(known?.message).not.toContain('/secret');
});

it('an error with a code of ours is itself, also behind another', () => {
  const error = new ProbelogError('BLOB_MISSING', 'gone');
  expect(knownError(error)).toBe(error);
  expect(knownError(new Error('outer', { cause: error }))).toBe(error);
});

it.each([
  new TypeError('x is undefined'),
  prismaError('23505'),
  systemError('ENOENT'),
  'text',
  null,
  undefined,
])('any other error is internal: %s', (thrown) => expect(knownError(thrown)).toBeNull());

it('ends with causes that refer to themselves', () => {
  const error: { cause?: unknown } = {};
  error.cause = error;
  expect(knownError(error)).toBeNull();
});
