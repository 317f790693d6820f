import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestRecord } from '../../src/store/index.js';
import { endless } from '../probing/support/bad-models.js';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService({ probes: 150 });
});
afterAll(() => small.close());

describe('watching an ingest', () => {
  it('yields the stages in order and a growing number of probes', async () => {
    const { id } = await small.enqueue(meanColor());
    const seen: IngestRecord[] = [];
    for await (const ingest of small.service.ingest.watch(id)) seen.push(ingest);
    const probing = seen.filter(({ total }) => total !== null && total > 0);
    const done = probing.map((ingest) => ingest.done);
    expect(done).toEqual([...done].sort((a, b) => Number(a) - Number(b)));
    expect(seen.at(-1)?.state).toBe('SUCCEEDED');
    expect(seen.at(-1)?.total).toBe(150);
  });

  it('of a finished ingest yields its final state once', async () => {
    const { id } = await small.ingest(meanColor());
    const seen: string[] = [];
    for await (const { state } of small.service.ingest.watch(id)) seen.push(state);
    expect(seen).toEqual(['SUCCEEDED']);
  });
});

describe('while a model runs', () => {
  /** The model is run once for its inspection, and that already never ends. */
  const untilItRuns = async (id: string) => {
    for await (const { stage } of small.service.ingest.watch(id)) if (stage === 'INSPECTING') return;
  };

  it('its ingest can be cancelled while others continue', async () => {
    const { id } = await small.enqueue(endless());
    await untilItRuns(id);
    await small.service.ingest.cancel(id);
    expect((await settled(small.service, id)).state).toBe('CANCELLED');
    expect((await small.ingest(meanColor())).state).toBe('SUCCEEDED');
    expect(await readdir(join(small.folder, 'data/ingests'))).toEqual([]);
  });

  it('the model can be removed', async () => {
    const { id, modelId } = await small.enqueue(endless());
    await untilItRuns(id);
    expect(await small.service.ingest.remove(modelId)).toBe(true);
    expect(await small.service.store.models.byIds([modelId])).toEqual([]);
    expect((await small.ingest(meanColor())).state).toBe('SUCCEEDED');
  });
});
