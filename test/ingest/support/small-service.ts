import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Log, openService, type Service } from '../../../src/app/index.js';
import { loadConfig } from '../../../src/config/index.js';
import type { IngestRequest } from '../../../src/ingest/index.js';
import { createProbeSet } from '../../../src/probing/index.js';
import type { IngestRecord } from '../../../src/store/index.js';
import { DEMO } from '../../fixtures/demo-service.js';
import { takeDatabase } from '../../fixtures/prepared-data.js';

/** A real service on a folder of its own whose probe set is small enough to probe made models in a moment. */
export interface SmallService {
  service: Service;
  folder: string;
  /** Queues an ingest of a file with these bytes, or of a source given as text; returns its id. */
  enqueue(model: Uint8Array | string, request?: Partial<IngestRequest>): Promise<IngestRecord>;
  /** The same, and waits for its end. */
  ingest(model: Uint8Array | string, request?: Partial<IngestRequest>): Promise<IngestRecord>;
  close(): Promise<void>;
}

export interface SmallServiceOptions {
  environment?: Record<string, string>;
  /** A data folder that stays; a new one that is removed when absent. */
  dataFolder?: string;
  /** A kept data folder to start from a copy of; an empty database when absent. */
  from?: string;
  probes?: number;
  work?: boolean;
  /** Receives the log. */
  log?: Log;
  /** Whether any file may be read, as by the command line; true when absent. */
  trustedCaller?: boolean;
}

export async function openSmallService({
  environment = {},
  dataFolder,
  from,
  probes = 24,
  work = true,
  trustedCaller = true,
  log = () => undefined,
}: SmallServiceOptions = {}): Promise<SmallService> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  const data = dataFolder ?? join(folder, 'data');
  const isEmbedded = environment.DATABASE_URL === undefined;
  if (from) await cp(from, data, { recursive: true });
  else if (isEmbedded && !existsSync(join(data, 'database'))) await takeDatabase(data);
  const config = loadConfig({
    PROBELOG_DATA: data,
    PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
    ...environment,
  });
  const service = await openService(config, { log, work, trustedCaller });
  if (!(await service.store.probeSets.byName('gradients'))) {
    const source = await gradientImages(join(folder, 'images'), probes);
    await createProbeSet(service.store, { name: 'gradients', source, limits: { maxPixels: 1e6 } });
  }

  async function enqueue(model: Uint8Array | string, request: Partial<IngestRequest> = {}) {
    const name = request.name ?? randomUUID();
    const path = join(folder, `${name}.onnx`);
    if (typeof model !== 'string') await writeFile(path, model);
    return service.ingest.enqueue({
      name,
      version: '1',
      source: typeof model === 'string' ? model : path,
      preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
      ...request,
    });
  }
  return {
    service,
    folder,
    enqueue,
    async ingest(model, request) {
      const { id } = await enqueue(model, request);
      return settled(service, id);
    },
    async close() {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The ingest once it has ended. */
export async function settled(service: Service, ingestId: string): Promise<IngestRecord> {
  let last: IngestRecord | undefined;
  for await (const ingest of service.ingest.watch(ingestId)) last = ingest;
  if (!last) throw new Error('the ingest was never reported');
  return last;
}

/** Images of different mean colors, the same for the same count. */
export async function gradientImages(folder: string, count: number): Promise<string> {
  await mkdir(folder);
  for (let index = 0; index < count; index++) {
    const background = {
      r: (index * 73) % 256,
      g: (index * 151 + 40) % 256,
      b: (index * 37 + (index >> 8) * 11) % 256,
    };
    await sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .png()
      .toFile(join(folder, `${String(index).padStart(4, '0')}.png`));
  }
  return folder;
}
