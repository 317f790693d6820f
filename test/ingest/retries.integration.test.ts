import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

const ATTEMPTS = 3;
let small: SmallService;
let server: Server;
let url: string;
/** Status codes that a path answers before it gives a model; the last is repeated when it is none of 200. */
const answers = new Map<string, number[]>();

beforeAll(async () => {
  small = await openSmallService({
    environment: {
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.0/8',
      PROBELOG_INGEST_ATTEMPTS: String(ATTEMPTS),
      PROBELOG_RETRY_SECONDS: '0.05',
    },
  });
  server = createServer((request, response) => {
    const left = answers.get(request.url ?? '') ?? [404];
    const status = (left.length > 1 ? left.shift() : left[0]) ?? 404;
    response.writeHead(status).end(status === 200 ? meanColor() : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await small.close();
});

async function ingest(path: string, ...statuses: number[]) {
  answers.set(path, statuses);
  return small.ingest(`${url}${path}`);
}

it('a source that recovers after two failures: the third attempt succeeds', async () => {
  expect(await ingest('/back.onnx', 503, 500, 200)).toMatchObject({
    state: 'SUCCEEDED',
    attempts: 3,
    failures: 2,
    errorCode: null,
  });
});

it('a source that stays down: FAILED with the error and the number of attempts', async () => {
  expect(await ingest('/away.onnx', 503)).toMatchObject({
    state: 'FAILED',
    errorCode: 'SOURCE_UNREACHABLE',
    errorMessage: expect.stringMatching(/503.*It was tried 3 times\.$/),
    attempts: ATTEMPTS,
    nextAttemptAt: null,
  });
});

it('a sidecar file that must be fetched again: the model file is not', async () => {
  answers.set('/beside/config.json', [503, 404]);
  expect(await ingest('/beside/model.onnx', 200, 410)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
});

it('a source that denies access: one attempt', async () => {
  expect(await ingest('/forbidden.onnx', 403)).toMatchObject({ state: 'FAILED', attempts: 1 });
});

it('a file that is not a model: one attempt', async () => {
  const bad = await small.ingest(Buffer.from('no model'));
  expect(bad).toMatchObject({ state: 'FAILED', errorCode: 'MODEL_NOT_ONNX', attempts: 1 });
});

it('a failed ingest succeeds under the same id when it is retried', async () => {
  const parked = await ingest('/later.onnx', 503);
  answers.set('/later.onnx', [200]);
  await small.service.ingest.retry(parked.id);
  expect(await settled(small.service, parked.id)).toMatchObject({
    state: 'SUCCEEDED',
    attempts: ATTEMPTS + 1,
    errorMessage: null,
  });
});

it('an ingest that waits for another attempt can be cancelled', async () => {
  const slow = await openSmallService({ environment: { PROBELOG_PRIVATE_ADDRESSES: '127.0.0.0/8' } });
  try {
    answers.set('/waits.onnx', [503]);
    const { id } = await slow.enqueue(`${url}/waits.onnx`);
    for await (const { nextAttemptAt } of slow.service.ingest.watch(id)) if (nextAttemptAt) break;
    await slow.service.ingest.cancel(id);
    expect(await settled(slow.service, id)).toMatchObject({ state: 'CANCELLED', nextAttemptAt: null });
  } finally {
    await slow.close();
  }
});
