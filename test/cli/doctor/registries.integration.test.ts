import { afterAll, beforeAll, expect, it } from 'vitest';
import { registries } from '../../../src/cli/doctor/checks/registries.js';
import { type MlflowServer, startMlflow } from '../../registries/mlflow/mlflow-server.js';
import { examine } from './examine.js';

const TOKEN = 'right-token';

let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  mlflow.authorization = `Bearer ${TOKEN}`;
  mlflow.add({ name: 'birds', version: '3' });
});
afterAll(() => mlflow.close());

it('none is to be listed', async () => {
  expect(await examine(registries, {})).toMatchObject([{ state: 'ok' }]);
});

it('is not asked unless other machines may be', async () => {
  const asked = mlflow.requests.length;
  expect(await examine(registries, { PROBELOG_MLFLOW_URL: mlflow.url })).toMatchObject([
    { state: 'skipped', says: expect.stringContaining('--network') },
  ]);
  expect(mlflow.requests).toHaveLength(asked);
});

it('can be listed with this token', async () => {
  const settings = { PROBELOG_MLFLOW_URL: mlflow.url, PROBELOG_MLFLOW_TOKEN: TOKEN };
  expect(await examine(registries, settings, { network: true })).toMatchObject([
    { state: 'ok', says: expect.stringMatching(/^mlflow: .* can be listed$/) },
  ]);
});

it('refuses this token, which is not told', async () => {
  const settings = { PROBELOG_MLFLOW_URL: mlflow.url, PROBELOG_MLFLOW_TOKEN: 'wrong-token' };
  const [finding] = await examine(registries, settings, { network: true });
  expect(finding).toMatchObject({
    state: 'failed',
    says: expect.stringContaining('401'),
    mend: expect.stringContaining('token'),
  });
  expect(JSON.stringify(finding)).not.toContain('wrong-token');
});
