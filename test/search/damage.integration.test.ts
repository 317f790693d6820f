import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSearch, type Search, type UnreadableModel } from '../../src/search/index.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: '00000000-0000-4000-8000-000000000001', probes: PROBES };

let folder: string;
let models: KnownModel[];
/** The files of a gallery with a snapshot, relative to its search folder. */
let files: string[];
let expected: unknown;
const logged: string[] = [];
const left: UnreadableModel[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-damage-'));
  models = await randomModels(folder, { models: 12, outputs: 30, probes: PROBES });
  const search = await open('whole');
  await search.sync(SET, models);
  await search.settled();
  expect(await search.stats(SET.id)).toMatchObject({ index: 'FAISS' });
  expected = await answers(search);
  await search.close();
  const names = await readdir(join(folder, 'whole'), { recursive: true });
  const isFile = await Promise.all(
    names.map(async (name) => (await stat(join(folder, 'whole', name))).isFile()),
  );
  files = names.filter((_, index) => isFile[index]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(name: string): Promise<Search> {
  return openSearch({
    folder: join(folder, name),
    settings: { exactLimit: 100 },
    galleries: async () => [{ probeSet: SET, models }],
    log: (line) => logged.push(line),
    onUnreadable: (found) => left.push(...found),
  });
}

/** The results of a search, and a descriptor. */
async function answers(search: Search) {
  const query = { kind: 'LOGIT', modelId: models[3].modelId, index: 4 } as const;
  const { results } = await search.search(SET.id, { query, metric: 'SCORE', first: 10 });
  const found = results.map(({ position: _, ...result }) => result);
  return { found, descriptor: await search.descriptor(SET.id, models[5].modelId, 2) };
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[Math.floor(bytes.length / 2)] ^= 0x10;
  await writeFile(path, bytes);
}

describe('damage of derived files is said and mended, never served', () => {
  it('a flipped byte in any file of a gallery or its snapshot', async () => {
    expect(files.map((name) => name.split('/').at(-1)).sort()).toEqual(
      expect.arrayContaining(['current', 'index.faiss', 'journal.jsonl', 'rows.f16', 'vectors.f32']),
    );
    for (const file of files) {
      await cp(join(folder, 'whole'), join(folder, 'flipped'), { recursive: true });
      await flip(join(folder, 'flipped', file));
      logged.length = 0;
      const search = await open('flipped');
      await search.sync(SET, models);
      await search.settled();
      expect([file, await answers(search)]).toEqual([file, expected]);
      expect([file, logged]).toEqual([file, [expect.stringContaining('is built again')]]);
      await search.close();
      await rm(join(folder, 'flipped'), { recursive: true });
    }
  });
});

it('a snapshot of another gallery is recognized and built again, never served', async () => {
  const others = await randomModels(folder, {
    models: 12,
    outputs: 30,
    probes: PROBES,
    seed: 7,
  });
  const other = await open('other');
  await other.sync(SET, others);
  await other.settled();
  await other.close();
  await cp(join(folder, 'whole'), join(folder, 'swapped'), { recursive: true });
  const [from, to] = ['other', 'swapped'].map((name) => join(folder, name, SET.id));
  for (const name of await readdir(to))
    if (/^(current|snapshot-)/.test(name)) await rm(join(to, name), { recursive: true });
  for (const name of await readdir(from))
    if (/^(current|snapshot-)/.test(name)) await cp(join(from, name), join(to, name), { recursive: true });
  logged.length = 0;
  const search = await open('swapped');
  await search.sync(SET, models);
  await search.settled();
  expect(await answers(search)).toEqual(expected);
  expect(logged).toEqual([expect.stringContaining('built from other descriptors')]);
  await search.close();
});

describe('models whose stored responses are damaged are left out and named', () => {
  it.each([
    ['flipped', flip, 'is damaged'],
    [
      'cut short',
      async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 500)),
      'is damaged',
    ],
    ['missing', (path: string) => rm(path), 'is missing'],
  ] as const)('a file that is %s', async (name, damage, problem) => {
    const { responsesPath, modelId } = models[7];
    const whole = await readFile(responsesPath);
    await damage(responsesPath);
    left.length = 0;
    const search = await open(`responses-${name}`);
    try {
      await search.sync(SET, models);
      expect(left).toEqual([{ modelId, problem: expect.stringContaining(problem) }]);
      expect(search.unreadable()).toEqual(left);
      expect(await search.stats(SET.id)).toMatchObject({ models: 11 });
      await writeFile(responsesPath, whole);
      await search.sync(SET, models);
      expect(search.unreadable()).toEqual([]);
      expect(await search.stats(SET.id)).toMatchObject({ models: 12 });
    } finally {
      await writeFile(responsesPath, whole);
      await search.close();
    }
  });
});
