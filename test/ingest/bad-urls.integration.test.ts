import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallService, type SmallService } from './support/small-service.js';

const LIMIT = 20_000;
let small: SmallService;
let server: Server;
let url: string;

const ANSWERS: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/good.onnx': (_, response) => response.end(meanColor()),
  '/hangs.onnx': (_, response) => response.write(meanColor().subarray(0, 50)),
  '/silent.onnx': () => undefined,
  '/endless.onnx': (_, response) => {
    const send = () => {
      while (response.write(Buffer.alloc(4_096)));
    };
    response.on('drain', send);
    send();
  },
  '/declared.onnx': (_, response) => response.setHeader('content-length', 2 ** 40).flushHeaders(),
  '/elsewhere.onnx': (_, response) => response.writeHead(302, { location: 'http://169.254.10.10/x' }).end(),
  '/circle.onnx': (_, response) => response.writeHead(302, { location: '/circle.onnx' }).end(),
};

beforeAll(async () => {
  small = await openSmallService({
    environment: {
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.0/8',
      PROBELOG_DOWNLOAD_STALL_SECONDS: '1',
      PROBELOG_INGEST_ATTEMPTS: '1',
      PROBELOG_MAX_MODEL_BYTES: String(LIMIT),
    },
  });
  server = createServer((request, response) => {
    const answer = ANSWERS[request.url ?? ''];
    if (answer) answer(request, response);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await small.close();
});

describe('an ingest from a URL', () => {
  it('succeeds when the URL gives a model', async () => {
    expect((await small.ingest(`${url}/good.onnx`)).state).toBe('SUCCEEDED');
  });

  it.each([
    ['/none.onnx', 'SOURCE_NOT_FOUND'],
    ['/hangs.onnx', 'SOURCE_TIMEOUT'],
    ['/silent.onnx', 'SOURCE_TIMEOUT'],
    ['/endless.onnx', 'MODEL_TOO_LARGE'],
    ['/declared.onnx', 'MODEL_TOO_LARGE'],
    ['/elsewhere.onnx', 'SOURCE_FORBIDDEN'],
    ['/circle.onnx', 'SOURCE_UNREACHABLE'],
  ])('%s: %s, and nothing is kept', async (path, code) => {
    const { modelId, ...ingest } = await small.ingest(`${url}${path}`);
    expect([ingest.state, ingest.errorCode]).toEqual(['FAILED', code]);
    const [model] = await small.service.store.models.byIds([modelId]);
    expect([model?.fileDigest, model?.responsesDigest]).toEqual([null, null]);
  });
});
