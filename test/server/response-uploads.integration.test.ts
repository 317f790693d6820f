import { readdir, readFile } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { npyFile, type Rows, safetensorsFile } from '../ingest/support/array-files.js';

const LIMIT = 2 ** 20;
const AT_ONCE = 2;

let demo: DemoService;
let probeSet: { id: string; digest: string; size: number };

beforeAll(async () => {
  demo = await openDemoService({
    PROBELOG_MAX_RESPONSES_BYTES: String(LIMIT),
    PROBELOG_RESPONSES_AT_ONCE: String(AT_ONCE),
    PROBELOG_DOWNLOAD_STALL_SECONDS: '1',
  });
  probeSet = (await demo.ask('{ probeSets { id digest size } }')).data.probeSets[0];
});
afterAll(() => demo.close());

/** Registers a model version; its id and where its responses go. */
async function register(name: string, input: object = {}): Promise<{ id: string; responsesUrl: string }> {
  const { data, errors } = await demo.ask(
    'mutation R($input: RegisterModelInput!) { registerModel(input: $input) { id responsesUrl } }',
    { input: { name, version: '1', ...input } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.registerModel;
}

interface Answered {
  status: number;
  answer: Record<string, unknown> & { error?: { code: string; message: string } };
}

async function put(
  url: string,
  body: Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
): Promise<Answered & { headers: Headers }> {
  const response = await fetch(demo.server.url + url, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
  return {
    status: response.status,
    headers: response.headers,
    answer: (await response.json()) as Answered['answer'],
  };
}

async function model(id: string) {
  const { data } = await demo.ask(
    `query M($id: ID!) { model(id: $id) { status outputs coverage responseKind logFloor source ingest { id }
      logits(first: 5) { edges { node { id label } } } } }`,
    { id },
  );
  return data.model;
}

/** Responses that look like a model's: each output likes some probes more than others. */
function rows(outputs: number, seed = 1): Rows {
  return Array.from({ length: outputs }, (_, c) =>
    Array.from({ length: probeSet.size }, (_, p) => Math.fround(Math.sin(seed + c * 12.9 + p * 7.3) * 4)),
  );
}

const transposed = (matrix: Rows) => matrix[0].map((_, column) => matrix.map((row) => row[column]));

/** Files of uploads that are still about. */
const leftovers = () => readdir(join(demo.service.config.dataFolder, 'uploads')).catch(() => []);

describe('a model that never comes here', () => {
  it('waits for its responses, and can be searched when they are there', async () => {
    const { id, responsesUrl } = await register('outside', { labels: ['cat', 'dog', 'cow'] });
    expect(await model(id)).toMatchObject({
      status: 'PENDING',
      source: 'external',
      outputs: null,
      ingest: null,
    });

    const { status, answer } = await put(responsesUrl, npyFile(rows(3)));
    expect(status).toBe(201);
    expect(answer).toEqual({
      model: { id, name: 'outside', version: '1' },
      status: 'READY',
      changed: true,
      outputs: 3,
      probes: probeSet.size,
      coverage: 1,
      degenerate: 0,
    });
    expect(await model(id)).toMatchObject({ status: 'READY', outputs: 3, responseKind: 'LOGITS' });
    const { data } = await demo.ask('{ logits(concept: "dog", first: 9) { edges { node { label } } } }');
    expect(data.logits.edges.map(({ node }: { node: { label: string } }) => node.label).sort()).toEqual([
      'cat',
      'cow',
      'dog',
    ]);
    expect(await leftovers()).toEqual([]);
  });

  it('is not changed by the same upload again, in whatever form', async () => {
    const { id, responsesUrl } = await register('again');
    const matrix = rows(4);
    expect((await put(responsesUrl, npyFile(matrix))).status).toBe(201);
    const before = await model(id);
    for (const file of [
      npyFile(matrix),
      npyFile(transposed(matrix), { dtype: '>f8', fortranOrder: true }),
      safetensorsFile({ responses: matrix }),
    ]) {
      const { status, answer } = await put(responsesUrl, file);
      expect([status, answer.changed]).toEqual([200, false]);
    }
    expect(await model(id)).toEqual(before);
  });

  it('keeps the ids of its logits when other responses replace the first', async () => {
    const { id, responsesUrl } = await register('replaced');
    await put(responsesUrl, npyFile(rows(3)));
    const before = await model(id);
    const { status, answer } = await put(responsesUrl, npyFile(rows(3, 2)));
    expect([status, answer.changed]).toEqual([200, true]);
    expect((await model(id)).logits).toEqual(before.logits);
  });

  it('is found as if it had been probed here', async () => {
    const { modelId } = await ingestDemoModel(demo, 'cifar10_resnet20');
    const key = Buffer.from(modelId, 'base64url').toString().split(':')[1];
    const [{ responsesDigest }] = await demo.service.store.models.byIds([key]);
    const stored = await readFile(demo.service.store.blobs.path(responsesDigest ?? ''));
    const { id, responsesUrl } = await register('twin');
    expect((await put(`${responsesUrl}?digest=${probeSet.digest}`, stored)).status).toBe(201);
    const scores = async (of: string) => {
      const { data } = await demo.ask(
        'query S($of: [ID!]) { logits(concept: "horse", first: 3, filter: { models: $of }) { edges { score distance node { index } } } }',
        { of: [of] },
      );
      return data.logits.edges;
    };
    expect(await scores(id)).toEqual(await scores(modelId));
  });

  it('may answer only some probes', async () => {
    const { id, responsesUrl } = await register('partial');
    const some = rows(3).map((row) => row.map((value, probe) => (probe % 2 === 0 ? value : Number.NaN)));
    const { status, answer } = await put(responsesUrl, npyFile(some));
    expect([status, answer.coverage]).toEqual([201, 0.5]);
    expect((await model(id)).coverage).toBe(0.5);
  });

  it('may answer with probabilities, or logarithms of them', async () => {
    const matrix = rows(3);
    const sums = matrix[0].map((_, p) => matrix.reduce((sum, row) => sum + Math.exp(row[p]), 0));
    const probabilities = matrix.map((row) => row.map((value, p) => Math.exp(value) / sums[p]));
    probabilities[0][0] = 0;
    const given = await register('probabilities');
    await put(`${given.responsesUrl}?kind=probabilities`, npyFile(probabilities, { dtype: '<f8' }));
    const seen = await model(given.id);
    expect(seen).toMatchObject({ status: 'READY', responseKind: 'LOG_PROBABILITIES' });
    expect(seen.logFloor).toBeGreaterThan(0);

    const logs = probabilities.map((row) => row.map(Math.log));
    const other = await register('logarithms');
    await put(`${other.responsesUrl}?kind=log_probabilities`, npyFile(logs, { dtype: '<f8' }));
    expect(await model(other.id)).toMatchObject({ responseKind: 'LOG_PROBABILITIES' });
    expect((await model(other.id)).logFloor).toBeCloseTo(seen.logFloor, 8);
  });

  it('cannot be probed again by the server', async () => {
    const { id } = await register('no-file');
    const { errors } = await demo.ask('mutation R($id: ID!) { reprobeModel(id: $id) { id } }', { id });
    expect(errors?.[0].extensions.code).toBe('MODEL_EXTERNAL');
  });

  it('is registered once', async () => {
    await register('once');
    await expect(register('once')).rejects.toThrow(/MODEL_EXISTS/);
  });

  it('can be removed, before and after its upload', async () => {
    const { id, responsesUrl } = await register('removed');
    const remove = () => demo.ask('mutation R($id: ID!) { removeModel(id: $id) }', { id });
    expect((await remove()).data.removeModel).toBe(true);
    const { status, answer } = await put(responsesUrl, npyFile(rows(2)));
    expect([status, answer.error?.code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('an upload that is refused', () => {
  let pending: { id: string; responsesUrl: string };
  beforeAll(async () => {
    pending = await register('refused', { labels: ['a', 'b', 'c'] });
  });

  async function expectRefused({ status, answer }: Answered, wantedStatus: number, code: string) {
    expect([status, answer.error?.code]).toEqual([wantedStatus, code]);
    expect(await model(pending.id)).toMatchObject({ status: 'PENDING', outputs: null });
    expect(await leftovers()).toEqual([]);
  }

  it('of another shape', async () => {
    const refused = await put(pending.responsesUrl, npyFile([[1, 2, 3]]));
    await expectRefused(refused, 400, 'RESPONSES_SHAPE_MISMATCH');
    expect(refused.answer.error?.message).toContain(`[outputs, ${probeSet.size}]`);
  });

  it('of another probe set, by query or header', async () => {
    const stale = 'ab'.repeat(32);
    await expectRefused(
      await put(`${pending.responsesUrl}?digest=${stale}`, npyFile(rows(3))),
      409,
      'PROBE_SET_MISMATCH',
    );
    const headers = { 'probe-set-digest': stale };
    await expectRefused(
      await put(pending.responsesUrl, npyFile(rows(3)), headers),
      409,
      'PROBE_SET_MISMATCH',
    );
    await expectRefused(
      await put(`${pending.responsesUrl}?digest=${probeSet.digest}`, npyFile(rows(3)), headers),
      400,
      'INPUT_INVALID',
    );
  });

  it('of a form that does not exist', async () => {
    for (const query of ['layout=sideways', 'kind=scores', 'digest=1', 'color=red'])
      await expectRefused(
        await put(`${pending.responsesUrl}?${query}`, npyFile(rows(3))),
        400,
        'INPUT_INVALID',
      );
  });

  it('with another number of outputs than labels', async () => {
    await expectRefused(await put(pending.responsesUrl, npyFile(rows(4))), 400, 'MODEL_LABELS_MISMATCH');
  });

  it('that says nothing about any probe', async () => {
    const constant = rows(3).map((row) => row.map(() => 1));
    await expectRefused(await put(pending.responsesUrl, npyFile(constant)), 400, 'MODEL_ALL_DEGENERATE');
  });

  it('of no type, another type, or no content', async () => {
    const typed = await put(pending.responsesUrl, npyFile(rows(3)), { 'content-type': 'application/json' });
    await expectRefused(typed, 415, 'INPUT_INVALID');
    await expectRefused(await put(pending.responsesUrl, Buffer.alloc(0)), 400, 'RESPONSES_FORMAT_INVALID');
  });

  it('for a model that is probed here, or an id of nothing', async () => {
    const { modelId } = await ingestDemoModel(demo, 'mlperf_tiny_resnet');
    const at = (id: string) => put(`/models/${id}/responses`, npyFile(rows(3)));
    await expectRefused(await at(modelId), 409, 'RESPONSES_UNEXPECTED');
    await expectRefused(await at('nonsense'), 400, 'ID_INVALID');
  });

  it('for its size, before any of it is read', async () => {
    const answer = await new Promise<{ status?: number; body: string }>((resolve, reject) => {
      const url = demo.server.url + pending.responsesUrl;
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': 10 * LIMIT,
        expect: '100-continue',
      };
      const request = httpRequest(url, { method: 'PUT', headers }, async (response) => {
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode, body });
      });
      request.on('error', reject);
      // Nothing of the content is sent.
      request.flushHeaders();
    });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('PAYLOAD_TOO_LARGE');
  });

  it('for its size, when it did not tell it', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 2 ** 16;
        controller.enqueue(new Uint8Array(2 ** 16));
        if (sent > 64 * LIMIT) controller.close();
      },
    });
    const refused = await put(pending.responsesUrl, endless).catch((thrown) => thrown);
    // The connection ends while the client is still sending: it may see that, or the answer.
    if (!(refused instanceof Error)) expect(refused.answer.error.code).toBe('PAYLOAD_TOO_LARGE');
    expect(sent).toBeLessThan(64 * LIMIT);
    expect(await model(pending.id)).toMatchObject({ status: 'PENDING' });
    expect(await leftovers()).toEqual([]);
  });

  /** Sends the beginning of an upload and leaves it at that. */
  async function begin(): Promise<ClientRequest> {
    const file = npyFile(rows(3));
    const headers = { 'content-type': 'application/octet-stream', 'content-length': file.length };
    const request = httpRequest(demo.server.url + pending.responsesUrl, { method: 'PUT', headers });
    request.on('error', () => undefined);
    const before = (await leftovers()).length;
    request.write(file.subarray(0, 1_000));
    await expect.poll(async () => (await leftovers()).length).toBe(before + 1);
    return request;
  }

  it('while as many as are taken at once are under way, and not after that', async () => {
    const { responsesUrl } = await register('patient');
    const begun = [];
    for (let k = 0; k < AT_ONCE; k++) begun.push(await begin());
    const { status, answer, headers } = await put(responsesUrl, npyFile(rows(3)));
    expect([status, answer.error?.code]).toEqual([503, 'UPLOADS_BUSY']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);

    for (const request of begun) request.destroy();
    await expect.poll(async () => (await put(responsesUrl, npyFile(rows(3)))).status).toBe(201);
  });

  it('for dripping, which would hold its place for long', async () => {
    const file = npyFile(rows(3));
    const headers = { 'content-type': 'application/octet-stream', 'content-length': file.length };
    const answer = await new Promise<{ status?: number; body: string }>((resolve, reject) => {
      const url = demo.server.url + pending.responsesUrl;
      const request = httpRequest(url, { method: 'PUT', headers }, async (response) => {
        clearInterval(drip);
        let body = '';
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode, body });
      });
      request.on('error', reject);
      let sent = 0;
      const drip = setInterval(() => request.write(file.subarray(sent, ++sent)), 100);
    });
    expect(answer.status).toBe(408);
    expect(answer.body).toContain('UPLOAD_TOO_SLOW');
    expect(await leftovers()).toEqual([]);
  });

  it('because its sender went away', async () => {
    (await begin()).destroy();
    await expect.poll(leftovers).toEqual([]);
    expect(await model(pending.id)).toMatchObject({ status: 'PENDING', outputs: null });
  });

  it('does not touch the responses that are there', async () => {
    const { id, responsesUrl } = await register('kept');
    await put(responsesUrl, npyFile(rows(3)));
    const before = await model(id);
    expect((await put(responsesUrl, npyFile([[1, 2]]))).status).toBe(400);
    expect(await model(id)).toEqual(before);
  });
});
