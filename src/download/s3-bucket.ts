import aws4 from 'aws4';
import { ProbelogError } from '../errors/index.js';
import type { ConfiguredOrigin, RemoteFile } from './remote-file.js';

/** Where objects are, and what is shown there. */
export interface S3Connection {
  /** Such as https://s3.eu-central-1.amazonaws.com, or that of a compatible store. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials. */
  sessionToken?: string;
  /**
   * What may be read: buckets, or `bucket/prefix`. Whoever may register a model names the object, and it is read with the
   * operator's credentials; without such a list they could read whatever these open.
   */
  allowed: readonly string[];
}

const ADVICE =
  'The credentials of PROBELOG_S3_ACCESS_KEY_ID must allow s3:GetObject, and PROBELOG_S3_REGION must be that of the bucket.';

/** Objects of an S3 store, by path-style addresses that every compatible store knows. */
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
    if (!match) throw new ProbelogError('INPUT_INVALID', 'The source is no s3://bucket/key.');
    const [, bucket, key] = match;
    // An address with these would be shortened on its way, to that of another object.
    if (key.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      throw new ProbelogError(
        'INPUT_INVALID',
        'A key with empty parts, or parts of full stops, is not read.',
      );
    }
    const isAllowed = this.connection.allowed.some((allowed) => `${bucket}/${key}`.startsWith(`${allowed}/`));
    if (!isAllowed) {
      throw new ProbelogError(
        'SOURCE_FORBIDDEN',
        'The object is not in a bucket from which models may be read (PROBELOG_S3_BUCKETS).',
      );
    }
    const path = key.split('/').map(encoded).join('/');
    return { url: `${this.base}/${bucket}/${path}`, at: this.at };
  }
}

/** As AWS signs it: everything but letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signature(url: URL, { region, accessKeyId, secretAccessKey, sessionToken }: S3Connection) {
  const signed = aws4.sign(
    { service: 's3', region, method: 'GET', host: url.host, path: url.pathname },
    { accessKeyId, secretAccessKey, sessionToken },
  );
  const { Host: _, ...headers } = signed.headers as Record<string, string>;
  return headers;
}
