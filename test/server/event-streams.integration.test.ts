import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newIngest } from '../store/models.js';
import { openStream } from './support/open-stream.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const PROGRESS = 'subscription S($id: ID!) { ingestProgress(id: $id) { state } }';

let small: SmallServer;
beforeAll(async () => {
  small = await openSmallServer({ PROBELOG_MAX_ALIASES: '5' });
});
afterAll(() => small.close());

/** An ingest that no worker claims before its time. */
async function idleIngest(name: string) {
  const { store, ingest } = small.small.service;
  const [{ id: probeSetId }] = await store.probeSets.list();
  const source = 'https://example.invalid/x.onnx';
  const { id } = await store.ingests.enqueue({
    ...newIngest(probeSetId, name),
    source,
    request: {},
  });
  await store.ingests.claim('a test', 600_000);
  const body = { query: PROGRESS, variables: { id: Buffer.from(`Ingest:${id}`).toString('base64url') } };
  return { body, end: () => ingest.cancel(id) };
}

const ended = [
  { event: 'next', data: { data: { ingestProgress: { state: 'CANCELLED' } } } },
  { event: 'complete', data: null },
];

describe('an event stream', () => {
  it('begins with how things stand, tells of changes, and says when that was all', async () => {
    const { body, end } = await idleIngest('told');
    const stream = await openStream(small.server.url, body);
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(await stream.next()).toEqual({
      event: 'next',
      data: { data: { ingestProgress: { state: 'RUNNING' } } },
    });
    await end();
    expect(await stream.rest()).toEqual(ended);
    // A comment goes first, so that no client waits for the headers until something happens.
    expect(stream.text()).toMatch(/^:\n\n/);
  });

  it('stops being watched for when its reader goes away', async () => {
    const { body, end } = await idleIngest('left');
    const { url } = await small.beside({ PROBELOG_MAX_SOCKETS: '1' });
    const first = await openStream(url, body);
    await first.next();
    const refused = await openStream(url, body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    await first.close();
    let again = await openStream(url, body);
    for (let turn = 0; again.status === 503 && turn < 100; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      again = await openStream(url, body);
    }
    await end();
    expect(await again.rest()).toEqual([{ event: 'next', data: expect.anything() }, ...ended].slice(-3));
  });

  it('answers a query with one result', async () => {
    const { url } = small.server;
    const stream = await openStream(url, { query: '{ probeSets { name } }' });
    expect(await stream.rest()).toEqual([
      { event: 'next', data: { data: { probeSets: [{ name: 'gradients' }] } } },
      { event: 'complete', data: null },
    ]);
  });

  it('is cut, and not said to be complete, when the server ends', async () => {
    const { body, end } = await idleIngest('drained');
    const other = await small.beside({});
    const stream = await openStream(other.url, body);
    await stream.next();
    const rest = stream.rest();
    await other.close();
    await expect(rest).rejects.toThrow();
    expect(stream.text()).not.toContain('complete');
    await end();
  });
});

describe('an event stream is held to what holds for queries', () => {
  const codes = async (body: object, secret?: string, url = small.server.url) => {
    const stream = await openStream(url, body, {}, secret);
    const [first, last] = await stream.rest();
    return [first.data.errors[0].extensions.code, last.event];
  };

  it('limits of operations', async () => {
    const flood = `{ ${Array.from({ length: 6 }, (_, i) => `a${i}: probeSets { name }`).join(' ')} }`;
    expect(await codes({ query: flood })).toEqual(['OPERATION_TOO_COMPLEX', 'complete']);
    expect(await codes({ query: '{' })).toEqual(['GRAPHQL_PARSE_FAILED', 'complete']);
    expect(await codes({})).toEqual(['GRAPHQL_PARSE_FAILED', 'complete']);
    expect(await codes({ query: '{ nothing }' })).toEqual(['GRAPHQL_VALIDATION_FAILED', 'complete']);
  });

  it('what is not there', async () => {
    const id = Buffer.from('Ingest:00000000-0000-0000-0000-000000000000').toString('base64url');
    expect(await codes({ query: PROGRESS, variables: { id } })).toEqual(['NOT_FOUND', 'complete']);
    expect(await codes({ query: PROGRESS, variables: { id: 'x' } })).toEqual(['ID_INVALID', 'complete']);
  });

  it('listed operations', async () => {
    const hash = createHash('sha256').update(PROGRESS).digest('hex');
    const path = join(small.small.folder, 'listed.json');
    await writeFile(path, JSON.stringify({ [hash]: PROGRESS }));
    const { url } = await small.beside({ PROBELOG_PERSISTED_OPERATIONS: path });
    const { body, end } = await idleIngest('listed');
    await end();
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
    const stream = await openStream(url, { extensions, variables: body.variables });
    expect(await stream.rest()).toEqual(ended);
    const other = await openStream(url, { query: '{ probeSets { name } }' });
    expect(other.status).toBe(400);
    await other.rest();
    expect(other.text()).toContain('OPERATION_UNKNOWN');
  });

  it('requests a minute', async () => {
    const { url } = await small.beside({ PROBELOG_RATE_PER_ADDRESS: '2', PROBELOG_ALLOW_ANONYMOUS: 'read' });
    const bad = `plk_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn++)
      statuses.push((await openStream(url, { query: '{ __typename }' }, {}, bad)).status);
    expect(statuses).toEqual([401, 401, 429]);
  });

  it('the size of a message', async () => {
    const { url } = await small.beside({ PROBELOG_MAX_MESSAGE_BYTES: '1KiB' });
    const stream = await openStream(url, { query: `# ${'x'.repeat(2_000)}\n{ __typename }` });
    expect(stream.status).toBe(413);
  });
});

describe('a page of another site', () => {
  it('opens no stream: not by a link or an EventSource, not by a form, not by a body of another type', async () => {
    const query = encodeURIComponent('{ probeSets { name } }');
    const link = await fetch(`${small.server.url}/graphql/stream?query=${query}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(link.status).toBe(404);
    for (const type of [
      'text/plain',
      'text/plain; x=application/json',
      'application/x-www-form-urlencoded',
    ]) {
      const stream = await openStream(
        small.server.url,
        { query: '{ probeSets { name } }' },
        { 'content-type': type },
      );
      expect([400, 415], type).toContain(stream.status);
      await stream.rest();
      expect(stream.text()).not.toContain('gradients');
    }
  });

  it('gets a preflight by the browser, and only a listed one is let in', async () => {
    const origin = 'https://models.example.org';
    const { url } = await small.beside({ PROBELOG_CORS_ORIGINS: origin });
    const preflight = (from: string) =>
      fetch(`${url}/graphql/stream`, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBe(origin);
    expect(
      (await preflight('https://elsewhere.example')).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const stream = await openStream(url, { query: '{ __typename }' }, { origin });
    expect(stream.headers.get('access-control-allow-origin')).toBe(origin);
    await stream.rest();
  });
});

describe('once there is a key', () => {
  it('a stream takes one, with the scope, and does not outlive it', async () => {
    const reader = await small.key(['READ']);
    const { body, end } = await idleIngest('secret');
    expect((await openStream(small.server.url, body)).status).toBe(401);
    const ingestOnly = await small.key(['INGEST']);
    const gallery = await openStream(small.server.url, { query: '{ gallery { logits } }' }, {}, ingestOnly);
    expect((await gallery.next())?.data.errors[0].extensions.code).toBe('FORBIDDEN');

    const stream = await openStream(small.server.url, body, {}, reader);
    expect((await stream.next())?.data.data).toEqual({ ingestProgress: { state: 'RUNNING' } });
    const { apiKeys } = small.small.service.store;
    const prefix = reader.split('_')[1];
    const record = await apiKeys.byPrefix(prefix);
    await apiKeys.revoke(record?.id ?? '');
    small.small.service.access.keyChanged(prefix);
    await end();
    const [last, complete] = await stream.rest();
    expect(last.data).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(last.data.data).toBeUndefined();
    expect(complete.event).toBe('complete');
  });
});
