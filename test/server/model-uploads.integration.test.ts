import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { settled } from '../ingest/support/small-service.js';
import { dataFile, externalMeanColor } from '../probing/support/external-data.js';
import { meanColor } from '../probing/support/made-models.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const LIMIT = 4 * 2 ** 20;
const DATA = 'weights/model.onnx.data';

let small: SmallServer;
let key: string;
let other: string;
let reader: string;
beforeAll(async () => {
  small = await openSmallServer({
    PROBELOG_MAX_MODEL_BYTES: String(LIMIT),
    PROBELOG_MODEL_UPLOAD_BYTES: String(3 * LIMIT),
  });
  key = await small.key(['INGEST', 'READ']);
  other = await small.key(['INGEST']);
  reader = await small.key(['READ']);
});
afterAll(() => small.close());

interface Upload {
  id: string;
  url: string;
  source: string;
}

async function open(secret = key): Promise<Upload> {
  const { data } = await small.ask('mutation { openModelUpload { id url source } }', {}, secret);
  return data.openModelUpload;
}

async function discard({ id }: Upload, secret = key): Promise<boolean> {
  const { data } = await small.ask('mutation D($id: ID!) { discardModelUpload(id: $id) }', { id }, secret);
  return data.discardModelUpload;
}

interface Put {
  status: number;
  offset: string | null;
  answer: { received?: number; error?: { code: string; message: string } };
}

async function put(
  address: string,
  body: Uint8Array | ReadableStream,
  headers: Record<string, string> = {},
  secret = key,
): Promise<Put> {
  const response = await fetch(small.server.url + address, {
    method: 'PUT',
    headers: { authorization: `Bearer ${secret}`, ...headers },
    body: body as Uint8Array<ArrayBuffer>,
    duplex: 'half',
  } as RequestInit);
  return {
    status: response.status,
    offset: response.headers.get('upload-offset'),
    answer: (await response.json()) as Put['answer'],
  };
}

const part = (first: number, bytes: Uint8Array, total: number) => ({
  'content-range': `bytes ${first}-${first + bytes.length - 1}/${total}`,
});
const digest = (bytes: Uint8Array) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

async function head(address: string, secret = key) {
  const response = await fetch(small.server.url + address, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${secret}` },
  });
  const header = (name: string) => response.headers.get(name);
  return [response.status, header('upload-offset'), header('upload-length'), header('upload-complete')];
}

async function ingest(source: string, input: object = {}, secret = key) {
  const { data, errors } = await small.ask(
    `mutation I($input: IngestModelInput!) { ingestModel(input: $input) { id model { id source } } }`,
    { input: { name: `m-${randomBytes(4).toString('hex')}`, version: '1', source, ...input } },
    secret,
  );
  if (errors) return { code: errors[0].extensions.code, message: errors[0].message };
  const internal = Buffer.from(data.ingestModel.id, 'base64url').toString().split(':')[1];
  const { state, errorCode, modelId } = await settled(small.small.service, internal);
  return { state, code: errorCode, modelId, source: data.ingestModel.model.source };
}

const folders = () => readdir(join(small.small.service.config.dataFolder, 'model-uploads'));
/** What is on the disk of the only file of an upload. */
async function bytesIn(source: string): Promise<number> {
  const folder = join(folderOf({ id: '', url: '', source }), 'parts');
  const [name] = (await readdir(folder)).filter((one) => !one.includes('.'));
  return name === undefined ? 0 : (await stat(join(folder, name))).size;
}
const folderOf = ({ source }: Upload) =>
  join(small.small.service.config.dataFolder, 'model-uploads', source.replace('upload:', ''));

describe('a model from the caller’s own machine', () => {
  it('is sent by the client, with its data files and labels, ingested, and then gone from the uploads', async () => {
    const client = createClient({ url: small.server.url, key });
    const seen: number[] = [];
    const labels = ['a', 'b', 'c', 'd'];
    const files = [
      {
        name: 'net.onnx',
        data: new Blob([externalMeanColor({ location: DATA }) as Uint8Array<ArrayBuffer>]),
      },
      { name: DATA, data: new Blob([dataFile() as Uint8Array<ArrayBuffer>]) },
      { name: 'labels.txt', data: new Blob([labels.join('\n')]) },
      { name: 'preprocessor_config.json', data: new Blob(['{"size":8,"mean":[0,0,0],"std":[1,1,1]}']) },
    ];
    const { id, source } = await client.uploadModel(files, {
      pieceBytes: 50,
      onProgress: ({ sent }) => void seen.push(sent),
    });
    expect(seen[0]).toBe(0);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(files.reduce((sum, { data }) => sum + data.size, 0));

    const { model } = await client.ingest({ name: 'from here', version: '1', source });
    const details = await client.model(model.id);
    expect(details).toMatchObject({ outputs: 4, source: `${source}/net.onnx` });
    const preprocessing =
      '{ model(id: "ID") { preprocessing dataFiles { location } codedNotes { code } logits(first: 9) { edges { node { label } } } } }';
    const asked = preprocessing.replace('ID', model.id);
    const found = (await small.ask(asked, {}, key)).data.model;
    expect(found).toMatchObject({
      preprocessing: { width: 8, mean: [0, 0, 0] },
      dataFiles: [{ location: DATA }],
    });
    expect(found.logits.edges.map(({ node }: { node: { label: string } }) => node.label)).toEqual(labels);
    expect(await folders()).not.toContain(source.replace('upload:', ''));
    expect(
      (await small.ask('query U($id: ID!) { modelUpload(id: $id) { id } }', { id }, key)).data.modelUpload,
    ).toBe(null);

    // The files that described it are gone, but what they said is not.
    await client.reprobe(model.id, { full: true });
    const again = (await small.ask(asked, {}, key)).data.model;
    expect(again.preprocessing).toEqual(found.preprocessing);
    expect(again.logits).toEqual(found.logits);
  });

  it('goes on after the page was closed, and after the connection broke', async () => {
    const bytes = randomBytes(100_000);
    const file = { name: 'big.onnx', data: new Blob([bytes as Uint8Array<ArrayBuffer>]) };
    const leaving = new AbortController();
    let id = '';
    const first = createClient({ url: small.server.url, key }).uploadModel([file], {
      pieceBytes: 10_000,
      signal: leaving.signal,
      onProgress(progress) {
        id = progress.id;
        if (progress.sent >= 30_000) leaving.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'ABORTED' });
    // Every third request breaks off halfway.
    let turn = 0;
    const methods: string[] = [];
    const client = createClient({
      url: small.server.url,
      key,
      fetch: async (address, init) => {
        methods.push(init.method ?? '');
        if (init.method === 'PUT' && turn++ % 3 === 1) throw new TypeError('fetch failed');
        return fetch(address, init);
      },
    });
    const sent: number[] = [];
    await client.uploadModel([file], {
      upload: id,
      pieceBytes: 20_000,
      onProgress: (p) => void sent.push(p.sent),
    });
    expect(sent[0]).toBeGreaterThanOrEqual(30_000);
    expect(sent.at(-1)).toBe(100_000);
    expect(methods).toContain('HEAD');
    const { data } = await small.ask(
      'query U($id: ID!) { modelUpload(id: $id) { source files { name bytes received } } }',
      { id },
      key,
    );
    expect(data.modelUpload.files).toEqual([{ name: 'big.onnx', bytes: 100_000, received: 100_000 }]);
    expect(await ingest(data.modelUpload.source)).toMatchObject({
      state: 'FAILED',
      code: 'MODEL_NOT_ONNX',
    });
  });

  it('is not sent again when only the last reply is missing', async () => {
    let puts = 0;
    const client = createClient({
      url: small.server.url,
      key,
      fetch: async (address, init) => {
        const response = await fetch(address, init);
        if (init.method === 'PUT' && ++puts === 2) throw new TypeError('the reply is lost');
        return response;
      },
    });
    const data = new Blob([randomBytes(150) as Uint8Array<ArrayBuffer>]);
    const sent: number[] = [];
    await client.uploadModel(
      [
        { name: 'a.onnx', data },
        { name: 'empty.txt', data: new Blob([]) },
      ],
      {
        pieceBytes: 100,
        onProgress: (progress) => void sent.push(progress.sent),
      },
    );
    expect([puts, sent]).toEqual([3, [0, 100, 150, 150]]);
  });

  it('is sent by curl, and goes on where it stopped', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'net.onnx');
    const bytes = meanColor();
    await writeFile(path, bytes);
    const { url, source } = await open();
    const half = Math.floor(bytes.length / 2);
    await put(`${url}/net.onnx`, bytes.subarray(0, half), part(0, bytes.subarray(0, half), bytes.length));
    const curl = (...flags: string[]) =>
      promisify(execFile)('curl', [
        '-sS',
        '-H',
        `authorization: Bearer ${key}`,
        ...flags,
        `${small.server.url}${url}/net.onnx`,
      ]);
    const { stdout: headers } = await curl('-I');
    const offset = /^upload-offset: (\d+)/m.exec(headers)?.[1] ?? '';
    expect(Number(offset)).toBe(half);
    const { stdout } = await curl('-T', path, '-C', offset);
    expect(JSON.parse(stdout)).toEqual({ name: 'net.onnx', bytes: bytes.length, received: bytes.length });
    expect(await ingest(source)).toMatchObject({ state: 'SUCCEEDED' });
  });
});

describe('what is sent wrongly', () => {
  it('is refused, and says where to go on', async () => {
    const { url } = await open();
    const file = `${url}/a.onnx`;
    const bytes = randomBytes(1_000);
    expect(await head(file)).toEqual([200, '0', null, '?0']);
    expect(await put(file, bytes.subarray(0, 100), part(0, bytes.subarray(0, 100), 1_000))).toMatchObject({
      status: 200,
      offset: '100',
    });
    expect(await head(file)).toEqual([200, '100', '1000', '?0']);
    for (const [first, total] of [
      [50, 1_000],
      [200, 1_000],
      [100, 2_000],
    ])
      expect(
        await put(file, bytes.subarray(0, 100), part(first, bytes.subarray(0, 100), total)),
      ).toMatchObject({
        status: 409,
        answer: { error: { code: 'UPLOAD_CONFLICT' } },
      });
    for (const range of [
      'bytes 100-50/1000',
      'bytes 100-199/150',
      'bytes 100-199/*',
      'lines 1-2/3',
      'bytes 100-150/1000',
      'bytes 0-99999999999999999/99999999999999999999',
    ])
      expect(await put(file, bytes.subarray(0, 100), { 'content-range': range })).toMatchObject({
        status: 400,
        answer: { error: { code: 'INPUT_INVALID' } },
      });
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(bytes) });
    expect(await put(file, endless)).toMatchObject({ status: 400 });
    expect(
      (await put(file, new Blob([bytes.subarray(0, 300)]).stream(), part(100, bytes.subarray(0, 100), 1_000)))
        .answer.error?.code,
    ).toBe('INPUT_INVALID');
    expect(await head(file)).toEqual([200, '100', '1000', '?0']);
  });

  it('a digest that does not fit takes nothing of the part, or of the whole file', async () => {
    const { url } = await open();
    const file = `${url}/a.onnx`;
    const bytes = randomBytes(1_000);
    const [one, two] = [bytes.subarray(0, 400), bytes.subarray(400)];
    await put(file, one, { ...part(0, one, 1_000), 'content-digest': digest(one) });
    const wrong = { ...part(400, two, 1_000), 'content-digest': digest(one) };
    expect((await put(file, two, wrong)).answer.error?.code).toBe('UPLOAD_DAMAGED');
    expect(await head(file)).toEqual([200, '400', '1000', '?0']);
    expect(
      (await put(file, two, { ...part(400, two, 1_000), 'repr-digest': digest(two) })).answer.error?.code,
    ).toBe('UPLOAD_DAMAGED');
    expect(await head(file)).toEqual([200, '0', null, '?0']);
    expect((await put(file, bytes, { 'repr-digest': 'sha-256=nonsense' })).answer.error?.code).toBe(
      'INPUT_INVALID',
    );
    expect((await put(file, bytes, { 'repr-digest': `md5=:AAAA:, ${digest(bytes)}` })).status).toBe(201);
  });

  it('names that lead anywhere else are refused', async () => {
    const { url } = await open();
    for (const name of [
      '..%2Fa',
      'a%2F..%2F..%2Fb',
      '%2Fetc%2Fpasswd',
      'a%00b',
      'c:%5Ca',
      'nul',
      'a%5Cb',
      `${'x'.repeat(300)}`,
      '',
    ])
      expect((await put(`${url}/${name}`, meanColor())).status, name).toBeGreaterThanOrEqual(400);
    expect(await put(`${url}/${encodeURIComponent('größe 1/ä%.onnx')}`, meanColor())).toMatchObject({
      status: 201,
    });
    expect((await put(`${url}/${encodeURIComponent('größe 1')}`, meanColor())).answer.error?.code).toBe(
      'INPUT_INVALID',
    );
  });
});

describe('one file, two requests', () => {
  it('the later one goes on where the earlier one got to', async () => {
    const { url, source } = await open();
    const bytes = meanColor();
    let send: ((chunk: Uint8Array) => void) | undefined;
    const slow = new ReadableStream<Uint8Array>({
      start(controller) {
        send = (chunk) => controller.enqueue(chunk);
      },
    });
    const first = put(`${url}/a.onnx`, slow, part(0, bytes, bytes.length)).catch((thrown) => thrown);
    send?.(bytes.subarray(0, 100));
    await expect.poll(() => bytesIn(source)).toBe(100);
    expect((await head(`${url}/a.onnx`))[1]).toBe('100');
    const rest = bytes.subarray(100);
    expect((await put(`${url}/a.onnx`, rest, part(100, rest, bytes.length))).status).toBe(201);
    const outcome = await first;
    if (!(outcome instanceof Error)) expect(outcome.answer.error.code).toBe('UPLOAD_CONFLICT');
    expect(await ingest(source)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('many at once leave one whole file', async () => {
    const { url, source } = await open();
    const bytes = meanColor();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => put(`${url}/a.onnx`, bytes)));
    const statuses = outcomes.map((one) => (one.status === 'fulfilled' ? one.value.status : 0));
    expect(statuses).toContain(201);
    expect(statuses.filter((status) => ![0, 201, 409].includes(status))).toEqual([]);
    expect(await ingest(source, { sha256: undefined })).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('a cut connection leaves what came', async () => {
    const { url } = await open();
    const { port } = new URL(small.server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `PUT ${url}/a.onnx HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(1_234)}`,
    );
    await expect.poll(() => bytesIn(url.replace('/model-uploads/', 'upload:'))).toBe(1_234);
    socket.destroy();
    await expect.poll(() => head(`${url}/a.onnx`)).toEqual([200, '1234', '5000', '?0']);
  });
});

describe('who may do what', () => {
  it('callers find only their own uploads, and need the scope ingest', async () => {
    const mine = await open();
    await put(`${mine.url}/a.onnx`, meanColor());
    expect(await put(`${mine.url}/a.onnx`, meanColor(), {}, other)).toMatchObject({ status: 404 });
    expect((await head(`${mine.url}/a.onnx`, other))[0]).toBe(404);
    expect(await ingest(mine.source, {}, other)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await discard(mine, other)).toBe(false);
    const { data } = await small.ask(
      'query U($id: ID!) { modelUpload(id: $id) { id } }',
      { id: mine.id },
      other,
    );
    expect(data.modelUpload).toBe(null);
    expect(await put(`${mine.url}/a.onnx`, meanColor(), {}, reader)).toMatchObject({ status: 403 });
    expect(
      (await small.ask('mutation { openModelUpload { id } }', {}, reader)).errors?.[0].extensions.code,
    ).toBe('FORBIDDEN');
    expect(await discard(mine)).toBe(true);
    expect((await head(`${mine.url}/a.onnx`))[0]).toBe(404);
  });

  it('an incomplete, empty or ambiguous upload is no source, and neither is a made-up one', async () => {
    const upload = await open();
    expect(await ingest(upload.source)).toMatchObject({ code: 'INPUT_INVALID' });
    const bytes = meanColor();
    await put(`${upload.url}/a.onnx`, bytes.subarray(0, 9), part(0, bytes.subarray(0, 9), bytes.length));
    const { message } = await ingest(upload.source);
    expect(message).toContain(`9 of the ${bytes.length} bytes`);
    await put(`${upload.url}/a.onnx`, bytes);
    await put(`${upload.url}/b.onnx`, bytes);
    expect(await ingest(upload.source)).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await ingest(`${upload.source}/c.onnx`)).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(await ingest(`${upload.source}/../b.onnx`)).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(await ingest('upload:../../blobs/x')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await ingest(`${upload.source}/b.onnx`)).toMatchObject({ state: 'SUCCEEDED' });
  });
});

describe('what uploads may take', () => {
  it('one model, all uploads, and a number of them', async () => {
    const own = await small.key(['INGEST']);
    const upload = await open(own);
    const quarter = new Uint8Array(LIMIT / 4);
    const announce = (address: string, total: number) =>
      put(address, quarter.subarray(0, 1), { 'content-range': `bytes 0-0/${total}` }, own);
    expect(await announce(`${upload.url}/a.onnx`, LIMIT + 1)).toMatchObject({ status: 413 });
    expect(await announce(`${upload.url}/a.onnx`, LIMIT)).toMatchObject({ status: 200 });
    expect((await announce(`${upload.url}/b.onnx`, 1)).answer.error?.code).toBe('MODEL_TOO_LARGE');
    for (const _ of [1, 2]) await announce(`${(await open(own)).url}/a.onnx`, LIMIT - 10_000);
    expect((await announce(`${(await open(own)).url}/a.onnx`, LIMIT)).answer.error?.code).toBe(
      'STORAGE_FULL',
    );
    for (let left = 28; left > 0; left--) await open(own);
    const { errors } = await small.ask('mutation { openModelUpload { id } }', {}, own);
    expect(errors?.[0].extensions.code).toBe('UPLOADS_BUSY');
    expect(await discard(upload, own)).toBe(true);
    await open(own);
  });

  it('a day without a byte, or the end of their ingests, removes them', async () => {
    const { modelUploads, store } = small.small.service;
    const [old, young] = [await open(other), await open(other)];
    const yesterday = new Date(Date.now() - 86_500_000);
    await utimes(join(folderOf(old), 'owner.json'), yesterday, yesterday);
    await modelUploads.cleanUp(store.ingests);
    expect(existsSync(folderOf(old))).toBe(false);
    expect(existsSync(folderOf(young))).toBe(true);
  });

  it('memory for a part of the file, whatever its length', async () => {
    const roomy = await openSmallServer();
    try {
      const secret = await roomy.key(['INGEST']);
      const { data } = await roomy.ask('mutation { openModelUpload { url } }', {}, secret);
      const total = 400 * 2 ** 20;
      const chunk = new Uint8Array(2 ** 16);
      let left = total;
      let peak = 0;
      const before = process.memoryUsage().arrayBuffers;
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
            if (left === 0) return controller.close();
            left -= chunk.length;
            controller.enqueue(chunk);
          },
        },
        { highWaterMark: 0 },
      );
      const response = await fetch(`${roomy.server.url}${data.openModelUpload.url}/a.onnx`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${secret}`, 'content-range': `bytes 0-${total - 1}/${total}` },
        body,
        duplex: 'half',
      } as RequestInit);
      expect(response.status).toBe(201);
      expect(peak).toBeLessThan(64 * 2 ** 20);
    } finally {
      await roomy.close();
    }
  });
});
