import type { Service } from '../app/index.js';
import { messageOf, ProbelogError } from '../errors/index.js';
import type { IngestRequest, ReprobeOptions } from '../ingest/index.js';
import type { IngestRecord, ModelRecord } from '../store/index.js';
import type { ProgressDisplay, ProgressLine } from './output/progress.js';

/** How one model of a command line fared. */
export interface IngestOutcome {
  name: string;
  version: string;
  state: IngestRecord['state'];
  logits: number | null;
  seconds: number;
  peakMemoryMiB: number | null;
  code: string | null;
  message: string | null;
}

/** Registers models and waits until each is searchable or has failed, showing progress. @throws the signal's reason */
export async function runIngests(
  service: Service,
  requests: IngestRequest[],
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<IngestOutcome[]> {
  return Promise.all(
    requests.map((request) =>
      queueAndFollow(service, request, () => service.ingest.enqueue(request), display, signal),
    ),
  );
}

/** Probes a registered model again and waits until that is done or has failed, showing progress. @throws the signal's reason */
export async function runReprobe(
  service: Service,
  model: ModelRecord,
  options: ReprobeOptions,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<IngestOutcome> {
  return queueAndFollow(service, model, () => service.ingest.reprobe(model.id, options), display, signal);
}

async function queueAndFollow(
  service: Service,
  { name, version }: Pick<ModelRecord, 'name' | 'version'>,
  queue: () => Promise<IngestRecord>,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<IngestOutcome> {
  const line = display.line(`${name} ${version}`);
  try {
    const { id } = await queue();
    const outcome = await followIngest(service, id, line, signal);
    if (outcome.state !== 'QUEUED') return outcome;
    // Who waits at a terminal wants to hear of the first failure, not of the last.
    await service.ingest.giveUp(id);
    return { ...outcome, state: 'FAILED' };
  } catch (thrown) {
    if (!(thrown instanceof ProbelogError)) throw thrown;
    line.finish(`${thrown.code}: ${thrown.message}`);
    const { code } = thrown;
    return {
      name,
      version,
      state: 'FAILED',
      logits: null,
      seconds: 0,
      peakMemoryMiB: null,
      code,
      message: messageOf(thrown),
    };
  }
}

/** Shows a queued ingest until it ends, or must wait for another attempt. @throws the signal's reason */
export async function followIngest(
  service: Service,
  ingestId: string,
  line: ProgressLine,
  signal?: AbortSignal,
): Promise<IngestOutcome> {
  let last: IngestRecord | undefined;
  for await (const ingest of service.ingest.watch(ingestId, signal)) {
    last = ingest;
    line.update(ingest.done, ingest.total, describe(ingest));
    if (ingest.nextAttemptAt !== null) break;
  }
  // It stays in the queue as it is, for the next process to go on with.
  signal?.throwIfAborted();
  if (!last) throw new Error('a watched ingest is reported at least once');
  const [model] = await service.store.models.byIds([last.modelId]);
  const seconds =
    last.startedAt && last.finishedAt ? (last.finishedAt.getTime() - last.startedAt.getTime()) / 1000 : 0;
  const failed = last.state !== 'SUCCEEDED';
  line.finish(
    failed
      ? `${last.errorCode ?? last.state}: ${last.errorMessage ?? ''}`
      : `${model?.outputs} logits, ${seconds.toFixed(1)} s`,
  );
  return {
    name: model?.name ?? '',
    version: model?.version ?? '',
    state: last.state,
    logits: failed ? null : (model?.outputs ?? null),
    seconds,
    peakMemoryMiB: last.peakMemoryBytes === null ? null : Math.round(last.peakMemoryBytes / 2 ** 20),
    code: last.errorCode,
    message: last.errorMessage,
  };
}

function describe({ stage, etaSeconds }: IngestRecord): string {
  const eta = etaSeconds === null ? '' : `, ${Math.ceil(etaSeconds)} s left`;
  return `${stage.toLowerCase()}${eta}`;
}
