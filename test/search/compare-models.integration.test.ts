import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareModels } from '../../src/search/index.js';
import type { ModelRecord } from '../../src/store/index.js';
import { openSmallService, type SmallService } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';

let idle: SmallService;
beforeAll(async () => {
  idle = await openSmallService({ work: false });
});
afterAll(() => idle.close());

async function queued(): Promise<ModelRecord> {
  const { modelId } = await idle.enqueue(meanColor());
  const [model] = await idle.service.store.models.byIds([modelId]);
  return model;
}

it('says of a model that waits to be probed that it cannot be compared yet', async () => {
  const model = await queued();
  await expect(compareModels(idle.service, model, model)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('it has no responses yet'),
    details: { model: model.name, version: '1', status: 'PENDING' },
  });
});

it('asks to try again when a published model is not in the gallery yet', async () => {
  const model: ModelRecord = { ...(await queued()), status: 'READY', outputs: 4 };
  await expect(compareModels(idle.service, model, model)).rejects.toMatchObject({
    code: 'SEARCH_UNAVAILABLE',
  });
});
