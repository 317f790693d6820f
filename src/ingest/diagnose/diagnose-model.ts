import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Matrix } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import { type NetworkIsolation, type PartialPreprocessing, parsePreprocessing } from '../../probing/index.js';
import type { ModelRecord, Store } from '../../store/index.js';
import { layOutModel } from '../pipeline/model-folder.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { type Diagnosis, diagnosePreprocessing } from './diagnose-preprocessing.js';

/** What a diagnosis of a registered model needs. */
export interface DiagnoseDependencies {
  store: Pick<Store, 'blobs' | 'ingests' | 'models' | 'probeSets'>;
  workFolder: string;
  cacheFolder: string;
  probing: {
    memoryBytes: number;
    stallMs: number;
    maxOutputs: number;
    maxModelBytes: number;
    cacheBytes: number;
    isolation: NetworkIsolation;
  };
  /** The image embeddings of a probe set: P unit rows. */
  embeddings(probeSet: { id: string }): Promise<Matrix>;
}

/** How the model is run, where that is not what the store has of it yet. */
export interface DiagnosedModelRun {
  probeSetId: string;
  preprocessing: PartialPreprocessing;
  output: string | undefined;
}

/**
 * Runs a registered model with the preprocessing that it was probed with, and with the usual alternatives. It changes nothing.
 *
 * @param used as it was run last; from the store when absent
 * @throws ProbelogError NOT_FOUND; BLOB_MISSING when its file is not stored here; TEXT_ENCODER_UNAVAILABLE; as
 *   `diagnosePreprocessing`
 */
export async function diagnoseModel(
  modelId: string,
  { store, workFolder, cacheFolder, probing, embeddings }: DiagnoseDependencies,
  signal?: AbortSignal,
  used?: DiagnosedModelRun,
): Promise<Diagnosis> {
  const [model] = await store.models.byIds([modelId]);
  if (!model) throw new ProbelogError('NOT_FOUND', 'There is no model with this id.');
  if (model.fileDigest === null)
    throw new ProbelogError(
      'BLOB_MISSING',
      `The file of ${model.name} ${model.version} is not on this server.`,
    );
  const modelFile = await store.blobs.checkedPath(model.fileDigest);
  const { probeSetId, preprocessing, output } = used ?? (await lastRun(model, store));
  const probes = await Promise.all(
    (await store.probeSets.probes(probeSetId)).map(async ({ digest }) => ({
      digest,
      path: await store.blobs.checkedPath(digest),
    })),
  );
  const folder = await layOutModel(
    join(workFolder, `diagnosis-${randomUUID()}`),
    (await store.models.dataFiles([modelId])).get(modelId) ?? [],
    store.blobs,
  );
  const { cacheBytes, isolation, ...limits } = probing;
  try {
    return await diagnosePreprocessing({
      modelFile,
      data: folder.data,
      preprocessing,
      outputName: output,
      probes,
      embeddings: await embeddings({ id: probeSetId }),
      limits,
      isolation,
      cacheFolder,
      cacheBytes,
      signal,
    });
  } finally {
    await folder.remove();
  }
}

async function lastRun(
  { id, probeSetId, preprocessing }: ModelRecord,
  { ingests }: Pick<Store, 'ingests'>,
): Promise<Omit<DiagnosedModelRun, 'preprocessing'> & { preprocessing: PartialPreprocessing | null }> {
  const [ingest] = await ingests.latestForModels([id]);
  const request = (ingest && (await ingests.request(ingest.id))) as IngestRequest | null | undefined;
  const described = preprocessing ?? request?.preprocessing ?? null;
  return {
    probeSetId,
    preprocessing: described === null ? null : parsePreprocessing(described),
    output: request?.output,
  };
}
