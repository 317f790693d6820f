import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, type ProbelogClient, RegisterModelDocument } from '../../src/client/index.js';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { npyFile } from '../ingest/support/array-files.js';
import { json, openScriptedServer, refusal } from './support/scripted-server.js';

let demo: DemoService;
let client: ProbelogClient;
beforeAll(async () => {
  demo = await openDemoService();
  client = createClient({ url: demo.server.url });
});
afterAll(() => demo.close());

it('a model that is run elsewhere: its images are fetched, its responses sent, in whatever form they are', async () => {
  const input = { name: 'herbarium', version: '4', labels: ['oak', 'beech'] };
  const { registerModel: model } = await client.query(RegisterModelDocument, { input });
  const kit = await client.kit(model.probeSet.name);
  expect(kit.digest).toBe(model.probeSet.digest);
  let bytes = 0;
  for await (const piece of kit.archive) bytes += piece.length;
  expect(bytes).toBe(kit.bytes);

  const rows = Array.from({ length: model.probeSet.size }, (_, probe) => [Math.sin(probe), Math.cos(probe)]);
  const file = new Uint8Array(npyFile(rows));
  const form = { digest: kit.digest, layout: 'probes-first' } as const;
  expect(await client.uploadResponses(model.id, file, form)).toMatchObject({
    model: { id: model.id, name: 'herbarium' },
    status: 'READY',
    changed: true,
    outputs: 2,
  });
  for (const same of [file.buffer, new Blob([file]), new Blob([file]).stream()])
    expect((await client.uploadResponses(model.id, same, form)).changed).toBe(false);
});

it('invalid responses fail with their code', async () => {
  const { registerModel: model } = await client.query(RegisterModelDocument, {
    input: { name: 'wrong', version: '1' },
  });
  const digest = createHash('sha256').update('another').digest('hex');
  const file = new Uint8Array(npyFile([[1, 2]]));
  await expect(client.uploadResponses(model.id, file, { digest })).rejects.toMatchObject({
    code: 'PROBE_SET_MISMATCH',
    status: 409,
  });
  await expect(client.kit('no such set')).rejects.toMatchObject({ code: 'PROBE_SET_UNKNOWN', status: 404 });
});

it('an upload that finds the server busy is sent again, whole', async () => {
  const server = await openScriptedServer(
    refusal('UPLOADS_BUSY', 503, { 'retry-after': '0' }),
    json({ status: 'READY' }, 201),
  );
  await createClient({ url: server.url }).uploadResponses('x', new TextEncoder().encode('responses'));
  expect(server.asked).toEqual([
    { method: 'PUT', path: '/models/x/responses', body: 'responses' },
    { method: 'PUT', path: '/models/x/responses', body: 'responses' },
  ]);
  await server.close();
});
