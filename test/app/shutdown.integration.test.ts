import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openService } from '../../src/app/index.js';
import { loadConfig } from '../../src/config/index.js';
import { DEMO } from '../fixtures/demo-service.js';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { startMlflow } from '../registries/mlflow/mlflow-server.js';
import { temporaryFolder } from '../store/temporary-folder.js';

it('a service that is closed right after its start logs no warning', async () => {
  const mlflow = await startMlflow();
  const data = join(await temporaryFolder(), 'data');
  await takeDatabase(data);
  const config = loadConfig({
    PROBELOG_DATA: data,
    PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
    PROBELOG_MLFLOW_URL: mlflow.url,
  });
  const warnings: unknown[] = [];
  const service = await openService(config, {
    log: (level, ...line) => {
      if (level !== 'info') warnings.push(line);
    },
    work: true,
    trustedCaller: false,
  });
  for (let blob = 0; blob < 20; blob++) await service.store.blobs.put(Buffer.from([blob]));
  service.blobCleanup.start();
  service.sweeper.start(60_000);
  await service.close();
  // What does not wait for the database would fail by now.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(warnings).toEqual([]);
  await mlflow.close();
});
