import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { meanColor } from '../probing/support/made-models.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { standardHeaders } from '../registries/signing.js';
import { brokenRules } from './open-page.js';
import { HAS_BROWSER, LOOKS, openUi, sideways } from './open-ui.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
/** The mock's port is not known before it listens. */
const environment: Record<string, string> = { PROBELOG_STANDARD_SECRETS: SECRET };

let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  mlflow.add({ name: 'birds', version: '1', files: { 'model.onnx': meanColor() } });
  environment.PROBELOG_MLFLOW_URL = mlflow.url;
});
afterAll(() => mlflow.close());

const ui = openUi(async ({ server }) => {
  const body = JSON.stringify({ type: '<b>else</b>', timestamp: new Date().toISOString(), data: {} });
  await fetch(`${server.url}/webhooks/standard`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...standardHeaders(body, SECRET, 'one', new Date()) },
    body,
  });
}, environment);

describe.runIf(HAS_BROWSER)('the registries', () => {
  it('can be read in every look, with what to paste where and what came', async () => {
    for (const look of LOOKS) {
      const { page, faults, elsewhere } = await ui.tab(look);
      await page.goto(`${ui.url}/registries`);
      await page.getByRole('heading', { name: 'Hugging Face Hub' }).waitFor();
      await page.getByRole('row', { name: /<b>else<\/b> ignored/ }).waitFor();
      await page.getByText(`${ui.url}/webhooks/mlflow`, { exact: true }).waitFor();
      expect(await brokenRules(page), JSON.stringify(look)).toEqual([]);
      expect(await sideways(page), JSON.stringify(look)).toBe(0);
      expect([...faults, ...elsewhere]).toEqual([]);
      await page.context().close();
    }
  });

  it('are swept by keyboard, and say what was found', async () => {
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/registries`);
    await page.getByText('Not swept yet.').waitFor();
    await page.getByRole('button', { name: 'Sweep now: MLflow' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Queued: 1').click();
    await page.getByText('birds@1').waitFor();
    expect(await page.getByRole('button', { name: /Sweep now/ }).count()).toBe(1);
  });

  it('give what to paste to the clipboard', async () => {
    const { page } = await ui.tab({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${ui.url}/registries`);
    await page.getByRole('button', { name: 'Copy: MLflow: Address for its webhooks' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${ui.url}/webhooks/mlflow`);
  });
});

// The last, because from then on the server needs a key.
describe.runIf(HAS_BROWSER)('the registries of a reader', () => {
  it('are not shown', async () => {
    const { secret } = await createApiKey(ui.demo.service.store.apiKeys, {
      name: 'reader',
      scopes: ['READ'],
    });
    ui.demo.service.access.keyChanged('');
    const { page } = await ui.tab();
    await page.goto(`${ui.url}/registries`);
    await page.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
    await page.getByText('Your key does not allow this.').waitFor();
    expect(await page.getByRole('heading', { level: 2 }).count()).toBe(0);
  });
});
