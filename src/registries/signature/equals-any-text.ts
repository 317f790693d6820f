import { createHash } from 'node:crypto';
import { equalsAny } from './equals-any.js';

/**
 * Whether a text that a header carries is one of some secrets, in a time that tells nothing about them: digests are
 * compared, so not even a secret's length shows.
 */
export function equalsAnyText(given: string, secrets: readonly string[]): boolean {
  // Node reads header bytes as Latin-1.
  return equalsAny(
    digest(Buffer.from(given, 'latin1')),
    secrets.map((secret) => digest(Buffer.from(secret, 'utf8'))),
  );
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
