import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSmall, S3Bucket } from '../../src/download/index.js';
import { type Loopback, startLoopback } from '../registries/loopback.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const LIMITS = { privateAddresses: [], stallMs: 2_000, maxBytes: 1_000 };
const KEY = "vögel/v 1/mo'del+(1).onnx";
const LIST = '<ListBucketResult><Contents><Key>vögel/v 1/labels.txt</Key></Contents></ListBucketResult>';
const OBJECTS = new Map([
  [`/models/${KEY}`, 'the object'],
  ['/models?delimiter=/&list-type=2&prefix=vögel/v 1/', LIST],
]);

let store: Loopback;
beforeAll(async () => {
  store = await startLoopback((request, response) => {
    const content = OBJECTS.get(decodeURIComponent(request.url ?? ''));
    if (!isSigned(request)) response.writeHead(403).end('SignatureDoesNotMatch');
    else response.writeHead(content ? 200 : 404).end(content);
  });
});
afterAll(() => store.close());

const bucket = (changed = {}) =>
  new S3Bucket({
    endpoint: store.url,
    region: 'eu-central-1',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: SECRET,
    allowed: ['models', 'shared/onnx'],
    ...changed,
  });
const read = async (uri: string, of = bucket()) => (await readSmall(of.file(uri), LIMITS)).toString();

it('reads an object with a signed request, whatever its key', async () => {
  expect(await read(`s3://models/${KEY}`)).toBe('the object');
});

it('sends the token of temporary credentials, signed', async () => {
  expect(await read(`s3://models/${KEY}`, bucket({ sessionToken: 'session' }))).toBe('the object');
  expect(store.requests.at(-1)?.headers['x-amz-security-token']).toBe('session');
});

it('tells bad credentials from missing objects', async () => {
  await expect(read(`s3://models/${KEY}`, bucket({ secretAccessKey: 'x' }))).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    message: expect.stringContaining('PROBELOG_S3_ACCESS_KEY_ID'),
  });
  await expect(read('s3://models/none.onnx')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

it('lists a folder that may be read with a signed request', async () => {
  const { url } = bucket().file(`s3://models/${KEY}`);
  const listing = bucket().listing(url.slice(0, url.lastIndexOf('/')));
  expect(listing && (await readSmall(listing, LIMITS)).toString()).toBe(LIST);
  expect(bucket().listing(`${store.url}/shared/onnx`)).not.toBeNull();
  expect(bucket().listing(`${store.url}/shared`)).toBeNull();
});

describe('allowed buckets', () => {
  it.each(['s3://models/a.onnx', 's3://shared/onnx/a.onnx'])('%s is', (uri) => {
    expect(bucket().file(uri).url).toContain('/a.onnx');
  });

  it.each([
    ['s3://other/a.onnx', 'SOURCE_FORBIDDEN'],
    ['s3://models2/a.onnx', 'SOURCE_FORBIDDEN'],
    ['s3://shared/a.onnx', 'SOURCE_FORBIDDEN'],
    ['s3://shared/onnx2/a.onnx', 'SOURCE_FORBIDDEN'],
    ['s3://shared/onnx/../secret', 'INPUT_INVALID'],
    ['s3://shared/onnx//a', 'INPUT_INVALID'],
    ['s3://models', 'INPUT_INVALID'],
    ['s3://models/a?versionId=1', 'INPUT_INVALID'],
  ])('%s is not: %s', (uri, code) => {
    expect(() => bucket().file(uri)).toThrow(expect.objectContaining({ code }));
  });
});

/** Signature version 4 by its description, independent of the package that signs. */
function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/s3\/aws4_request), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!match) return false;
  const [, , scope, day, region, names, signature] = match;
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-date')) return false;
  if (headers['x-amz-security-token'] && !signed.includes('x-amz-security-token')) return false;
  const lines = signed.map((name) => `${name}:${headers[name]}\n`).join('');
  const [path, query = ''] = (url ?? '').split('?');
  const request = [method, path, query, lines, names, headers['x-amz-content-sha256']].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    scope,
    createHash('sha256').update(request).digest('hex'),
  ].join('\n');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), region), 's3'), 'aws4_request');
  return hmac(key, text).toString('hex') === signature;
}
