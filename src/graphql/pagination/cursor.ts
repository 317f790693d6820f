import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

/** Short enough for a cursor, long enough that no two queries of anyone share it by chance. */
const HASH_LENGTH = 16;
/** Several times what ours have. A longer one was made to be read for long. */
const LONGEST_CURSOR = 1_000;

/**
 * An opaque cursor: a place in the results of one query, and which query that was.
 *
 * It holds the place itself (score and identity of the last result), not a number of rows to skip, so it stays right
 * while models come and go. It is not secret and not signed: a forged one only leads to another place in results that
 * the caller may read anyway.
 *
 * @param query everything that decides the order of results
 */
export function encodeCursor(query: unknown, place: unknown): string {
  return Buffer.from(JSON.stringify([hashOf(query), place])).toString('base64url');
}

/** @throws ProbelogError CURSOR_INVALID when it is malformed or belongs to another query */
export function decodeCursor<Place>(query: unknown, cursor: string, schema: z.ZodType<Place>): Place {
  const [hash, place] = parsed(cursor);
  const result = schema.safeParse(place);
  if (hash !== hashOf(query) || !result.success) {
    throw new ProbelogError(
      'CURSOR_INVALID',
      'The cursor does not belong to this query. Use a cursor from a page of the same query, or leave it out.',
    );
  }
  return result.data;
}

function parsed(cursor: string): unknown[] {
  if (cursor.length > LONGEST_CURSOR) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function hashOf(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, HASH_LENGTH);
}
