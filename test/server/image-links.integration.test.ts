import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let logit: string;
let plain: string;
let keys: { read: string; ingest: string };
beforeAll(async () => {
  small = await openSmallServer({ PROBELOG_RATE_PER_ADDRESS: '6' });
  const model = await small.model('one');
  const key = Buffer.from(model, 'base64url').toString().split(':')[1];
  logit = Buffer.from(`Logit:${key}:0`).toString('base64url');
  plain = await urlFor();
  keys = { read: await small.key(['READ']), ingest: await small.key(['INGEST']) };
});
afterAll(() => small.close());

const QUERY = 'query Q($logit: ID!) { logit(id: $logit) { topProbes(first: 1) { probe { url } } } }';
async function urlFor(secret?: string): Promise<string> {
  const { data } = await small.ask(QUERY, { logit }, secret);
  return data.logit.topProbes[0].probe.url;
}
const get = (path: string, headers = {}) => fetch(small.server.url + path, { headers });

it('a caller that needs no key gets the plain URL', () => {
  expect(plain).toMatch(/^\/probes\/[\w-]+$/);
});

it('a caller with a key gets a URL that a browser opens without it', async () => {
  const url = await urlFor(keys.read);
  expect(url.startsWith(`${plain}?until=`)).toBe(true);
  const image = await get(url);
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect(image.headers.get('cache-control')).toContain('immutable');
  expect(image.headers.get('content-security-policy')).toContain('sandbox');
  expect(await urlFor(keys.read)).toBe(url);
  expect(url).not.toContain(keys.read.split('_')[1]);
});

it('a key with the header still opens the plain address, if it may read', async () => {
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  expect((await get(plain, bearer(keys.read))).status).toBe(200);
  expect((await get(plain, bearer(keys.ingest))).status).toBe(403);
});

it('such an address is not counted, so that a page may show more images than a stranger may ask', async () => {
  const url = await urlFor(keys.read);
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(url)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
});

it('a thumbnail has the signature of its image', async () => {
  const { data } = await small.ask(QUERY.replace('url', 'url small: url(size: 64)'), { logit }, keys.read);
  const { url, small: thumbnail } = data.logit.topProbes[0].probe;
  expect(thumbnail).toBe(`${url}&size=64`);
  const image = await get(thumbnail);
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp']);
});

it('it opens no other image, and nothing but images', async () => {
  const query = new URL(await urlFor(keys.read), small.server.url).search;
  const other = Buffer.from('Probe:00000000-0000-0000-0000-000000000000').toString('base64url');
  const id = plain.split('/').at(-1);
  const answers = await Promise.all(
    [`/probes/${other}${query}`, plain, `${plain}${query}0`, `/probe-sets/gradients/kit.tar${query}`].map(
      (path) => get(path),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  const upload = await fetch(`${small.server.url}/models/${id}/responses${query}`, {
    method: 'PUT',
    body: 'x',
  });
  expect([401, 429]).toContain(upload.status);
});
