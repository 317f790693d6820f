import { resolve } from 'node:path';
import { ProbelogError } from '../../errors/index.js';

/** Where a model file is: on this machine, or behind an http(s) URL. */
export type Source = { kind: 'FILE'; path: string } | { kind: 'URL'; url: string };

/**
 * Reads the `source` of an ingest request.
 *
 * @throws ProbelogError SOURCE_FORBIDDEN for any scheme but http and https (a `file:` URL is always refused: a path
 * says the same without pretending to be remote), INPUT_INVALID when the text is empty or no URL
 */
export function parseSource(text: string): Source {
  if (text.trim() === '' || text.includes('\0')) {
    throw new ProbelogError('INPUT_INVALID', 'The source is empty; give a path or an http(s) URL.');
  }
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(text)?.[1].toLowerCase();
  if (scheme === undefined) return { kind: 'FILE', path: resolve(text) };
  if (scheme !== 'http' && scheme !== 'https') {
    throw new ProbelogError(
      'SOURCE_FORBIDDEN',
      `${scheme}: sources are not read; give a path or an http(s) URL.`,
    );
  }
  if (!URL.canParse(text)) throw new ProbelogError('INPUT_INVALID', 'The source is not a well-formed URL.');
  return { kind: 'URL', url: text };
}
