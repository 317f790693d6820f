import { ProbelogError } from '../../errors/index.js';
import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { IngestModel } from '../generated/models.js';
import { EXTERNAL_SOURCE, modelExternal } from '../models/external-model.js';
import { lockIngests } from './lock-ingests.js';

/**
 * Puts an ingest that failed or was cancelled back into the queue, within a transaction. It keeps its id, so whoever was
 * told of it can go on watching it, and what it has finished on disk.
 *
 * @throws ProbelogError NOT_FOUND; INGEST_NOT_RETRYABLE when it did not fail, or a later one of its model counts;
 *   MODEL_EXTERNAL when its version was registered anew as one whose responses are uploaded
 */
export async function retryIngest(tx: Prisma.TransactionClient, id: string): Promise<IngestModel> {
  const known = await tx.ingest.findFirst({ where: { id: isId(id) } });
  if (!known) throw new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
  // Of two that ask at once, or of one that asks and one that registers the version anew, the second sees the first.
  await lockIngests(tx, [known.modelId]);
  const [model] = await tx.$queryRaw<{ source: string }[]>`
    SELECT "source" FROM "model" WHERE "id" = ${known.modelId}::uuid FOR UPDATE`;
  if (model?.source === EXTERNAL_SOURCE) throw modelExternal();
  const [last] = await tx.ingest.findMany({
    where: { modelId: known.modelId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 1,
  });
  if (last?.id !== id) throw notRetryable('a later ingest of its model took its place');
  if (last.state !== 'FAILED' && last.state !== 'CANCELLED') {
    throw notRetryable(`it is ${last.state}; only a failed or cancelled one can be tried again`);
  }
  await tx.model.updateMany({ where: { id: last.modelId, status: 'FAILED' }, data: { status: 'PENDING' } });
  return tx.ingest.update({
    where: { id },
    // Of one that was cancelled, the worker stops at the latest when its lease is over, and two must not write to one spool.
    data: {
      state: 'QUEUED',
      stage: 'QUEUED',
      failures: 0,
      kills: 0,
      nextAttemptAt: last.leasedUntil,
      leasedUntil: null,
      errorCode: null,
      errorMessage: null,
      finishedAt: null,
    },
  });
}

function notRetryable(reason: string): ProbelogError {
  return new ProbelogError('INGEST_NOT_RETRYABLE', `The ingest cannot be tried again: ${reason}.`);
}
