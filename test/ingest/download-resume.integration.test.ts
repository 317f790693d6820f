import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { meanColor } from '../probing/support/made-models.js';
import { sendFile, startLoopback } from '../registries/loopback.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { openSmallService, settled } from './support/small-service.js';

const MODEL = meanColor();
const HALF = 60;

it('an ingest whose process ended continues its download where it stopped', { timeout: 60_000 }, async () => {
  const dataFolder = await temporaryFolder();
  const downloads = join(dataFolder, 'downloads');
  let ready = false;
  const server = await startLoopback((request, response) => {
    if (ready || !request.url?.endsWith('.onnx')) {
      return request.url?.endsWith('.onnx')
        ? sendFile(request, response, MODEL, '"v1"')
        : response.writeHead(404).end();
    }
    response.writeHead(200, { etag: '"v1"', 'content-length': MODEL.length }).write(MODEL.subarray(0, HALF));
  });
  const environment = { PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1' };
  const first = await openSmallService({ dataFolder, environment });
  const { id } = await first.enqueue(`${server.url}/model.onnx`);
  for (let size = 0; size < HALF; await pause(10)) {
    const [part] = (await readdir(downloads).catch(() => [])).filter((name) => name.endsWith('.part'));
    size = part === undefined ? 0 : (await stat(join(downloads, part))).size;
  }
  await first.close();
  ready = true;
  const second = await openSmallService({ dataFolder, environment });
  expect(await settled(second.service, id)).toMatchObject({ state: 'SUCCEEDED' });
  const asked = server.requests.filter(({ url }) => url.endsWith('.onnx'));
  expect(asked.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${HALF}-`]);
  expect(await readdir(downloads)).toEqual([]);
  await second.close();
  await server.close();
});
