import type { Ingest, ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { isReportableError } from '../is-reportable-error.js';
import type { ProgressDisplay, ProgressLine } from '../output/progress.js';
import type { IngestOutcome } from '../run-ingests.js';
import { IngestOutcomeDocument } from './generated/operations.js';

/**
 * Shows an ingest of a server until it ends, or must wait for another attempt: then it stays in the queue there.
 *
 * @param queue puts it into the queue; resolves with its id
 * @throws the signal's reason; ProbelogClientError when the server is lost in the middle
 */
export async function queueAndFollow(
  client: ProbelogClient,
  { name, version }: { name: string; version: string },
  queue: () => Promise<string>,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<IngestOutcome> {
  const line = display.line(`${name} ${version}`);
  let id: string;
  try {
    id = await queue();
  } catch (thrown) {
    signal.throwIfAborted();
    if (!isReportableError(thrown)) throw thrown;
    const { code, message } = thrown;
    line.finish(`${code}: ${message}`);
    return { name, version, state: 'FAILED', logits: null, seconds: 0, peakMemoryMiB: null, code, message };
  }
  await untilItRests(client, id, line, signal);
  return outcomeOf(client, id, line, signal);
}

/** Returns when the ingest has ended, well or not, or waits for another attempt. */
async function untilItRests(
  client: ProbelogClient,
  id: string,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<void> {
  const waits = new AbortController();
  let rests = false;
  const onProgress = ({ state, stage, progress, nextAttemptAt }: Ingest) => {
    rests = nextAttemptAt !== null || state === 'FAILED' || state === 'CANCELLED';
    line.update(progress.done, progress.total, described(stage, progress.etaSeconds));
    if (nextAttemptAt !== null) waits.abort();
  };
  try {
    await client.follow(id, { onProgress, signal: AbortSignal.any([signal, waits.signal]) });
  } catch (thrown) {
    signal.throwIfAborted();
    if (!rests) throw thrown;
  }
}

async function outcomeOf(
  client: ProbelogClient,
  id: string,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<IngestOutcome> {
  const { ingest } = await client.query(IngestOutcomeDocument, { id }, { signal });
  if (!ingest) throw new ProbelogError('NOT_FOUND', 'The ingest is gone: its model was removed.');
  const { state, startedAt, finishedAt, error, model } = ingest;
  const seconds = startedAt && finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 : 0;
  const succeeded = state === 'SUCCEEDED';
  line.finish(
    succeeded
      ? `${model.outputs} logits, ${seconds.toFixed(1)} s`
      : `${error?.code ?? state}: ${error?.message ?? ''}`,
  );
  return {
    name: model.name,
    version: model.version,
    state,
    logits: succeeded ? model.outputs : null,
    seconds,
    // A server does not tell of its memory.
    peakMemoryMiB: null,
    code: error?.code ?? null,
    message: error?.message ?? null,
  };
}

function described(stage: string, etaSeconds: number | null): string {
  const eta = etaSeconds === null ? '' : `, ${Math.ceil(etaSeconds)} s left`;
  return `${stage.toLowerCase()}${eta}`;
}
