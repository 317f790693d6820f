import { beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type CursorSeal, openCursorSeal, type Principal } from '../../src/access/index.js';
import { cursorsOf } from '../../src/graphql/pagination/cursor.js';
import { temporaryFolder } from '../store/temporary-folder.js';

let folder: string;
let seal: CursorSeal;
beforeEach(async () => {
  folder = await temporaryFolder();
  seal = await openCursorSeal(folder);
});

const reader = (labels: string[]): Principal => ({
  kind: 'KEY',
  name: 'key:a',
  scopes: ['READ'],
  labels,
  registry: null,
  expiresAt: null,
});
const PLACE = z.strictObject({ value: z.number(), modelId: z.string() });
const place = { value: 0.098_18, modelId: 'a-private-model' };

it('a cursor has its place for all processes of a data folder, and for no other', async () => {
  const cursor = seal.seal('query', 'place');
  expect(seal.open('query', cursor)).toBe('place');
  expect((await openCursorSeal(folder)).open('query', cursor)).toBe('place');
  expect((await openCursorSeal(await temporaryFolder())).open('query', cursor)).toBeNull();
});

it('a place has one cursor, and another place shares nothing with it', () => {
  expect(seal.seal('query', 'place')).toBe(seal.seal('query', 'place'));
  const nonces = [seal.seal('query', 'place'), seal.seal('query', 'places'), seal.seal('other', 'place')];
  expect(new Set(nonces.map((cursor) => cursor.slice(0, 16))).size).toBe(3);
});

it('a cursor shows nothing of its place', () => {
  const bytes = Buffer.from(seal.seal('query', JSON.stringify(place)), 'base64url').toString('latin1');
  for (const part of ['private', '0.098', 'value']) expect(bytes).not.toContain(part);
});

it('a cursor that was changed in any byte is none', () => {
  const bytes = Buffer.from(seal.seal('query', 'place'), 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1;
    expect(seal.open('query', changed.toString('base64url'))).toBeNull();
  }
  for (let length = 0; length < bytes.length; length++)
    expect(seal.open('query', bytes.subarray(0, length).toString('base64url'))).toBeNull();
  expect(
    seal.open('query', Buffer.from(JSON.stringify(['query', 'place'])).toString('base64url')),
  ).toBeNull();
});

it('a cursor is of one query, and of callers who see the same models', () => {
  const cursors = cursorsOf(seal, reader(['b', 'a']));
  const cursor = cursors.encode(['search', 'dog'], place);
  expect(cursorsOf(seal, reader(['a', 'b'])).decode(['search', 'dog'], cursor, PLACE)).toEqual(place);
  const refused = { code: 'CURSOR_INVALID' };
  const decoding = (labels: string[], query: unknown) => () =>
    cursorsOf(seal, reader(labels)).decode(query, cursor, PLACE);
  for (const labels of [[], ['a'], ['a', 'b', 'c']])
    expect(decoding(labels, ['search', 'dog'])).toThrow(expect.objectContaining(refused));
  expect(decoding(['a', 'b'], ['search', 'cat'])).toThrow(expect.objectContaining(refused));
  const admin: Principal = { ...reader(['a', 'b']), scopes: ['ADMIN'] };
  expect(() => cursorsOf(seal, admin).decode(['search', 'dog'], cursor, PLACE)).toThrow(
    expect.objectContaining(refused),
  );
});
