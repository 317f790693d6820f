import { readdirSync } from 'node:fs';
import { chmod, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFile } from '../../src/probing/index.js';
import { meanColor } from './support/made-models.js';
import { plainProbes, runModel, temporaryFolder } from './support/run-model.js';

let probes: ProbeFile[];
const IMAGE_BYTES = 8 * 8 * 3;

beforeAll(async () => {
  probes = await plainProbes();
});

describe('the pixel cache', () => {
  it('rebuilds a damaged file', async () => {
    const cacheFolder = await temporaryFolder();
    const cold = await runModel(meanColor(), probes, { cacheFolder });
    const [file] = readdirSync(cacheFolder);
    await truncate(join(cacheFolder, file), 100);
    const again = await runModel(meanColor(), probes, { cacheFolder });
    expect(again.pixelsCached).toBe(false);
    expect(again.rows).toEqual(cold.rows);
    expect((await runModel(meanColor(), probes, { cacheFolder })).pixelsCached).toBe(true);
  });

  it('never gives other pixels: a file with a flipped byte is made again', async () => {
    const cacheFolder = await temporaryFolder();
    const cold = await runModel(meanColor(), probes, { cacheFolder });
    const path = join(cacheFolder, readdirSync(cacheFolder)[0]);
    const bytes = await readFile(path);
    bytes[70] ^= 0x40;
    await writeFile(path, bytes);
    const again = await runModel(meanColor(), probes, { cacheFolder });
    expect(again.pixelsCached).toBe(false);
    expect(again.rows).toEqual(cold.rows);
    expect((await runModel(meanColor(), probes, { cacheFolder })).pixelsCached).toBe(true);
  });

  it('belongs to the images, their order and the geometry, not to the normalization', async () => {
    const cacheFolder = await temporaryFolder();
    const cached = async (list: ProbeFile[], preprocessing: object) =>
      (await runModel(meanColor(), list, { cacheFolder, preprocessing })).pixelsCached;
    expect(await cached(probes, {})).toBe(false);
    expect(await cached(probes, { mean: [0.5], std: [0.5], channelOrder: 'BGR' })).toBe(true);
    expect(await cached([...probes].reverse(), {})).toBe(false);
    expect(await cached(probes.slice(1), {})).toBe(false);
    expect(await cached(probes, { resize: 'STRETCH' })).toBe(false);
    expect(await cached(probes, { resample: 'NEAREST' })).toBe(false);
  });

  it('stays within its size: what was used longest ago goes', async () => {
    const cacheFolder = await temporaryFolder();
    const cacheBytes = 2 * IMAGE_BYTES * probes.length;
    const run = (resample: 'NEAREST' | 'BILINEAR' | 'BICUBIC') =>
      runModel(meanColor(), probes, { cacheFolder, cacheBytes, preprocessing: { resample } });
    await run('NEAREST');
    const [oldest] = await readdir(cacheFolder);
    await run('BILINEAR');
    await utimes(join(cacheFolder, oldest), new Date(0), new Date(0));
    await writeFile(join(cacheFolder, 'dead.partial'), 'left behind');
    await utimes(join(cacheFolder, 'dead.partial'), new Date(0), new Date(0));
    await run('BICUBIC');
    expect(await readdir(cacheFolder)).toHaveLength(2);
    expect(await readdir(cacheFolder)).not.toContain(oldest);
    expect((await run('BILINEAR')).pixelsCached).toBe(true);
  });

  it('is left alone when it could not hold the set, or cannot be written', async () => {
    const small = await temporaryFolder();
    await runModel(meanColor(), probes, { cacheFolder: small, cacheBytes: 10 });
    expect(await readdir(small)).toEqual([]);
    const blocked = join(await temporaryFolder(), 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    expect((await runModel(meanColor(), probes, { cacheFolder: blocked })).rows).toHaveLength(probes.length);
  });

  it('never holds half a set: an interrupted run leaves none', async () => {
    const cacheFolder = await temporaryFolder();
    const onBatch = () => {
      throw new Error('stop');
    };
    await runModel(meanColor({ batch: 1 }), probes, { cacheFolder, onBatch }).catch(() => undefined);
    expect((await readdir(cacheFolder)).filter((name) => name.endsWith('.pixels'))).toEqual([]);
    await runModel(meanColor(), probes, { cacheFolder, startAt: 2 });
    expect((await readdir(cacheFolder)).filter((name) => name.endsWith('.pixels'))).toEqual([]);
  });
});
