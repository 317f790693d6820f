import aws4 from 'aws4';
import { ProbelogError } from '../errors/index.js';
import type { ConfiguredOrigin, RemoteFile } from './remote-file.js';

/** An S3 store, and what may be read from it. */
export interface S3Connection {
  /** Such as `https://s3.eu-central-1.amazonaws.com`, or the endpoint of a compatible store. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** For temporary credentials. */
  sessionToken?: string;
  /**
   * Buckets, or `bucket/prefix`, that may be read. Threat model: callers name the object, and it is read with the operator's
   * credentials. Without this list they could read everything that those allow.
   */
  allowed: readonly string[];
}

const ADVICE =
  'The credentials of PROBELOG_S3_ACCESS_KEY_ID must allow s3:GetObject, and PROBELOG_S3_REGION must be the region of the bucket.';

/** Reads objects of an S3 store, by path-style URLs, which every compatible store supports. */
export class S3Bucket {
  private readonly base: string;
  private readonly at: ConfiguredOrigin;

  constructor(private readonly connection: S3Connection) {
    this.base = connection.endpoint.replace(/\/+$/, '');
    this.at = {
      origin: new URL(this.base).origin,
      headers: (url) => signature(url, connection),
      advice: ADVICE,
    };
  }

  /** @param uri `s3://bucket/key` @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN */
  file(uri: string): RemoteFile {
    const match = /^s3:\/\/([a-z\d][a-z\d.-]{1,61}[a-z\d])\/([^?#]+)$/.exec(uri);
    if (!match) throw new ProbelogError('INPUT_INVALID', 'The source is not of the form s3://bucket/key.');
    const [, bucket, key] = match;
    // A URL with such parts would be normalized to that of another object.
    if (key.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      throw new ProbelogError(
        'INPUT_INVALID',
        'The key has an empty part, or the part . or .., which is not supported.',
      );
    }
    if (!this.isAllowed(`${bucket}/${key}`)) {
      throw new ProbelogError(
        'SOURCE_FORBIDDEN',
        'The object is not in a bucket that models may be read from. Allow its bucket with PROBELOG_S3_BUCKETS.',
      );
    }
    const path = key.split('/').map(encoded).join('/');
    return { url: `${this.base}/${bucket}/${path}`, at: this.at };
  }

  /**
   * The list of the objects in a folder, which needs s3:ListBucket; null when the folder may not be read.
   *
   * @param folder URL of a {@link file} up to a slash
   */
  listing(folder: string): RemoteFile | null {
    const [bucket, ...parts] = folder
      .slice(this.base.length + 1)
      .split('/')
      .map(decodeURIComponent);
    const prefix = parts.map((part) => `${part}/`).join('');
    if (!this.isAllowed(`${bucket}/${prefix}`)) return null;
    const query = `delimiter=%2F&list-type=2&prefix=${encoded(prefix)}`;
    return { url: `${this.base}/${bucket}?${query}`, at: this.at };
  }

  private isAllowed(path: string): boolean {
    return this.connection.allowed.some((allowed) => path.startsWith(`${allowed}/`));
  }
}

/** Percent-encodes as AWS signs it: everything but letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signature(url: URL, { region, accessKeyId, secretAccessKey, sessionToken }: S3Connection) {
  const signed = aws4.sign(
    { service: 's3', region, method: 'GET', host: url.host, path: url.pathname + url.search },
    { accessKeyId, secretAccessKey, sessionToken },
  );
  const { Host: _, ...headers } = signed.headers as Record<string, string>;
  return headers;
}
