import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodePrior, ProbeChooser, parseNpyHeader } from '../../src/domain/index.js';
import type { Search, SearchModel } from '../../src/search/index.js';
import { openQuietly } from './open-quietly.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: 'set', probes: PROBES };
const FLOAT16_NAN = 0x7e00;

let folder: string;
let search: Search;
let models: KnownModel[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-partial-'));
  models = await randomModels(folder, { models: 13, outputs: 100, probes: PROBES });
  search = await openQuietly(folder);
});
afterEach(async () => {
  await search.close();
  await rm(folder, { recursive: true, force: true });
});

/** The same model as if only every second probe had been run. */
async function halfRun(model: SearchModel): Promise<SearchModel> {
  const file = await readFile(model.responsesPath);
  const { dataOffset } = parseNpyHeader(file);
  const { outputs } = model;
  for (let output = 0; output < outputs; output++)
    for (let probe = 1; probe < PROBES; probe += 2)
      file.writeUInt16LE(FLOAT16_NAN, dataOffset + (output * PROBES + probe) * 2);
  const responsesPath = `${model.responsesPath}.half`;
  await writeFile(responsesPath, file);
  const responsesDigest = createHash('sha256').update(file).digest('hex');
  return { ...model, modelId: `${model.modelId}-half`, responsesDigest, responsesPath };
}

describe('a partly probed model', () => {
  it('is completed by a gallery that has learned enough, and comes near its fully probed self', async () => {
    await search.sync(SET, models);
    await search.settled();
    const prior = await search.prior(SET.id);
    expect(prior?.fullyProbed).toEqual({ models: 13, logits: 1_300 });
    const decoded = decodePrior(await readFile(prior?.path ?? ''));
    for (const { factor } of decoded.families)
      expect(factor.columns).toBeLessThanOrEqual(decoded.shape.directions);
    expect(new ProbeChooser(decoded, { budget: 0.5, errorBound: 0, errorFactor: 0 }).maxProbes).toBe(
      PROBES / 2,
    );

    const half = await halfRun(models[3]);
    await search.add(SET, half);
    const similarity = await search.similarity(SET.id, half.modelId, models[3].modelId);
    let mean = 0;
    for (let output = 0; output < 100; output++) mean += (similarity?.data[output * 101] ?? 0) / 100;
    expect(mean).toBeGreaterThan(0.8);
    expect(await search.stats(SET.id)).toMatchObject({ models: 14, prior: { models: 13, logits: 1_300 } });
  });

  it('that came before anything was learned is completed once it is, and teaches nothing', async () => {
    const half = await halfRun(models[0]);
    await search.sync(SET, [half]);
    const before = await search.descriptor(SET.id, half.modelId, 0);
    expect(before?.[1]).toBe(0);
    await search.sync(SET, [half, ...models]);
    await search.settled();
    expect((await search.prior(SET.id))?.fullyProbed.models).toBe(13);
    const after = await search.descriptor(SET.id, half.modelId, 0);
    expect(after?.[1]).not.toBe(0);
  });

  it('is completed again when twice as much is known, not after every build', async () => {
    const more = await randomModels(folder, { models: 27, outputs: 100, probes: PROBES, seed: 2 });
    const completedAfter = async (known: SearchModel[]) => {
      await search.sync(SET, [half, ...known]);
      await search.settled();
      expect((await search.prior(SET.id))?.fullyProbed.models).toBe(known.length);
      return search.descriptor(SET.id, half.modelId, 0);
    };
    const half = await halfRun(models[0]);
    const first = await completedAfter(more.slice(0, 13));
    expect(await completedAfter(more.slice(0, 18))).toEqual(first);
    expect(await completedAfter(more)).not.toEqual(first);
  });
});
