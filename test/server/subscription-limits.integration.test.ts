import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type HungServer, openHungServer } from './support/hung-server.js';
import { openStream } from './support/open-stream.js';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

/** Each event of it asks for a search. */
const QUERY = `subscription S($id: ID!) { ingestProgress(id: $id) {
  state model { logits(first: 1) { edges { node { similar(first: 1) { totalCount } } } } } } }`;

let small: SmallServer;
let hung: HungServer;
let variables: { id: string };
beforeAll(async () => {
  small = await openSmallServer();
  hung = await openHungServer(small, await small.model('one'));
  const { data } = await small.ask('{ ingests(first: 1) { edges { node { id } } } }');
  variables = { id: data.ingests.edges[0].node.id };
});
afterAll(async () => {
  await hung?.server.close();
  await small?.close();
});

/** The one operation at a time that the server takes is free. */
const isFree = async () => (await askAt(hung.server.url, '{ __typename }')).status === 200;

it('an event is answered in the time that an operation may take, and counts among those worked on', async () => {
  const short = await openHungServer(small, await small.model('other'), { operationSeconds: 1 });
  const search = short.nextSearch();
  const stream = await openStream(short.server.url, { query: QUERY, variables });
  const signal = await search;
  expect((await askAt(short.server.url, '{ __typename }')).status).toBe(503);
  const [event] = await stream.rest();
  expect(event.data).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TIMEOUT' } }] });
  expect(signal.aborted).toBe(true);
  expect((await askAt(short.server.url, '{ __typename }')).status).toBe(200);
  await short.server.close();
});

it('an event for which there is no place waits for one', async () => {
  const search = hung.nextSearch();
  const first = await openStream(hung.server.url, { query: QUERY, variables });
  await search;
  const second = await openStream(hung.server.url, {
    query: 'subscription S($id: ID!) { ingestProgress(id: $id) { state } }',
    variables,
  });
  const answer = second.next();
  expect(await isFree()).toBe(false);
  await first.close();
  expect((await answer)?.data).toEqual({ data: { ingestProgress: { state: 'SUCCEEDED' } } });
  await second.close();
});

it('an event stream whose reader goes away ends the searches of its event', async () => {
  const search = hung.nextSearch();
  const stream = await openStream(hung.server.url, { query: QUERY, variables });
  const signal = await search;
  await stream.close();
  await expect.poll(() => signal.aborted).toBe(true);
  await expect.poll(isFree).toBe(true);
});

it('so does who ends a subscription on a WebSocket that stays open', async () => {
  const client = createClient({
    url: `${hung.server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
  });
  const search = hung.nextSearch();
  const events = client.iterate({ query: QUERY, variables });
  const signal = await search;
  await events.return?.();
  await expect.poll(() => signal.aborted).toBe(true);
  await expect.poll(isFree).toBe(true);
  await client.dispose();
});
