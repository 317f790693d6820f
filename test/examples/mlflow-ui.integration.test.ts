import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { findChromium, requires, TEST_PYTHON } from '../fixtures/requires.js';
import { type RealMlflow, startRealMlflow } from '../registries/mlflow/real-mlflow.js';
import { openTab } from '../ui/open-page.js';

const PLUGIN = fileURLToPath(new URL('../../examples/mlflow-ui', import.meta.url));
const NAME = 'mobilenet_v1_0.25_128';

describe.runIf(requires('mlflow') && requires('chromium'))("MLflow's pages", { timeout: 200_000 }, () => {
  let folder: string;
  let demo: DemoService;
  let mlflow: RealMlflow;
  let browser: Browser;
  let secret: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probelog-mlflow-ui-'));
    // It is built beside its sources.
    await cp(PLUGIN, join(folder, 'plugin'), { recursive: true });
    await promisify(execFile)(TEST_PYTHON, [
      ...[
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--no-build-isolation',
      ],
      ...['--target', join(folder, 'packages'), join(folder, 'plugin')],
    ]);
    demo = await openDemoService();
    await ingestDemoModel(demo, NAME);
    ({ secret } = await createApiKey(demo.service.store.apiKeys, { name: 'mlflow', scopes: ['READ'] }));
    demo.service.access.keyChanged('');
    await writeFile(join(folder, 'key'), `${secret}\n`);
    mlflow = await startRealMlflow(
      {
        PYTHONPATH: join(folder, 'packages'),
        PROBELOG_URL: demo.server.url,
        PROBELOG_KEY_FILE: join(folder, 'key'),
      },
      ['--app-name', 'probelog'],
    );
    await mlflow.python.run(`
client.create_registered_model(${JSON.stringify(NAME)})
client.create_model_version(${JSON.stringify(NAME)}, "s3://models/mobilenet")`);
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  }, 200_000);
  afterAll(async () => {
    await browser?.close();
    await mlflow?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('search models, and lead to their pages', async () => {
    const { page, faults, elsewhere } = await openTab(browser, mlflow.url);
    await page.goto(mlflow.url);
    await page.getByRole('button', { name: 'What do models recognize?' }).click();
    await page.getByRole('combobox', { name: 'What should a model recognize?' }).fill('cat');
    const card = page.locator('probelog-answer-card').first();
    const image = card.locator('img').first();
    await expect
      .poll(() => image.evaluate((image) => Number('naturalWidth' in image && image.naturalWidth)))
      .toBeGreaterThan(0);
    await card.getByRole('link', { name: NAME }).click();
    await page.waitForURL(`**/#/models/${NAME}/versions/1`);
    expect(faults.filter((fault) => /probelog/i.test(fault))).toEqual([]);
    expect(elsewhere.filter((url) => /probelog/i.test(url))).toEqual([]);
  });

  it('show what a registered model recognizes', async () => {
    const { page } = await openTab(browser, mlflow.url);
    await page.goto(`${mlflow.url}/#/models/${NAME}`);
    await page.getByRole('button', { name: 'What do models recognize?' }).click();
    await page.getByText('What it recognizes').waitFor();
    await page.locator('probelog-model-page ol a').first().click();
    await page.getByText('Responds most to').waitFor();
  });

  it('keep the key, and pass on what elements need only', async () => {
    const page = await (await fetch(mlflow.url)).text();
    expect(page).toContain('probelog-ui/page.js');
    expect(page).not.toContain(secret);
    for (const path of ['webhooks/mlflow', 'models/x/responses', 'health', 'probes/..%2Fhealth', 'queue'])
      expect((await fetch(`${mlflow.url}/probelog/${path}`)).status, path).toBe(404);
    const refused = await fetch(`${mlflow.url}/probelog/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation { createApiKey(input: { name: "x", scopes: [ADMIN] }) { secret } }',
      }),
    });
    expect(JSON.stringify(await refused.json())).toContain('FORBIDDEN');
    expect((await fetch(`${mlflow.url}/version`)).status).toBe(200);
  });
});
