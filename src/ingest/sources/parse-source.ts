import { resolve } from 'node:path';
import type { RemoteFile } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { isRegistryScheme, REGISTRY_SCHEMES, type RegistryScheme } from '../../lib/registry-schemes.js';

/** A file on this machine. */
export interface LocalFile {
  path: string;
  /** The allowed folder that it must lie in; any folder when absent. */
  within?: string;
  /**
   * The folder in which the caller named the file, when that is a link to `path`: the other files of the model are there, as in the
   * cache of huggingface_hub.
   */
  named?: string;
}

/** A model file on this machine, or behind an http(s) URL. */
export type FileSource =
  | ({ kind: 'FILE' } & LocalFile)
  | { kind: 'URL'; file: RemoteFile; listing?: FolderListing };

/** The list of the files in a folder, by its URL without a slash at the end; null when it may not be read. */
export type FolderListing = (folder: string) => RemoteFile | null;

/** A model version in a registry, by a URI that only a connection to that registry can resolve. */
export interface RegistrySource {
  kind: 'REGISTRY';
  /** The registry's name for people. */
  registry: string;
  scheme: RegistryScheme;
  uri: string;
}

/** An object of an S3 store: `s3://bucket/key`. */
export interface ObjectSource {
  kind: 'OBJECT';
  uri: string;
}

/** A model that its caller uploaded: `upload:<id>/<file>`. */
export interface UploadSource {
  kind: 'UPLOAD';
  id: string;
  /** undefined: the only model in it. */
  file: string | undefined;
}

/** Where a model file is read from. */
export type Source = FileSource | ObjectSource | RegistrySource | UploadSource;

/**
 * Parses the `source` of an ingest request.
 *
 * @param local what the check of a path found: see {@link LocalFile}
 * @throws ProbelogError SOURCE_FORBIDDEN for any scheme but http, https, s3, upload and those of registries; INPUT_INVALID when the
 * text is empty or not a URL. `file:` URLs are refused too: a path says the same without looking remote.
 */
export function parseSource(text: string, local: Omit<LocalFile, 'path'> = {}): Source {
  if (text.trim() === '' || text.includes('\0')) {
    throw new ProbelogError('INPUT_INVALID', 'The source is empty. Use a path or an http(s) URL.');
  }
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(text)?.[1].toLowerCase();
  if (scheme === undefined) return { kind: 'FILE', path: resolve(text), ...local };
  if (isRegistryScheme(scheme)) {
    return { kind: 'REGISTRY', registry: REGISTRY_SCHEMES[scheme], scheme, uri: text };
  }
  if (scheme === 'upload') {
    const [id, ...file] = text.slice('upload:'.length).split('/');
    return { kind: 'UPLOAD', id, file: file.length > 0 ? file.join('/') : undefined };
  }
  if (scheme === 's3') return { kind: 'OBJECT', uri: text };
  if (scheme !== 'http' && scheme !== 'https') {
    throw schemeForbidden(scheme);
  }
  if (!URL.canParse(text)) throw new ProbelogError('INPUT_INVALID', 'The source is not a well-formed URL.');
  return { kind: 'URL', file: { url: text } };
}

export function schemeForbidden(scheme: string): ProbelogError {
  return new ProbelogError(
    'SOURCE_FORBIDDEN',
    `Sources with the scheme ${scheme}: are not allowed. Use a path or an http(s) URL.`,
  );
}
