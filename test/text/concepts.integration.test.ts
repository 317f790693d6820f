import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProbelogError } from '../../src/errors/index.js';
import {
  createConceptEncoder,
  type EmbeddingStore,
  PROMPTS,
  type QueryImage,
  type TextEncoder,
} from '../../src/text/index.js';

const AXES = ['dog', 'cat', 'bird'];
const vocabulary = ['dog', 'cat', 'bird', 'stone'];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-concepts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Texts and images on three axes, named in them. */
function madeEncoder() {
  const asked: string[][] = [];
  const encoder: TextEncoder = {
    id: async () => 'made',
    shippedEmbeddings: async () => null,
    embedTexts: async (texts) => {
      asked.push(texts);
      if (texts.some((text) => text.includes('broken'))) throw new Error('broken');
      return texts.map((text) => unit(AXES.map((axis) => Number(text.includes(axis)))));
    },
    embedImages: async (paths) => paths.map((path) => unit(AXES.map((axis) => Number(path.includes(axis))))),
    close: async () => undefined,
  };
  return { encoder, asked };
}

function madeStore(images: string[]) {
  const blobs = new Map<string, Uint8Array>();
  const embeddings = new Map<string, { digest: string; dimensions: number }>();
  const store: EmbeddingStore = {
    probeSets: {
      probes: async () => images.map((digest) => ({ digest })),
      embedding: async (set, encoder) => embeddings.get(`${set} ${encoder}`) ?? null,
      saveEmbedding: async (set, encoder, stored) => void embeddings.set(`${set} ${encoder}`, stored),
    },
    blobs: {
      checkedPath: async (digest) => digest,
      put: async (content) => {
        const digest = String(blobs.size);
        blobs.set(digest, content);
        return { digest };
      },
      readAll: async (digest) => blobs.get(digest) ?? new Uint8Array(),
    },
  };
  return { store, blobs, embeddings };
}

function unit(values: number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

it('gives the cosine of a concept with each probe', async () => {
  const concepts = createConceptEncoder({
    ...madeStore(['dog.jpg', 'dog-cat.jpg', 'bird.jpg']),
    ...madeEncoder(),
    folder,
    vocabulary,
  });
  const { cosines } = await concepts.vectors('dog', { id: 'set' });
  expect(cosines[0]).toBeCloseTo(1, 6);
  expect(cosines[1]).toBeCloseTo(Math.SQRT1_2, 6);
  expect(cosines[2]).toBeCloseTo(0, 6);
});

it('puts a concept into every prompt, whatever characters it has', async () => {
  const { encoder, asked } = madeEncoder();
  const concepts = createConceptEncoder({
    ...madeStore(['dog.jpg', 'cat.jpg']),
    encoder,
    folder,
    vocabulary,
  });
  await concepts.vectors("dog $& {} $'", { id: 'set' });
  expect(asked).toContainEqual(["a photo of a dog $& {} $'", "dog $& {} $'"]);
  expect(PROMPTS).toHaveLength(2);
});

it('encodes a concept once, whatever its spelling and the number of requests', async () => {
  const { encoder, asked } = madeEncoder();
  const concepts = createConceptEncoder({
    ...madeStore(['dog.jpg', 'cat.jpg']),
    encoder,
    folder,
    vocabulary,
  });
  await Promise.all([
    concepts.vectors('dog', { id: 'set' }),
    concepts.vectors('  dog ', { id: 'set' }),
    concepts.vectors('dog', { id: 'set' }),
  ]);
  await concepts.vectors('dog', { id: 'set' });
  expect(asked.filter((texts) => texts.length === PROMPTS.length)).toHaveLength(1);
});

it('does not remember a failure', async () => {
  const { encoder, asked } = madeEncoder();
  const concepts = createConceptEncoder({
    ...madeStore(['dog.jpg', 'cat.jpg']),
    encoder,
    folder,
    vocabulary,
  });
  await expect(concepts.vectors('broken', { id: 'set' })).rejects.toThrow('broken');
  await expect(concepts.vectors('broken', { id: 'set' })).rejects.toThrow('broken');
  expect(asked.filter((texts) => texts.length === PROMPTS.length)).toHaveLength(2);
});

it('stores the embeddings of a probe set once for each encoder', async () => {
  const { store, blobs, embeddings } = madeStore(
    Array.from({ length: 40 }, (_, at) => `${AXES[at % 3]}-${at}`),
  );
  const { encoder } = madeEncoder();
  const first = await createConceptEncoder({ store, encoder, folder, vocabulary }).vectors('cat', {
    id: 'set',
  });
  const again = await createConceptEncoder({ store, encoder, folder, vocabulary }).vectors('cat', {
    id: 'set',
  });
  expect(again).toEqual(first);
  expect(blobs.size).toBe(1);
  expect(embeddings.get('set made')).toEqual({ digest: '0', dimensions: 3 });
  await createConceptEncoder({
    store,
    encoder: { ...encoder, id: async () => 'other' },
    folder,
    vocabulary,
  }).vectors('cat', {
    id: 'set',
  });
  expect(blobs.size).toBe(2);
});

describe('damage is computed again, never used:', () => {
  it('the files of a background', async () => {
    const own = join(folder, 'damaged');
    const options = { ...madeStore(['dog.jpg', 'cat.jpg']), ...madeEncoder(), folder: own, vocabulary };
    const first = await createConceptEncoder(options).vectors('dog', { id: 'set' });
    const files = (await readdir(own)).map((name) => join(own, name));
    expect(files).toHaveLength(6);
    const whole = await Promise.all(files.map((file) => readFile(file)));
    for (const [at, file] of files.entries())
      await writeFile(file, whole[at].with(-40, whole[at][whole[at].length - 40] ^ 1));
    expect(await createConceptEncoder(options).vectors('dog', { id: 'set' })).toEqual(first);
    expect(await Promise.all(files.map((file) => readFile(file)))).toEqual(whole);
  });

  it('the embeddings of the probes', async () => {
    const { store, blobs, embeddings } = madeStore(['dog.jpg', 'cat.jpg']);
    const { encoder } = madeEncoder();
    const first = await createConceptEncoder({ store, encoder, folder, vocabulary }).vectors('dog', {
      id: 'set',
    });
    const damaged: EmbeddingStore = {
      ...store,
      blobs: { ...store.blobs, readAll: () => Promise.reject(new ProbelogError('BLOB_MISSING', 'damaged')) },
    };
    const again = await createConceptEncoder({ store: damaged, encoder, folder, vocabulary }).vectors('dog', {
      id: 'set',
    });
    expect(again).toEqual(first);
    expect(embeddings.get('set made')).toEqual({ digest: '1', dimensions: 3 });
    expect(blobs.get('1')).toEqual(blobs.get('0'));
  });
});

describe('a concept that is not waited for any more', () => {
  /** An encoder that starts on demand, and can be cancelled until then. */
  function slowEncoder() {
    const { encoder, asked } = madeEncoder();
    let begin: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const slow: TextEncoder = {
      ...encoder,
      embedTexts: async (texts, unwanted) => {
        if (unwanted) await told;
        unwanted?.throwIfAborted();
        return encoder.embedTexts(texts);
      },
    };
    const concepts = createConceptEncoder({
      ...madeStore(['dog.jpg', 'cat.jpg']),
      encoder: slow,
      folder,
      vocabulary,
    });
    const encoded = () => asked.filter((texts) => texts.length === PROMPTS.length).length;
    return { concepts, begin: () => begin(), encoded };
  }
  const set = { id: 'set' };

  it('is not encoded, and is when it is requested again', async () => {
    const { concepts, begin, encoded } = slowEncoder();
    const gone = new AbortController();
    const asked = concepts.vectors('dog', set, gone.signal);
    gone.abort(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    await expect(concepts.vectors('dog', set, gone.signal)).rejects.toThrow('gone');
    const again = concepts.vectors('dog', set);
    begin();
    expect((await again).cosines[0]).toBeCloseTo(1, 6);
    expect(encoded()).toBe(1);
  });

  it('is still encoded for others who wait', async () => {
    const { concepts, begin, encoded } = slowEncoder();
    const gone = new AbortController();
    const left = concepts.vectors('dog', set, gone.signal);
    const waiting = concepts.vectors('dog', set, new AbortController().signal);
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    begin();
    expect((await waiting).cosines[0]).toBeCloseTo(1, 6);
    expect(encoded()).toBe(1);
  });
});

describe('a picture', () => {
  const readImage = (name: string, used: string[]): QueryImage => ({
    digest: name,
    asFile: async (use) => {
      used.push(name);
      if (name === 'broken') throw new Error('broken');
      return use(name);
    },
  });

  it('is checked and embedded once, however often and by however many it is sent', async () => {
    const { store } = madeStore(['dog.jpg', 'cat.jpg']);
    const concepts = createConceptEncoder({ store, ...madeEncoder(), folder, vocabulary });
    const used: string[] = [];
    const ask = () => concepts.imageVectors(readImage('dog', used), { id: 'set' });
    const [first] = await Promise.all([ask(), ask(), ask()]);
    expect(await ask()).toEqual(first);
    expect(used).toEqual(['dog']);
  });

  it('whose callers have left is not embedded', async () => {
    const { store } = madeStore(['dog.jpg', 'cat.jpg']);
    const concepts = createConceptEncoder({ store, ...madeEncoder(), folder, vocabulary });
    const used: string[] = [];
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = (name: string): QueryImage => ({
      digest: name,
      asFile: (use) => held.then(() => use(name)),
    });
    const first = ['cat', 'bird'].map((name) => concepts.imageVectors(slow(name), { id: 'set' }));
    const gone = new AbortController();
    const left = concepts.imageVectors(readImage('dog', used), { id: 'set' }, gone.signal);
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    finish();
    await Promise.allSettled(first);
    expect(used).toEqual([]);
  });

  it('that failed is tried again', async () => {
    const { store } = madeStore(['dog.jpg', 'cat.jpg']);
    const concepts = createConceptEncoder({ store, ...madeEncoder(), folder, vocabulary });
    const used: string[] = [];
    const ask = () => concepts.imageVectors(readImage('broken', used), { id: 'set' });
    await expect(ask()).rejects.toThrow('broken');
    await expect(ask()).rejects.toThrow('broken');
    expect(used).toHaveLength(2);
  });

  it('that is equally near to all probes is called an image in the error', async () => {
    const { store } = madeStore(['dog.jpg', 'dog.png']);
    const concepts = createConceptEncoder({ store, ...madeEncoder(), folder, vocabulary });
    await expect(concepts.imageVectors(readImage('dog', []), { id: 'set' })).rejects.toThrow(
      /^The image is equally near/,
    );
  });
});

it('makes the vocabulary file again when it was deleted', async () => {
  const concepts = createConceptEncoder({
    ...madeStore(['dog.jpg', 'cat.jpg']),
    ...madeEncoder(),
    folder,
    vocabulary,
  });
  const { path } = await concepts.vocabulary({ id: 'set' });
  const before = await readFile(path);
  await rm(path);
  expect((await concepts.vocabulary({ id: 'set' })).path).toBe(path);
  expect(await readFile(path)).toEqual(before);
});
