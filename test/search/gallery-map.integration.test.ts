import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapPage, Search } from '../../src/search/index.js';
import { openQuietly } from './open-quietly.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: 'set', probes: PROBES };
const OUTPUTS = 20;
const ALL = { from: 0, first: 20_000 };

let folder: string;
let models: KnownModel[];
let search: Search;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-map-'));
  models = await randomModels(folder, { models: 30, outputs: OUTPUTS, probes: PROBES, seed: 3 });
  search = await openQuietly(join(folder, 'search'));
});
afterAll(async () => {
  await search?.close();
  await rm(folder, { recursive: true, force: true });
});

async function made(from = search): Promise<MapPage> {
  await expect
    .poll(async () => (await from.map(SET.id, ALL)).isMaking, { timeout: 60_000, interval: 200 })
    .toBe(false);
  return from.map(SET.id, ALL);
}

/** The mean cosine between the descriptors of points and of their nearest point on the map, and of any two points. */
function likeness({ modelIds, models: of, indexes, points }: MapPage): { nearest: number; any: number } {
  const vectors = [...of].map((model, i) => {
    const known = models.find(({ modelId }) => modelId === modelIds[model]) ?? expect.fail();
    return known.descriptors.data.subarray(indexes[i] * PROBES, (indexes[i] + 1) * PROBES);
  });
  const cosine = (a: number, b: number) =>
    vectors[a].reduce((sum, value, i) => sum + value * vectors[b][i], 0) / PROBES;
  let [nearest, any] = [0, 0];
  for (let i = 0; i < vectors.length; i++) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < vectors.length; j++) {
      const distance = Math.hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]);
      if (j !== i && distance < least) [best, least] = [j, distance];
    }
    nearest += cosine(i, best) / vectors.length;
    any += cosine(i, ((i + vectors.length / 2) % vectors.length) | 0) / vectors.length;
  }
  return { nearest, any };
}

describe('the map of a gallery', () => {
  it('is not there while the gallery is small', async () => {
    await search.sync(SET, models.slice(0, 5));
    await search.settled();
    expect(await search.map(SET.id, ALL)).toMatchObject({
      state: 'TOO_SMALL',
      version: null,
      total: 0,
      isMaking: false,
    });
  });

  it('is made when it is wanted, and has like logits near each other', async () => {
    await search.sync(SET, models.slice(0, 20));
    await search.settled();
    expect(await search.map(SET.id, ALL)).toMatchObject({ state: 'MAKING', isMaking: true, total: 0 });
    const map = await made();
    expect(map).toMatchObject({ state: 'READY', total: 20 * OUTPUTS });
    const { nearest, any } = likeness(map);
    expect(nearest).toBeGreaterThan(any + 0.3);
  });

  it('comes in pages, without models that the caller does not see or that were removed', async () => {
    const whole = await made();
    const pages = [];
    for (let from = 0; from < whole.total; from += 150)
      pages.push(await search.map(SET.id, { from, first: 150 }));
    expect(pages.flatMap(({ points }) => [...points])).toEqual([...whole.points]);
    expect(pages.flatMap(({ modelIds, models: of }) => [...of].map((place) => modelIds[place]))).toEqual(
      [...whole.models].map((place) => whole.modelIds[place]),
    );
    const hidden = [models[1].modelId, models[7].modelId];
    const seen = await search.map(SET.id, { ...ALL, hidden });
    expect(seen.total).toBe(18 * OUTPUTS);
    expect(seen.modelIds).not.toEqual(expect.arrayContaining([hidden[0]]));
    await search.remove(SET.id, models[3].modelId);
    expect((await search.map(SET.id, ALL)).total).toBe(19 * OUTPUTS);
  });

  it('stays until the next one is made, which is turned to it', async () => {
    const before = await search.map(SET.id, ALL);
    await search.sync(SET, models);
    await search.settled();
    const during = await search.map(SET.id, ALL);
    expect(during).toMatchObject({ state: 'READY', version: before.version, isMaking: true });
    const after = await made();
    expect(after.version).not.toBe(before.version);
    expect(after.total).toBe(30 * OUTPUTS);
    const placeOf = (map: MapPage) =>
      new Map([...map.models].map((place, i) => [`${map.modelIds[place]} ${map.indexes[i]}`, i] as const));
    const [old, now] = [placeOf(before), placeOf(after)];
    let [moved, spread, count] = [0, 0, 0];
    const mean = [0, 1].map(
      (axis) => before.points.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b, 0) / before.total,
    );
    for (const [logit, i] of old) {
      const j = now.get(logit);
      if (j === undefined) continue;
      moved +=
        (after.points[2 * j] - before.points[2 * i]) ** 2 +
        (after.points[2 * j + 1] - before.points[2 * i + 1]) ** 2;
      spread += (before.points[2 * i] - mean[0]) ** 2 + (before.points[2 * i + 1] - mean[1]) ** 2;
      count += 1;
    }
    expect(count).toBe(19 * OUTPUTS);
    // The best possible turn leaves less than placing everything in the middle would.
    expect(moved).toBeLessThan(spread);
  });

  it('is read again after a restart, made again when it is damaged, and the same for the same gallery', async () => {
    const before = await made();
    await search.close();
    search = await openQuietly(join(folder, 'search'));
    await search.sync(SET, models);
    expect(await search.map(SET.id, ALL)).toMatchObject({
      version: before.version,
      total: before.total,
      isMaking: false,
    });
    await search.close();
    const gallery = join(folder, 'search', 'search', SET.id);
    const [file] = (await readdir(gallery)).filter((name) => name.startsWith('map-'));
    await writeFile(join(gallery, file), (await readFile(join(gallery, file))).fill(7, 100, 120));
    search = await openQuietly(join(folder, 'search'));
    await search.sync(SET, models);
    expect(await search.map(SET.id, ALL)).toMatchObject({ state: 'MAKING' });
    const again = await made();
    const distances = (map: MapPage) => {
      const scale = Math.hypot(map.points[0] - map.points[2], map.points[1] - map.points[3]);
      return Array.from(
        { length: 20 },
        (_, i) =>
          Math.hypot(map.points[0] - map.points[2 * i + 4], map.points[1] - map.points[2 * i + 5]) / scale,
      );
    };
    distances(again).forEach((distance, i) => void expect(distance).toBeCloseTo(distances(before)[i], 2));
  });
});
