import { join } from 'node:path';
import type { Service } from '../../app/index.js';
import { createProbeSet } from '../../probing/index.js';
import { ensureProbeEmbeddings } from '../../text/index.js';
import { ingestRequests } from '../flags/ingest-requests.js';
import type { ProgressDisplay } from '../output/progress.js';
import { followIngest, runIngests } from '../run-ingests.js';
import { DEMO_FOLDER } from './demo-folder.js';

/**
 * Fills an empty data folder with the demo's probe set and models, through the same pipeline as any other.
 *
 * A folder with models in it is left alone, but ingests that an earlier start left unfinished are waited for.
 */
export async function seedDemo(
  service: Service,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<void> {
  const { store, encoder, config } = service;
  const waiting = await store.ingests.page({ states: ['QUEUED', 'RUNNING'], first: 100 });
  const isNew = (await store.models.count({})) === 0;
  if (isNew) {
    const probes = display.line('demo probes');
    const probeSet = await createProbeSet(store, {
      name: 'demo',
      source: join(DEMO_FOLDER, 'probes'),
      limits: { maxPixels: config.maxProbePixels },
      onProgress: (done, total) => probes.update(done, total, 'reading'),
    });
    await ensureProbeEmbeddings({ store, encoder }, probeSet, (done, total) =>
      probes.update(done, total, 'embedding'),
    );
    probes.finish(`${probeSet.size} images`);
    // The demo's files are the program's own, whatever others may name.
    const ingest = service.ingest.on(store, 'ANY');
    await runIngests(
      { ...service, ingest },
      await ingestRequests(join(DEMO_FOLDER, 'models'), {}),
      display,
      signal,
    );
  }
  await Promise.all(
    waiting.map(async (ingest) => {
      const [model] = await store.models.byIds([ingest.modelId]);
      await followIngest(service, ingest.id, display.line(`${model?.name} ${model?.version}`), signal);
    }),
  );
}
