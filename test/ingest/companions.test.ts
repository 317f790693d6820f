import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { meanColour } from '../probing/support/made-models.js';
import { type Loopback, startLoopback } from '../registries/loopback.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

const LABELS = ['a', 'b', 'c', 'd'];
const MEAN = [0.25, 0.5, 0.75];

let small: SmallService;
let server: Loopback;
/** How often each companion is not answered as it should be, by its name. */
let faults: Record<string, number>;
let fault: RequestListener;
beforeAll(async () => {
  server = await startLoopback((request, response) => {
    const name = request.url?.split('/').at(-1) ?? '';
    if (faults[name]-- > 0) return fault(request, response);
    if (name.endsWith('.onnx')) response.end(meanColour());
    else if (name === 'config.json') response.end(JSON.stringify(LABELS));
    else if (name === 'preprocessor_config.json')
      response.end(JSON.stringify({ mean: MEAN, std: [1, 1, 1], scale: 1 / 255 }));
    else response.writeHead(404).end();
  });
  small = await openSmallService({
    environment: {
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
      PROBELOG_DOWNLOAD_STALL_SECONDS: '1',
      PROBELOG_INGEST_ATTEMPTS: '3',
      PROBELOG_RETRY_SECONDS: '0.01',
    },
  });
});
beforeEach(() => {
  faults = {};
});
afterAll(async () => {
  await small.close();
  await server.close();
});

const ingested = () => small.ingest(`${server.url}/model.onnx`, { preprocessing: undefined });
const modelOf = async (id: string) => (await small.service.store.models.byIds([id]))[0];

it.each([
  ['no time', (_, response) => response.writeHead(503).end()],
  ['a fault', (_, response) => response.writeHead(500).end()],
  ['no answer', () => undefined],
  ['a broken connection', (request) => request.socket.destroy()],
] satisfies [string, RequestListener][])(
  'labels and preprocessing are not lost to a server that has %s',
  async (_, listener) => {
    fault = listener;
    faults = { 'config.json': 1, 'preprocessor_config.json': 1 };
    const { state, modelId } = await ingested();
    expect(state).toBe('SUCCEEDED');
    expect(await modelOf(modelId)).toMatchObject({ labels: LABELS, preprocessing: { mean: MEAN } });
  },
);

it.each([404, 403, 401, 410])('%i means that there are none', async (status) => {
  fault = (_, response) => response.writeHead(status).end();
  faults = { 'config.json': 9, 'preprocessor_config.json': 9 };
  const { state, modelId } = await ingested();
  expect(state).toBe('SUCCEEDED');
  expect(await modelOf(modelId)).toMatchObject({ labels: null });
});

it('a model whose source is away is probed again as before', async () => {
  const { modelId } = await ingested();
  fault = (_, response) => response.writeHead(503).end();
  faults = { 'config.json': 9, 'preprocessor_config.json': 9, 'model.onnx': 9 };
  const before = await modelOf(modelId);
  const { id } = await small.service.ingest.reprobe(modelId);
  expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await modelOf(modelId)).toMatchObject({ labels: LABELS, preprocessing: before?.preprocessing });
});
