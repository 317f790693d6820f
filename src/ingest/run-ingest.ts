import { ProbelogError } from '../errors/index.js';
import { type NetworkIsolation, type ProbeFile, type ProbeRun, probeModel } from '../probing/index.js';
import type { IngestRecord, Store } from '../store/index.js';
import { checkLabels } from './check-labels.js';
import type { IngestRequest } from './ingest-request.js';
import { type ProbeBudget, probeBudget } from './probe-budget.js';
import { openProbingWork, type ProbingWork, type UsablePrior } from './probing-work.js';
import { ProgressReporter } from './progress-reporter.js';
import { type NewResponses, publishModel, type StoredResponses, storeResponses } from './publish-model.js';
import { type ReadyFile, readyFile, type SourceDependencies } from './ready-file.js';
import type { LocalFile } from './source/parse-source.js';
import { goesOn } from './stopped.js';

/** A request as it stands in the queue: the probe set is settled, by its id, and in which allowed folder a path lies. */
type QueuedRequest = IngestRequest & Pick<LocalFile, 'within'> & { probeSet: string };

/** Where a finished model goes to become searchable. */
export interface GalleryWriter {
  add(
    probeSet: { id: string; probes: number },
    model: { modelId: string; responsesDigest: string; outputs: number; responsesPath: string },
  ): Promise<void>;
  remove(probeSetId: string, modelId: string): Promise<void>;
}

/** What the pipeline needs; its folders hold nothing that cannot be made again. */
export interface PipelineDependencies extends SourceDependencies {
  store: Store;
  gallery: GalleryWriter;
  workFolder: string;
  cacheFolder: string;
  probing: {
    memoryBytes: number;
    stallMs: number;
    cacheBytes: number;
    isolation: NetworkIsolation;
  } & ProbeBudget;
  /** By which a model's probes are chosen; null when there is too little to learn it from. */
  prior(probeSetId: string, modelId: string): Promise<UsablePrior | null>;
  announce(ingestId: string): void;
}

/**
 * Takes one claimed ingest from its source to the gallery: fetch → inspect → probe → store → index.
 *
 * Every step may run twice: files are content-addressed, responses go on behind the last finished batch, and the one
 * transaction that publishes the model replaces what an earlier attempt published. Nothing is visible before it.
 *
 * @throws ProbelogError why the model cannot be registered; whatever `signal` was aborted with
 */
export async function runIngest(
  ingest: IngestRecord,
  signal: AbortSignal,
  dependencies: PipelineDependencies,
): Promise<void> {
  const { store } = dependencies;
  const [model] = await store.models.byIds([ingest.modelId]);
  if (!model) throw new ProbelogError('NOT_FOUND', 'The model was removed while its ingest waited.');
  const request = ingest.request as QueuedRequest;
  const progress = new ProgressReporter(ingest.id, store.ingests, dependencies.announce);

  await progress.stage('FETCHING');
  const fetched = await readyFile(ingest.id, model, request, dependencies, signal);

  await progress.stage('INSPECTING');
  const identity = {
    ingest: ingest.id,
    file: fetched.digest,
    probeSet: request.probeSet,
    preprocessing: fetched.preprocessing,
    output: request.output ?? null,
  };
  const wanted = probeBudget(request, dependencies.probing);
  const prior = () => dependencies.prior(request.probeSet, model.id);
  const work = await openProbingWork(dependencies.workFolder, identity, wanted, prior);
  let run: ProbeRun;
  let stored: StoredResponses;
  try {
    const probes = await store.probeSets.probes(request.probeSet);
    const files = probes.map(({ digest }) => ({ digest, path: store.blobs.path(digest) }));
    run = await probe(request, fetched, files, work, progress, dependencies, signal).finally(() =>
      work.spool.close(),
    );
    await progress.stage('STORING', work.spool.rows, work.spool.rows);
    stored = await storeResponses(responsesOf(work, run, files.length), store.blobs);
    const { input, output, preprocessing, notes } = run.inspected;
    const described = { inputShape: input, outputName: output.name, preprocessing, notes };
    const facts = { probeSetId: request.probeSet, labels: fetched.labels, ...described };
    await publishModel(model, stored, facts, store.models, 'INGEST');
  } catch (thrown) {
    if (!goesOn(signal)) await work.discard();
    throw thrown;
  }
  await work.discard();

  await progress.stage('INDEXING');
  if (model.probeSetId !== request.probeSet) await dependencies.gallery.remove(model.probeSetId, model.id);
  const probeSet = { id: request.probeSet, probes: stored.probes };
  await dependencies.gallery.add(probeSet, {
    modelId: model.id,
    responsesDigest: stored.digest,
    outputs: stored.outputs,
    responsesPath: store.blobs.path(stored.digest),
  });
  // Who removed the model between the two has found nothing in the gallery to take away.
  const [still] = await store.models.byIds([model.id]);
  if (!still) await dependencies.gallery.remove(request.probeSet, model.id);
  await store.ingests.succeed(ingest.id, run.peakMemoryBytes);
}

function responsesOf({ spool, plan }: ProbingWork, { inspected }: ProbeRun, probes: number): NewResponses {
  return {
    source: { kind: 'SPOOL', path: spool.path },
    declared: inspected.responseKind === 'PROBABILITIES_UNCUT' ? 'PROBABILITIES' : null,
    probes,
    priorPath: plan?.priorPath ?? null,
  };
}

async function probe(
  request: QueuedRequest,
  file: ReadyFile,
  probes: ProbeFile[],
  { spool, plan }: ProbingWork,
  progress: ProgressReporter,
  { store, cacheFolder, probing, download }: PipelineDependencies,
  signal: AbortSignal,
): Promise<ProbeRun> {
  let total = probes.length;
  return probeModel({
    modelFile: store.blobs.path(file.digest),
    preprocessing: file.preprocessing,
    outputName: request.output,
    probes,
    cacheFolder,
    cacheBytes: probing.cacheBytes,
    limits: { memoryBytes: probing.memoryBytes, stallMs: probing.stallMs, maxModelBytes: download.maxBytes },
    isolation: probing.isolation,
    plan,
    startAt: spool.rows,
    done: plan && (await spool.done()),
    signal,
    onInspected: async ({ output }, most) => {
      checkLabels(file.labels, output.outputs);
      total = most;
      await progress.stage('PROBING', spool.rows, total);
    },
    onBatch: async (ran, responses) => {
      await spool.append({ probes: ran, responses });
      await progress.update(spool.rows, total);
    },
  });
}
