import { afterEach, describe, expect, it } from 'vitest';
import { createClient, ModelDocument, RemoveModelDocument } from '../../src/client/index.js';
import { delayOf } from '../../src/client/retrying.js';
import {
  type Answer,
  broken,
  json,
  openScriptedServer,
  refusal,
  type ScriptedServer,
} from './support/scripted-server.js';

let server: ScriptedServer;
afterEach(() => server.close());

const fine = json({ data: { model: null, removeModel: true } });

async function clientOf(...answers: Answer[]) {
  server = await openScriptedServer(...answers);
  return createClient({ url: server.url });
}

describe('a query is sent again', () => {
  it.each([
    ['the connection breaks', broken],
    ['a proxy has no server behind it', (response) => void response.writeHead(502).end('<html>')],
    ['the search process is being started', refusal('SEARCH_UNAVAILABLE', 200)],
    ['the server has too much to do', refusal('SERVER_BUSY', 503)],
  ] satisfies [string, Answer][])('when %s', async (_, answer) => {
    const client = await clientOf(answer, answer, fine);
    expect(await client.model('x')).toBeNull();
    expect(server.asked).toHaveLength(3);
    expect(new Set(server.asked.map(({ body }) => body)).size).toBe(1);
  });

  it('after the time that the server said, or twice as long each time, and not at once with all others', () => {
    expect(delayOf(0, 3)).toBeGreaterThanOrEqual(3_000);
    for (const [turn, longest] of [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000].entries()) {
      expect(delayOf(turn)).toBeGreaterThanOrEqual(longest / 2);
      expect(delayOf(turn)).toBeLessThanOrEqual(longest);
    }
    expect(new Set(Array.from({ length: 10 }, () => delayOf(1))).size).toBeGreaterThan(1);
  });

  it('not more often than is allowed', async () => {
    server = await openScriptedServer(broken);
    const client = createClient({ url: server.url, retries: 1 });
    await expect(client.model('x')).rejects.toMatchObject({ code: 'NETWORK' });
    expect(server.asked).toHaveLength(2);
  });

  it('not when the server says to come again in an hour, nor when it would not help', async () => {
    const later = await clientOf(refusal('RATE_LIMITED', 429, { 'retry-after': '3600' }));
    await expect(later.model('x')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 3600 });
    expect(server.asked).toHaveLength(1);
    await server.close();
    const wrong = await clientOf(refusal('ID_INVALID', 200));
    await expect(wrong.model('x')).rejects.toMatchObject({ code: 'ID_INVALID' });
    expect(server.asked).toHaveLength(1);
  });

  it('no more once it was aborted, however long it would have waited', async () => {
    const client = await clientOf(refusal('RATE_LIMITED', 429, { 'retry-after': '100' }));
    const abort = new AbortController();
    const asked = client.query(ModelDocument, { id: 'x' }, { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await expect(asked).rejects.toMatchObject({ code: 'ABORTED' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('a mutation is sent again', () => {
  it('when the server refused it before doing anything', async () => {
    const client = await clientOf(refusal('SERVER_BUSY', 503, { 'retry-after': '0' }), fine);
    expect(await client.query(RemoveModelDocument, { id: 'x' })).toMatchObject({ removeModel: true });
    expect(server.asked).toHaveLength(2);
  });

  it('but not when one field of it was refused; a query is', async () => {
    const errors = [{ message: 'Busy.', path: ['other'], extensions: { code: 'SERVER_BUSY' } }];
    const partly = json({ data: { removeModel: true, other: null }, errors });
    const client = await clientOf(partly, fine);
    const refused = { code: 'SERVER_BUSY', details: { path: ['other'] } };
    await expect(client.query(RemoveModelDocument, { id: 'x' })).rejects.toMatchObject(refused);
    expect(server.asked).toHaveLength(1);
    await server.close();
    const asking = await clientOf(partly, fine);
    expect(await asking.model('x')).toBeNull();
  });

  it('but not when it may have been done', async () => {
    const client = await clientOf(broken, fine);
    await expect(client.query(RemoveModelDocument, { id: 'x' })).rejects.toMatchObject({ code: 'NETWORK' });
    expect(server.asked).toHaveLength(1);
  });
});

describe('an ingest is followed', () => {
  const refused = (seconds: string) => refusal('RATE_LIMITED', 429, { 'retry-after': seconds });

  it('again only after the time that the server said', async () => {
    const client = await clientOf(refused('100'));
    // Twice as long as the longest first wait where the server says nothing.
    const signal = AbortSignal.timeout(500);
    await expect(client.follow('x', { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(server.asked).toHaveLength(1);
  });

  it('no more when the server says to come again in an hour', async () => {
    const client = await clientOf(refused('3600'));
    await expect(client.follow('x')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 3600 });
    expect(server.asked).toHaveLength(1);
  });
});

it('a key that does not come is waited for as long as for an answer, and no longer than is wanted', async () => {
  server = await openScriptedServer(fine);
  const key = () => new Promise<string>(() => undefined);
  const client = createClient({ url: server.url, key, timeoutMs: 50 });
  await expect(client.model('x')).rejects.toMatchObject({ code: 'TIMEOUT' });
  const patient = createClient({ url: server.url, key });
  const asked = patient.model('x', { signal: AbortSignal.timeout(50) });
  await expect(asked).rejects.toMatchObject({ code: 'ABORTED' });
  expect(server.asked).toEqual([]);
});
