import type { z } from 'zod';
import type { CursorSeal, Principal } from '../../access/index.js';
import { visibilityScopeOf } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';

/** Several times what ours have. A longer one was made to be read for long. */
const MAX_LENGTH = 1_000;

/**
 * The cursors of one caller. A cursor is a place in the results of one query: it holds the place itself (score and identity
 * of the last result), not a number of rows to skip, so it stays right while models come and go.
 */
export interface Cursors {
  /** @param query everything that decides the order of results */
  encode(query: unknown, place: unknown): string;
  /** @throws ProbelogError CURSOR_INVALID when it is not one of ours, or belongs to another query or to callers who see other models */
  decode<Place>(query: unknown, cursor: string, schema: z.ZodType<Place>): Place;
}

/** Cursors that are bound to their query and to which private models the caller sees. */
export function cursorsOf(seal: CursorSeal, principal: Principal): Cursors {
  const scope = visibilityScopeOf(principal);
  const sight = scope === 'ALL' ? scope : [...scope].sort();
  const bindingOf = (query: unknown) => JSON.stringify([sight, query]);
  return {
    encode: (query, place) => seal.seal(bindingOf(query), JSON.stringify(place)),
    decode(query, cursor, schema) {
      const place = cursor.length > MAX_LENGTH ? null : seal.open(bindingOf(query), cursor);
      const result = place === null ? null : schema.safeParse(JSON.parse(place));
      if (result?.success) return result.data;
      throw new ProbelogError(
        'CURSOR_INVALID',
        'The cursor does not belong to this query. Use a cursor from a page of the same query, or leave it out.',
      );
    },
  };
}
