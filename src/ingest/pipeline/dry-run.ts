import { dirname } from 'node:path';
import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import {
  listDataFiles,
  type ModelInspection,
  type NetworkIsolation,
  probeModel,
} from '../../probing/index.js';
import type { Store } from '../../store/index.js';
import type { ModelUploads } from '../model-uploads/model-uploads.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { parseSource } from '../sources/parse-source.js';
import { sidecarFiles } from '../sources/sidecar-files.js';
import { describeModel } from './describe-model.js';
import { findProbeSet } from './find-probe-set.js';
import { fittingLabels } from './labels-that-fit.js';

/** Enough to see what the outputs are. */
const PROBES = 8;

/** What a dry run of an ingest needs. */
export interface DryRunDependencies {
  store: Pick<Store, 'blobs' | 'probeSets'>;
  /** Those of the caller. */
  modelUploads: Pick<ModelUploads, 'modelFile' | 'localFile'>;
  defaultProbeSet: string | undefined;
  download: DownloadLimits;
  probing: { memoryBytes: number; stallMs: number; maxOutputs: number; isolation: NetworkIsolation };
}

/** What an ingest would make of a model. */
export interface DryRun {
  inspected: ModelInspection;
  labels: string[] | null;
  /** As in `Model.notes`. */
  notes: string[];
}

/**
 * Says what an ingest would read of a model file of this machine, or of an uploaded one, and of the files beside it, and assume of it: the model is run on
 * the first images of the probe set. It changes nothing.
 *
 * @throws ProbelogError INPUT_INVALID for any other source; as an ingest
 */
export async function dryRun(
  request: IngestRequest,
  { store, defaultProbeSet, modelUploads, download, probing }: DryRunDependencies,
  signal?: AbortSignal,
): Promise<DryRun> {
  const named = parseSource(request.source);
  const source =
    named.kind === 'UPLOAD'
      ? ({
          kind: 'FILE',
          ...modelUploads.localFile(named.id, await modelUploads.modelFile(named.id, named.file)),
        } as const)
      : named;
  if (source.kind !== 'FILE')
    throw new ProbelogError(
      'INPUT_INVALID',
      `A dry run reads a file of this machine, not ${request.source}. Download the model and name its file.`,
    );
  const { isolation, ...processLimits } = probing;
  const limits = { ...processLimits, maxModelBytes: download.maxBytes };
  const files = sidecarFiles(source, download, signal);
  const described = await describeModel(
    { preprocessing: request.preprocessing, labels: request.labels ?? null },
    null,
    files,
  );
  const references = await listDataFiles({ modelFile: source.path, limits, isolation, signal });
  const probeSet = await findProbeSet(store.probeSets, defaultProbeSet, request.probeSet);
  const probes = (await store.probeSets.probesAfter(probeSet.id, { first: PROBES })).map(({ digest }) => ({
    digest,
    path: store.blobs.path(digest),
  }));
  const { inspected } = await probeModel({
    modelFile: source.path,
    data:
      references.length > 0
        ? { folder: dirname(source.path), locations: references.map(({ location }) => location) }
        : null,
    preprocessing: described.preprocessing,
    outputName: request.output,
    probes,
    limits,
    isolation,
    signal,
    onBatch: () => undefined,
  });
  const { labels, notes } = fittingLabels(
    request.labels ?? null,
    [...described.sidecarLabels, ...inspected.labels],
    inspected.output.outputs,
  );
  return { inspected, labels, notes: [...inspected.notes, ...notes, ...described.notes] };
}
