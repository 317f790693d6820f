import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFile, externalMeanColor, type Place } from '../probing/support/external-data.js';
import { meanColor } from '../probing/support/made-models.js';
import { type HubServer, startHub } from '../registries/huggingface/hub-server.js';
import { type Loopback, sendFile, startLoopback } from '../registries/loopback.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

/** As MLflow names it. */
const NAME = '0f1c2a9e-7d1b-11ef-8a52-0242ac120002.data';
const SHA = 'a'.repeat(40);

let small: SmallService;
let server: Loopback;
let mlflow: MlflowServer;
let hub: HubServer;
const served = new Map<string, Uint8Array>();
/** Whether the last request for a path was signed as S3 wants it. */
const signed = new Map<string, boolean>();
beforeAll(async () => {
  server = await startLoopback((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    signed.set(path, request.headers.authorization?.startsWith('AWS4-HMAC-SHA256') === true);
    const content = served.get(path);
    const etag = `"${createHash('sha256')
      .update(content ?? '')
      .digest('hex')}"`;
    if (content) sendFile(request, response, content, etag);
    else response.writeHead(404).end();
  });
  mlflow = await startMlflow();
  hub = await startHub();
  small = await openSmallService({
    environment: {
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
      PROBELOG_MLFLOW_URL: mlflow.url,
      PROBELOG_HUGGINGFACE_URL: hub.url,
      PROBELOG_MAX_MODEL_BYTES: '64KiB',
      PROBELOG_S3_ENDPOINT: server.url,
      PROBELOG_S3_BUCKETS: 'models/classifiers',
      PROBELOG_S3_ACCESS_KEY_ID: 'id',
      PROBELOG_S3_SECRET_ACCESS_KEY: 'secret',
    },
  });
});
afterAll(async () => {
  await small.close();
  await Promise.all([server, mlflow, hub, hub.cdn].map((each) => each.close()));
});

/** The logits of the twin that has its weights inside. */
let twin: Promise<Buffer> | undefined;
function twinResponses() {
  twin ??= small.ingest(meanColor()).then(({ modelId }) => responsesOf(modelId));
  return twin;
}

async function modelOf(id: string) {
  const [model] = await small.service.store.models.byIds([id]);
  return model ?? expect.fail();
}

async function responsesOf(id: string) {
  return Buffer.from(await small.service.store.blobs.readAll((await modelOf(id)).responsesDigest ?? ''));
}

/** As a webhook of a registry announces it. */
async function announced(source: string) {
  const { ingest, store } = small.service;
  const registry = source.startsWith('hf:') ? 'huggingface' : 'mlflow';
  const request = { name: source, version: '1', source, preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] } };
  const { ingestId } = await store.deliveries.record(
    {
      source: registry,
      deliveryId: null,
      event: 'created',
      occurredAt: null,
      change: { kind: 'REGISTER' as const, ...request, updated: true },
    },
    () => ingest.prepare(request, registry),
  );
  return settled(small.service, ingestId ?? '');
}

/** Writes a model and files beside it, and ingests it. */
async function local(place: Place, files: Record<string, Uint8Array>) {
  const folder = await mkdtemp(join(small.folder, 'model-'));
  await writeFile(join(folder, 'model.onnx'), externalMeanColor(place));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return { folder, ingest: await small.ingest(join(folder, 'model.onnx')) };
}

async function expectTwin({ state, errorMessage, modelId }: Awaited<ReturnType<SmallService['ingest']>>) {
  expect([state, errorMessage]).toEqual(['SUCCEEDED', null]);
  expect((await responsesOf(modelId)).equals(await twinResponses())).toBe(true);
}

describe('a model with its weights in another file is the same as with them inside', () => {
  it('from a local folder', async () => {
    await expectTwin((await local({ location: NAME }, { [NAME]: dataFile() })).ingest);
  });

  it('from a folder inside the model’s folder, with a checksum', async () => {
    const location = 'weights/part 1.bin';
    const checksum = createHash('sha1').update(dataFile()).digest('hex');
    await expectTwin((await local({ location, checksum }, { [location]: dataFile() })).ingest);
  });

  it('from a URL, relative to the model’s', async () => {
    served.set('/some/model.onnx', externalMeanColor({ location: NAME }));
    served.set(`/some/${NAME}`, dataFile());
    await expectTwin(await small.ingest(`${server.url}/some/model.onnx?x=1`));
  });

  it('from an S3 bucket, with a request of its own that is signed', async () => {
    const name = 'weights (1).data';
    served.set('/models/classifiers/a/model.onnx', externalMeanColor({ location: name }));
    served.set('/models/classifiers/a/weights%20(1).data', dataFile());
    await expectTwin(await small.ingest('s3://models/classifiers/a/model.onnx'));
    expect(signed.get('/models/classifiers/a/weights%20(1).data')).toBe(true);
  });

  it('from the cache of huggingface_hub, whose names are links to its blobs', async () => {
    const folder = await mkdtemp(join(small.folder, 'cache-'));
    const blobs = join(folder, 'blobs');
    const snapshot = join(folder, 'snapshots', SHA, 'onnx');
    await Promise.all([blobs, snapshot].map((path) => mkdir(path, { recursive: true })));
    const files = {
      'model.onnx': externalMeanColor({ location: 'model.onnx_data' }),
      'model.onnx_data': dataFile(),
      'config.json': Buffer.from('{"id2label":{"0":"red","1":"green","2":"blue","3":"gray"}}'),
    };
    for (const [name, content] of Object.entries(files)) {
      const digest = createHash('sha256').update(content).digest('hex');
      await writeFile(join(blobs, digest), content);
      await symlink(join('..', '..', '..', 'blobs', digest), join(snapshot, name));
    }
    const ingest = await small.ingest(join(snapshot, 'model.onnx'));
    await expectTwin(ingest);
    expect(await small.service.store.models.labels(ingest.modelId)).toEqual(['red', 'green', 'blue', 'gray']);

    // Another folder than that of the model's real file.
    await rm(join(snapshot, 'model.onnx_data'));
    await writeFile(join(folder, 'elsewhere'), dataFile());
    await symlink(join(folder, 'elsewhere'), join(snapshot, 'model.onnx_data'));
    const { errorCode } = await small.ingest(join(snapshot, 'model.onnx'));
    expect(errorCode).toBe('MODEL_EXTERNAL_DATA');
  });

  it.each(['model.onnx', 'data/model.onnx'])('from MLflow, beside %s', async (path) => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const version = mlflow.add({
      name: path.replace('/', '-'),
      version: '1',
      files: {
        MLmodel: `flavors:\n  onnx:\n    data: ${path}\n`,
        [path]: externalMeanColor({ location: NAME }),
        [`${folder}${NAME}`]: dataFile(),
      },
    });
    await expectTwin(await announced(`mlflow:/${version.name}/1`));
  });

  it('from the Hub, of the same commit', async () => {
    const files = {
      'onnx/model.onnx': externalMeanColor({ location: 'model.onnx_data' }),
      'onnx/model.onnx_data': Buffer.concat([dataFile(), Buffer.alloc(20_000)]),
    };
    hub.add({ name: 'org/external', commits: [{ sha: SHA, files }] });
    await expectTwin(await announced(`hf://org/external@${SHA}`));
  });
});

describe('a data file that does not fit fails with MODEL_EXTERNAL_DATA', () => {
  it.each<[string, Place, Record<string, Uint8Array>, RegExp]>([
    ['missing', { location: NAME }, {}, /0f1c2a9e.*no such file in the model’s folder/],
    ['under another name', { location: NAME }, { 'model.onnx.data': dataFile() }, /0f1c2a9e/],
    ['empty', { location: NAME }, { [NAME]: new Uint8Array() }, /empty/],
    ['too short', { location: NAME }, { [NAME]: dataFile().subarray(0, 63) }, /63 bytes.*needs 64/],
    ['offset beyond its end', { location: NAME, offset: '4096' }, { [NAME]: dataFile() }, /needs 4144/],
    [
      'too long for the shape',
      { location: NAME, length: '52' },
      { [NAME]: dataFile() },
      /52 bytes.*needs 48/,
    ],
    ['above', { location: '../weights' }, {}, /leads out/],
    ['absolute', { location: '/etc/passwd' }, {}, /absolute/],
    ['of another checksum', { location: NAME, checksum: '0'.repeat(40) }, { [NAME]: dataFile() }, /checksum/],
  ])('%s', async (_, place, files, says) => {
    const { ingest } = await local(place, files);
    expect(ingest).toMatchObject({ state: 'FAILED', errorCode: 'MODEL_EXTERNAL_DATA' });
    expect(ingest.errorMessage).toMatch(says);
  });

  it('a link, and a file behind a linked folder', async () => {
    const outside = await mkdtemp(join(small.folder, 'outside-'));
    await writeFile(join(outside, 'weights'), dataFile());
    for (const location of ['weights', 'inner/weights']) {
      const folder = await mkdtemp(join(small.folder, 'model-'));
      await writeFile(join(folder, 'model.onnx'), externalMeanColor({ location }));
      await symlink(
        location === 'weights' ? join(outside, 'weights') : outside,
        join(folder, location.split('/')[0]),
      );
      const ingest = await small.ingest(join(folder, 'model.onnx'));
      expect(ingest).toMatchObject({ state: 'FAILED', errorCode: 'MODEL_EXTERNAL_DATA' });
      expect(ingest.errorMessage).toMatch(/link|leads out/);
    }
  });

  it('missing in MLflow and on the Hub', async () => {
    const file = externalMeanColor({ location: NAME });
    mlflow.add({
      name: 'lost',
      version: '1',
      files: { MLmodel: 'flavors:\n  onnx:\n    data: model.onnx\n', 'model.onnx': file },
    });
    hub.add({ name: 'org/lost', commits: [{ sha: SHA, files: { 'model.onnx': file } }] });
    for (const source of [`hf://org/lost@${SHA}`, 'mlflow:/lost/1'])
      expect(await announced(source)).toMatchObject({ state: 'FAILED', errorCode: 'MODEL_EXTERNAL_DATA' });
  });
});

it('model and data share the limit on a model’s size', async () => {
  const { ingest } = await local(
    { location: NAME },
    { [NAME]: Buffer.concat([dataFile(), Buffer.alloc(2 ** 16)]) },
  );
  expect(ingest.errorCode).toBe('MODEL_TOO_LARGE');
  expect(ingest.errorMessage).toMatch(/together, the limit of PROBELOG_MAX_MODEL_BYTES/);
});

describe('the stored data', () => {
  it('is enough to probe the model again without its source, and nothing of it stays in the work folder', async () => {
    const { folder, ingest } = await local({ location: NAME }, { [NAME]: dataFile(2) });
    const before = await responsesOf(ingest.modelId);
    expect(before.equals(await twinResponses())).toBe(false);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, 'model.onnx'), externalMeanColor({ location: NAME }));
    const { id } = await small.service.ingest.reprobe(ingest.modelId);
    expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED' });
    expect((await responsesOf(ingest.modelId)).equals(before)).toBe(true);
  });

  it('is kept by cleanup, removed with its model, and missed when it is damaged', async () => {
    const { store } = small.service;
    const { folder, ingest } = await local({ location: NAME }, { [NAME]: dataFile(3) });
    const { modelId } = ingest;
    const [{ digest, bytes }] = (await store.models.dataFiles([modelId])).get(modelId) ?? expect.fail();
    expect([digest, bytes]).toEqual([createHash('sha256').update(dataFile(3)).digest('hex'), 64]);
    await store.cleanUpBlobs({ olderThanMs: -1_000, maxShare: 1 });
    expect(await store.blobs.isWhole(digest)).toBe(true);

    await writeFile(store.blobs.path(digest), dataFile(3).with(20, 1));
    await writeFile(join(folder, NAME), dataFile(4));
    const again = await small.service.ingest.reprobe(ingest.modelId);
    expect(await settled(small.service, again.id)).toMatchObject({ errorCode: 'SOURCE_CHANGED' });
    await writeFile(join(folder, NAME), dataFile(3));
    const repaired = await small.service.ingest.reprobe(ingest.modelId);
    expect(await settled(small.service, repaired.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await store.blobs.isWhole(digest)).toBe(true);

    await store.models.remove(ingest.modelId);
    await store.cleanUpBlobs({ olderThanMs: -1_000, maxShare: 1 });
    expect(await store.blobs.has(digest)).toBe(false);
  });
});
