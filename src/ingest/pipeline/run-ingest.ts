import { join } from 'node:path';
import { knownError, ProbelogError } from '../../errors/index.js';
import { type NetworkIsolation, type ProbeFile, type ProbeRun, probeModel } from '../../probing/index.js';
import { type ClaimedIngest, checkLabels, type Store } from '../../store/index.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { ProgressReporter } from '../queue/progress-reporter.js';
import type { LocalFile } from '../sources/parse-source.js';
import type { RunnerModel } from '../sources/remote-sources.js';
import { checkExpectedInput } from './check-expected-input.js';
import { fittingLabels } from './labels-that-fit.js';
import { layOutModel } from './model-folder.js';
import {
  openProbingWork,
  type ProbeBudget,
  type ProbingWork,
  requestedBudget,
  type UsablePrior,
} from './probing-work.js';
import {
  needsRunner,
  type ResolvedModelFile,
  resolveModelFile,
  type SourceDependencies,
} from './resolve-model-file.js';
import { type NewResponses, publishedModel, storeResponses } from './store-responses.js';
import { suggestPreprocessing } from './suggest-preprocessing.js';
import { type GalleryWriter, syncToGallery } from './sync-to-gallery.js';
import { workFolderOf } from './work-folder.js';

/**
 * Part of what an interrupted ingest is continued by. Increment it when a release reads models or images differently: responses of two
 * kinds never stand in one matrix.
 */
const READINGS = 2;

/** A request as it is stored in the queue. */
interface QueuedRequest extends IngestRequest, Omit<LocalFile, 'path'> {
  /** Always the id. */
  probeSet: string;
  /**
   * The source decides whether the version exists, because a delivery could not tell. With OR_CLOSED the registry reported its
   * deletion, so a source that denies access counts as deleted: without a token, the Hub's answers to both are the same.
   */
  mayBeGone?: true | 'OR_CLOSED';
}

/** What the pipeline needs. Everything in its folders can be made again. */
export interface PipelineDependencies extends SourceDependencies {
  store: Store;
  gallery: GalleryWriter;
  workFolder: string;
  cacheFolder: string;
  probing: {
    memoryBytes: number;
    stallMs: number;
    maxOutputs: number;
    cacheBytes: number;
    isolation: NetworkIsolation;
  } & ProbeBudget;
  /** The prior that a model's probes are chosen by; null while the gallery is too small for one. */
  prior(probeSetId: string, modelId: string): Promise<UsablePrior | null>;
  announce(ingestId: string): void;
}

/** How the run of an ingest ended: published; left to the runners; or its version does not exist any more. */
export type IngestOutcome = 'SUCCEEDED' | 'AWAITING_RUNNER' | 'REMOVED';

/**
 * Takes one claimed ingest from its source to the gallery: fetch → inspect → probe → store → index.
 *
 * Every step may run twice: files are content-addressed, responses continue after the last finished batch, and the one
 * transaction that publishes the model replaces what an earlier attempt published. Nothing is visible before it, and every
 * write is bound to the claim.
 *
 * @throws ProbelogError the reason why the model cannot be registered
 * @throws ClaimLost; the reason of `signal`
 */
export async function runIngest(
  ingest: ClaimedIngest,
  signal: AbortSignal,
  dependencies: PipelineDependencies,
): Promise<IngestOutcome> {
  const { store, gallery } = dependencies;
  const { claim } = ingest;
  const [model] = await store.models.byIds([ingest.modelId]);
  if (!model) throw new ProbelogError('NOT_FOUND', 'The model was removed while its ingest was queued.');
  const request = ingest.request as QueuedRequest;
  const progress = new ProgressReporter(claim, store.ingests, dependencies.announce);

  await progress.stage('FETCHING');
  let fetched: ResolvedModelFile | RunnerModel;
  try {
    fetched = await resolveModelFile(ingest, model, request, dependencies, signal);
  } catch (thrown) {
    if (!isDeleted(thrown, request)) throw thrown;
    await store.models.removeClaimed(claim);
    await gallery.remove(model.probeSetId, model.id);
    return 'REMOVED';
  }
  if (needsRunner(fetched)) {
    await store.ingests.awaitRunner(claim, fetched.flavors, fetched.revision);
    return 'AWAITING_RUNNER';
  }

  await progress.stage('INSPECTING');
  const identity = {
    readings: READINGS,
    file: fetched.digest,
    probeSet: request.probeSet,
    preprocessing: fetched.preprocessing,
    output: request.output ?? null,
    // Only where there are some: unfinished work of an earlier release goes on.
    ...(fetched.data.length > 0 && { data: fetched.data }),
  };
  const budget = requestedBudget(request, dependencies.probing);
  const prior = () => dependencies.prior(request.probeSet, model.id);
  const folder = workFolderOf(dependencies.workFolder, ingest.id);
  const work = await openProbingWork(folder, identity, budget, prior);
  let run: ProbeRun;
  try {
    const probes = await store.probeSets.probes(request.probeSet);
    const files: ProbeFile[] = [];
    for (const { digest } of probes) files.push({ digest, path: await store.blobs.checkedPath(digest) });
    run = await probe(request, fetched, files, work, progress, folder, dependencies, signal).finally(() =>
      work.spool.close(),
    );
    await progress.stage('STORING', work.spool.rows, work.spool.rows);
    const stored = await storeResponses(responsesOf(work, run, files.length), store.blobs);
    const { input, output, preprocessing, notes } = run.inspected;
    const found = [...fetched.sidecarLabels, ...run.inspected.labels];
    const { labels, notes: aboutLabels } = fittingLabels(fetched.labels, found, output.outputs);
    const aboutInput = checkExpectedInput(fetched.expectedInput, run.inspected);
    const suggestion = await suggestPreprocessing(
      { modelId: model.id, probeSetId: request.probeSet, preprocessing, output: request.output },
      [...notes, ...aboutInput, ...stored.notes],
      dependencies,
      signal,
    );
    const described = {
      inputShape: input,
      outputName: output.name,
      preprocessing,
      notes: [...notes, ...aboutLabels, ...fetched.notes, ...aboutInput, suggestion].filter(
        (one) => one !== null,
      ),
    };
    const facts = { probeSetId: request.probeSet, labels, ...described };
    await store.models.publish(claim, publishedModel(stored, facts));
  } catch (thrown) {
    // The next attempt continues with the finished batches, unless the disk is full.
    if (work.spool.rows === 0 || isFull(thrown)) await work.discard();
    throw thrown;
  }
  await work.discard();

  await progress.stage('INDEXING');
  if (model.probeSetId !== request.probeSet) await gallery.remove(model.probeSetId, model.id);
  await syncToGallery(model.id, { store, gallery });
  await store.ingests.succeed(claim, run.peakMemoryBytes);
  return 'SUCCEEDED';
}

function isFull(thrown: unknown): boolean {
  return knownError(thrown)?.code === 'STORAGE_FULL';
}

function isDeleted(thrown: unknown, { mayBeGone }: QueuedRequest): boolean {
  if (!mayBeGone || !(thrown instanceof ProbelogError)) return false;
  return thrown.code === 'SOURCE_NOT_FOUND' || (mayBeGone === 'OR_CLOSED' && thrown.code === 'SOURCE_DENIED');
}

function responsesOf({ spool, plan }: ProbingWork, { inspected }: ProbeRun, probes: number): NewResponses {
  return {
    responses: { kind: 'SPOOL', path: spool.path },
    declared: declaredKind(inspected),
    probes,
    priorPath: plan?.priorPath ?? null,
  };
}

function declaredKind({ responseKind, multiLabel }: ProbeRun['inspected']): NewResponses['declared'] {
  if (responseKind === 'PROBABILITIES_UNCUT') return 'PROBABILITIES';
  if (responseKind === 'SIGMOIDS_UNCUT') return 'SIGMOIDS';
  if (multiLabel) return 'MULTI_LABEL_LOGITS';
  return responseKind === 'LOGITS' ? null : 'UNKNOWN';
}

async function probe(
  request: QueuedRequest,
  file: ResolvedModelFile,
  probes: ProbeFile[],
  { spool, plan }: ProbingWork,
  progress: ProgressReporter,
  folder: string,
  { store, cacheFolder, probing, download }: PipelineDependencies,
  signal: AbortSignal,
): Promise<ProbeRun> {
  let total = probes.length;
  const model = await layOutModel(join(folder, 'model'), file.data, store.blobs);
  return probeModel({
    modelFile: store.blobs.path(file.digest),
    data: model.data,
    preprocessing: file.preprocessing,
    outputName: request.output,
    probes,
    cacheFolder,
    cacheBytes: probing.cacheBytes,
    limits: {
      memoryBytes: probing.memoryBytes,
      stallMs: probing.stallMs,
      maxModelBytes: download.maxBytes,
      maxOutputs: probing.maxOutputs,
    },
    isolation: probing.isolation,
    plan,
    startAt: spool.rows,
    done: plan && (await spool.done()),
    signal,
    onInspected: async ({ output }, max) => {
      checkLabels(file.labels, output.outputs);
      total = max;
      await progress.stage('PROBING', spool.rows, total);
    },
    onBatch: async (ran, responses, max) => {
      total = max;
      await spool.append({ probes: ran, responses });
      await progress.update(spool.rows, total);
    },
  }).finally(() => model.remove());
}
