import type { Ingest, ProbelogClient } from '../client/index.js';
import { ProbelogError } from '../errors/index.js';
import { SerialQueue } from '../lib/serial-queue.js';
import { EXIT } from './exit-status.js';
import {
  GiveUpIngestDocument,
  type IngestOutcomeFragment,
  OutcomeOfIngestDocument,
} from './generated/operations.js';
import { type FormatFlags, printRows } from './output/formats.js';
import type { ProgressDisplay, ProgressLine } from './output/progress.js';
import { isReportableError } from './reportable-error.js';
import { runnerOf } from './runner-of.js';

const ENDED_WITHOUT_SUCCESS: readonly Ingest['state'][] = ['FAILED', 'NOT_APPLICABLE', 'CANCELLED'];

/** A note of a model, as it is printed. */
type ListedNote = IngestOutcomeFragment['model']['codedNotes'][number];

/** The outcome of one ingest, as it is printed. */
export interface IngestOutcome {
  name: string;
  version: string;
  state: IngestOutcomeFragment['state'];
  logits: number | null;
  seconds: number;
  peakMemoryMiB: number | null;
  code: string | null;
  message: string | null;
  /** What was assumed, cut or left out, and what looks wrong. */
  notes: ListedNote[];
}

/** How an ingest is followed. */
export interface FollowContext {
  client: ProbelogClient;
  signal: AbortSignal;
  /**
   * Whether an ingest whose first attempt failed is given up. In this process there would be no next attempt; on a server it
   * stays in the queue.
   */
  givesUp: boolean;
}

/**
 * Queues an ingest and shows its progress until it ends or waits for another attempt. An ingest that cannot be queued is an
 * outcome too.
 *
 * @param model its name and version, for the progress line
 * @param queue queues it, and may show on the line what it does before; resolves with the id
 * @throws the signal's reason; ProbelogClientError when the connection is lost
 */
export async function queueAndFollow(
  context: FollowContext,
  { name, version }: { name: string; version: string },
  display: ProgressDisplay,
  queue: (line: ProgressLine) => Promise<string>,
): Promise<IngestOutcome> {
  const line = display.line(`${name} ${version}`);
  let id: string;
  try {
    id = await queue(line);
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (!isReportableError(thrown)) throw thrown;
    const { code, message } = thrown;
    line.finish(`${code}: ${message}`);
    return {
      name,
      version,
      state: 'FAILED',
      logits: null,
      seconds: 0,
      peakMemoryMiB: null,
      code,
      message,
      notes: [],
    };
  }
  return followIngest(context, id, line);
}

/**
 * Queues ingests one after another and follows them all. The order matters: a gallery's basis, and so its scores, depend on
 * which models come first.
 *
 * @returns their outcomes, in the order of the requests
 * @throws as {@link queueAndFollow}
 */
export function queueAllAndFollow<Request extends { name: string; version: string }>(
  context: FollowContext,
  requests: readonly Request[],
  display: ProgressDisplay,
  queue: (request: Request, line: ProgressLine) => Promise<string>,
): Promise<IngestOutcome[]> {
  const inOrder = new SerialQueue();
  return Promise.all(
    requests.map((request) =>
      queueAndFollow(context, request, display, (line) => inOrder.run(() => queue(request, line))),
    ),
  );
}

/** Shows the progress of an ingest in the queue, as {@link queueAndFollow} does. */
export async function followIngest(
  context: FollowContext,
  id: string,
  line: ProgressLine,
): Promise<IngestOutcome> {
  const { client, signal, givesUp } = context;
  const isWaiting = await untilEndedOrWaiting(context, id, line);
  const ingest =
    isWaiting && givesUp
      ? (await client.query(GiveUpIngestDocument, { id }, { signal })).giveUpIngest
      : (await client.query(OutcomeOfIngestDocument, { id }, { signal })).ingest;
  if (!ingest) throw new ProbelogError('NOT_FOUND', 'The ingest is gone: its model was removed.');
  const outcome = outcomeOf(ingest);
  line.finish(ending(outcome));
  return outcome;
}

function ending({ state, logits, seconds, code, message }: IngestOutcome): string {
  if (state === 'SUCCEEDED') return `${logits} logits, ${seconds.toFixed(1)} s`;
  return message === null ? `${code ?? state}` : `${code ?? state}: ${message}`;
}

/** @returns whether it waits for another attempt */
async function untilEndedOrWaiting(
  { client, signal }: FollowContext,
  id: string,
  line: ProgressLine,
): Promise<boolean> {
  const stopped = new AbortController();
  let last: Ingest | undefined;
  const onProgress = (ingest: Ingest) => {
    last = ingest;
    const { progress, stage, nextAttemptAt, state } = ingest;
    const eta = progress.etaSeconds === null ? '' : `, ${Math.ceil(progress.etaSeconds)} s left`;
    line.update(progress.done, progress.total, `${stage.toLowerCase()}${eta}`);
    if (nextAttemptAt !== null || state === 'AWAITING_RUNNER') stopped.abort();
  };
  try {
    await client.follow(id, { onProgress, signal: AbortSignal.any([signal, stopped.signal]) });
  } catch (thrown) {
    signal.throwIfAborted();
    const hasEnded = last !== undefined && ENDED_WITHOUT_SUCCESS.includes(last.state);
    if (!hasEnded && !stopped.signal.aborted) throw thrown;
  }
  return stopped.signal.aborted && last?.state === 'QUEUED';
}

function outcomeOf(ingest: IngestOutcomeFragment): IngestOutcome {
  const { model, state, startedAt, finishedAt, peakMemoryBytes, error, runnerFlavors } = ingest;
  return {
    name: model.name,
    version: model.version,
    state,
    logits: state === 'SUCCEEDED' ? model.outputs : null,
    seconds: startedAt && finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 : 0,
    peakMemoryMiB: peakMemoryBytes === null ? null : Math.round(peakMemoryBytes / 2 ** 20),
    code: error?.code ?? null,
    message: error?.message ?? (state === 'AWAITING_RUNNER' ? runnerOf(runnerFlavors) : null),
    notes: model.codedNotes,
  };
}

const COLUMNS = {
  name: 'MODEL',
  version: 'VERSION',
  state: 'STATE',
  logits: 'LOGITS',
  seconds: 'SECONDS',
  peakMemoryMiB: 'PEAK MIB',
  code: 'ERROR',
};

/** Prints outcomes, and below a table the models' notes; one without success sets the exit status. */
export function printOutcomes(outcomes: IngestOutcome[], formats: FormatFlags): void {
  printRows(outcomes, COLUMNS, formats);
  if (!formats.json && !formats.jsonl)
    for (const { name, version, notes } of outcomes)
      for (const { code, message } of notes)
        process.stderr.write(`${name} ${version}: note: ${code === null ? '' : `${code}: `}${message}\n`);
  if (outcomes.some(({ state }) => state !== 'SUCCEEDED' && state !== 'AWAITING_RUNNER'))
    process.exitCode = EXIT.failed;
}
