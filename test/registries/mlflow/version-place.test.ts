import { expect, it } from 'vitest';
import { ProbelogError } from '../../../src/errors/index.js';
import type { MlflowApi } from '../../../src/registries/mlflow/mlflow-api.js';
import { findPlace } from '../../../src/registries/mlflow/version-place.js';

const RECORD = { name: 'birds', version: '1', status: 'READY', run_id: 'run', source: 'runs:/run/model' };

/** A tracking server whose run logged these models, the oldest first: names by id; null for one that was deleted. */
function apiWith(models: Record<string, string | null>) {
  const asked: string[] = [];
  const api: Partial<MlflowApi> = {
    runFiles: async () => [],
    modelsOfRun: async () => Object.keys(models),
    nameOfLoggedModel: async (id) => {
      asked.push(id);
      if (models[id] === null) throw new ProbelogError('SOURCE_NOT_FOUND', 'MLflow answered 404.');
      return models[id];
    },
    loggedModelFiles: async (id) => [`models/${id}.onnx`],
  };
  return { asked, find: () => findPlace(api as MlflowApi, RECORD as Parameters<typeof findPlace>[1]) };
}

it('takes the newest logged model of that name, past one that was deleted', async () => {
  const { find } = apiWith({ 'm-1': 'model', 'm-2': 'model', 'm-3': null, 'm-4': 'other' });
  expect((await find()).listed).toEqual(['m-2.onnx']);
});

it('asks for no more than the newest 100', async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => [
    `m-${index}`,
    index === 0 ? 'model' : 'checkpoint',
  ]);
  const { find, asked } = apiWith(Object.fromEntries(names));
  await expect(find()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  expect(asked).toHaveLength(100);
  expect(asked[0]).toBe('m-999');
});
