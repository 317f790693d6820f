import { afterAll, beforeAll, expect, it } from 'vitest';
import { askBySocket } from './support/ask-by-socket.js';
import { type HungServer, openHungServer } from './support/hung-server.js';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let hung: HungServer;
beforeAll(async () => {
  small = await openSmallServer();
  hung = await openHungServer(small, await small.model('one'), { operationSeconds: 1 });
});
afterAll(async () => {
  await hung?.server.close();
  await small?.close();
});

it('while as many operations as allowed run, others get Retry-After', async () => {
  const { server, query, nextSearch } = hung;
  const search = nextSearch();
  const first = askAt(server.url, query);
  await search;
  const refused = await askAt(server.url, '{ __typename }');
  expect([refused.status, refused.errors?.[0].extensions.code]).toEqual([503, 'SERVER_BUSY']);
  expect(refused.headers.get('retry-after')).toBe('1');
  await expect(askBySocket(server.url, '{ __typename }')).resolves.toMatchObject({
    errors: [{ extensions: { code: 'SERVER_BUSY' } }],
  });
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  await first;
});

it('an operation that takes too long is ended with its searches, and its place is free again', async () => {
  const { server, query, nextSearch } = hung;
  const search = nextSearch();
  const { status, errors } = await askAt(server.url, query);
  expect([status, errors?.[0].extensions]).toMatchObject([504, { code: 'OPERATION_TIMEOUT', seconds: 1 }]);
  expect((await search).aborted).toBe(true);
  expect((await askAt(server.url, '{ __typename }')).status).toBe(200);
});

it('so is one on a WebSocket', async () => {
  const { server, query, nextSearch } = hung;
  const search = nextSearch();
  await expect(askBySocket(server.url, query)).resolves.toMatchObject({
    errors: [{ extensions: { code: 'OPERATION_TIMEOUT' } }],
  });
  expect((await search).aborted).toBe(true);
  expect((await askAt(server.url, '{ __typename }')).status).toBe(200);
});
