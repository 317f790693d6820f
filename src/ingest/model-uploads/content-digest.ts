import { ProbelogError } from '../../errors/index.js';

/**
 * The SHA-256 in a `Content-Digest` or `Repr-Digest` header (RFC 9530), in hexadecimal; undefined when there is no such header, or
 * only one of other algorithms, which a recipient ignores.
 *
 * @throws ProbelogError INPUT_INVALID
 */
export function sha256In(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(',') : header;
  const value = text === undefined ? undefined : /(?:^|,)\s*sha-256=([^,]*)/i.exec(text)?.[1].trim();
  if (value === undefined) return undefined;
  const bytes = Buffer.from(/^:([A-Za-z\d+/]{43}=):$/.exec(value)?.[1] ?? '', 'base64');
  if (bytes.length !== 32)
    throw new ProbelogError(
      'INPUT_INVALID',
      'The digest is not sha-256=:…: with 32 bytes in base64 (RFC 9530).',
    );
  return bytes.toString('hex');
}
