import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GalleryWriter, ResponseUploads } from '../../src/ingest/index.js';
import { failWaiting } from '../store/models.js';
import { npyFile, type Rows } from './support/array-files.js';
import { openSmallService, type SmallService } from './support/small-service.js';

const PROBES = 24;
const AT_ONCE = 4;

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService({ probes: PROBES, work: false });
});
afterAll(() => small.close());

function rows(seed: number): Rows {
  return [0, 1, 2].map((c) => Array.from({ length: PROBES }, (_, p) => Math.sin(seed + c * 12.9 + p * 7.3)));
}

async function* content(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Uploads beside the service's own, with another gallery. */
function uploadsWith(gallery: Partial<GalleryWriter>): ResponseUploads {
  return new ResponseUploads({
    store: small.service.store,
    gallery: { add: async () => undefined, remove: async () => undefined, ...gallery },
    folder: join(small.folder, 'uploads'),
    maxBytes: 2 ** 20,
    maxOutputs: 100,
    maxConcurrent: AT_ONCE,
    defaultProbeSet: undefined,
    prior: async () => null,
  });
}

const registered = (uploads: ResponseUploads) => uploads.register({ name: randomUUID(), version: '1' });
const stored = async (id: string) => (await small.service.store.models.byIds([id]))[0];

describe('an upload', () => {
  it('that ended between database and gallery is completed by repeating it', async () => {
    const added: string[] = [];
    let broken = true;
    const uploads = uploadsWith({
      async add(_, { responsesDigest }) {
        if (broken) throw new Error('the search process died');
        added.push(responsesDigest);
      },
    });
    const { id } = await registered(uploads);
    const file = npyFile(rows(1));
    await expect(uploads.accept(id, content(file), {})).rejects.toThrow('the search process died');
    broken = false;
    expect(await uploads.accept(id, content(file), {})).toMatchObject({ changed: false, created: false });
    expect(added).toEqual([(await stored(id)).responsesDigest]);
  });

  it('and a concurrent one for the same model leave database and gallery in agreement', async () => {
    let last: string | undefined;
    const uploads = uploadsWith({
      async add(_, { responsesDigest }) {
        last = responsesDigest;
      },
    });
    const { id } = await registered(uploads);
    await Promise.all([1, 2, 3, 4].map((seed) => uploads.accept(id, content(npyFile(rows(seed))), {})));
    expect((await stored(id)).responsesDigest).toBe(last);
  });

  it('of a model that is removed meanwhile leaves nothing in database or gallery', async () => {
    const removed: string[] = [];
    const uploads = uploadsWith({
      async add(_, { modelId }) {
        await small.service.store.models.remove(modelId);
      },
      async remove(_, modelId) {
        removed.push(modelId);
      },
    });
    const { id } = await registered(uploads);
    await expect(uploads.accept(id, content(npyFile(rows(1))), {})).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(removed).toEqual([id]);
  });

  it('is not visible before it is complete', async () => {
    const uploads = uploadsWith({});
    const { id } = await registered(uploads);
    const file = npyFile(rows(1));
    async function* slowly() {
      yield file.subarray(0, 200);
      expect(await stored(id)).toMatchObject({ status: 'PENDING', responsesDigest: null });
      yield file.subarray(200);
    }
    await uploads.accept(id, slowly(), {});
    expect(await stored(id)).toMatchObject({ status: 'READY' });
  });

  it('is refused while the maximum number of uploads is running', async () => {
    const uploads = uploadsWith({});
    const { id } = await registered(uploads);
    const file = npyFile(rows(1));
    const all = await Promise.allSettled(
      Array.from({ length: AT_ONCE + 3 }, () => uploads.accept(id, content(file), {})),
    );
    const codes = all.map((each) => (each.status === 'fulfilled' ? 'taken' : each.reason.code));
    expect(codes).toEqual([...Array(AT_ONCE).fill('taken'), ...Array(3).fill('UPLOADS_BUSY')]);
    expect(await uploads.accept(id, content(file), {})).toMatchObject({ changed: false });
  });

  it('that fails midway leaves no file', async () => {
    const uploads = uploadsWith({});
    const { id } = await registered(uploads);
    async function* broken() {
      yield new Uint8Array(100);
      throw new Error('the line is dead');
    }
    await expect(uploads.accept(id, broken(), {})).rejects.toThrow('the line is dead');
    expect(await readdir(join(small.folder, 'uploads'))).toEqual([]);
  });
});

describe('a version', () => {
  it('whose ingest failed can be registered for upload', async () => {
    const name = randomUUID();
    const { id, modelId } = await small.enqueue(new Uint8Array([1]), { name });
    const uploads = uploadsWith({});
    await expect(uploads.register({ name, version: '1' })).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    await failWaiting(small.service.store, id);
    expect(await uploads.register({ name, version: '1' })).toMatchObject({ id: modelId, status: 'PENDING' });
    expect(await uploads.accept(modelId, content(npyFile(rows(1))), {})).toMatchObject({ created: true });
  });

  it('with uploaded responses cannot be ingested too', async () => {
    const { name } = await registered(uploadsWith({}));
    await expect(small.enqueue(new Uint8Array([1]), { name })).rejects.toMatchObject({
      code: 'MODEL_EXISTS',
    });
  });
});
