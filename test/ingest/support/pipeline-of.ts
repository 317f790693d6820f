import { join } from 'node:path';
import { ModelCache, type PipelineDependencies } from '../../../src/ingest/index.js';
import type { SmallService } from './small-service.js';

/** What an ingest needs to be run by hand on a small service that does not work itself. */
export function pipelineOf(
  { folder, service: { store } }: SmallService,
  changed: Partial<PipelineDependencies> = {},
): PipelineDependencies {
  return {
    store,
    gallery: { add: async () => undefined, remove: async () => undefined },
    workFolder: join(folder, 'work'),
    cacheFolder: join(folder, 'pixels'),
    downloadFolder: join(folder, 'downloads'),
    registries: new Map(),
    objects: null,
    modelUploads: { localFile: () => ({ path: '' }) },
    modelCache: new ModelCache(store, 2 ** 40),
    download: { privateAddresses: [], stallMs: 60_000, maxBytes: 2 ** 30 },
    probing: {
      memoryBytes: 2 ** 32,
      stallMs: 60_000,
      maxOutputs: 100_000,
      cacheBytes: 2 ** 30,
      budget: 1,
      errorBound: 0,
      errorFactor: 0,
      isolation: { inForce: false, reason: 'a test' },
    },
    prior: async () => null,
    announce: () => undefined,
    ...changed,
  };
}
