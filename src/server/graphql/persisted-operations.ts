import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

const byHash = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string().min(1));
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string().min(1) })),
});

/** The operations that may run. */
export interface PersistedOperations {
  /** The text that a client means. @throws ProbelogError OPERATION_UNKNOWN */
  textOf(sent: { query?: string | null; hash?: string }): string;
}

/** @throws ProbelogError CONFIG_INVALID when the file is not readable, or not such a list */
export function readPersistedOperations(path: string): PersistedOperations {
  const texts = new Map(readTexts(path).map((text) => [hashOf(text), text]));
  return {
    textOf({ query, hash }) {
      const text = texts.get(query ? hashOf(query) : (hash ?? ''));
      if (text !== undefined) return text;
      throw new ProbelogError(
        'OPERATION_UNKNOWN',
        'This server runs listed operations only. Ask the operator to add this one.',
      );
    },
  };
}

function readTexts(path: string): string[] {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const listed = manifest.safeParse(content);
    return listed.success
      ? listed.data.operations.map(({ body }) => body)
      : Object.values(byHash.parse(content));
  } catch (thrown) {
    throw new ProbelogError(
      'CONFIG_INVALID',
      'PROBELOG_PERSISTED_OPERATIONS is not usable; allowed: the path of a JSON file with texts by their SHA-256, or a persisted query manifest.',
      {},
      { cause: thrown },
    );
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
