import { ProbelogError } from '../../errors/index.js';
import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { IngestModel } from '../generated/models.js';
import { EXTERNAL_SOURCE, modelExternal } from '../models/register-external.js';
import { ENDED_UNPUBLISHED, type IngestState } from '../records.js';
import { lockIngests } from './lock-ingests.js';

const RETRYABLE: readonly IngestState[] = ['FAILED', 'NOT_APPLICABLE', 'CANCELLED'];

/**
 * Requeues an ingest that ended without success, within a transaction. It keeps its id, so that callers can keep watching it, and its
 * finished batches on disk.
 *
 * @throws ProbelogError NOT_FOUND; INGEST_NOT_RETRYABLE when it did not end without success, or its model has a later ingest;
 *   MODEL_EXTERNAL when its version was registered again for uploaded responses
 */
export async function retryIngest(tx: Prisma.TransactionClient, id: string): Promise<IngestModel> {
  const ingest = await tx.ingest.findFirst({ where: { id: isId(id) } });
  if (!ingest) throw new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
  // With the lock, the second of two simultaneous retries or registrations sees the result of the first.
  await lockIngests(tx, [ingest.modelId]);
  const [model] = await tx.$queryRaw<{ source: string }[]>`
    SELECT "source" FROM "model" WHERE "id" = ${ingest.modelId}::uuid FOR UPDATE`;
  if (model?.source === EXTERNAL_SOURCE) throw modelExternal();
  const [last] = await tx.ingest.findMany({
    where: { modelId: ingest.modelId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 1,
  });
  if (last?.id !== id) throw notRetryable('its model has a later ingest');
  if (!RETRYABLE.includes(last.state)) {
    throw notRetryable(`it is ${last.state}, and only a FAILED, NOT_APPLICABLE or CANCELLED ingest can be`);
  }
  await tx.model.updateMany({
    where: { id: last.modelId, status: { in: ENDED_UNPUBLISHED } },
    data: { status: 'PENDING' },
  });
  return tx.ingest.update({
    where: { id },
    // A cancelled ingest's worker may run until its lease ends, and two workers must not write to one spool.
    data: {
      state: 'QUEUED',
      stage: 'QUEUED',
      // The source is read again: it may have another file now.
      runnerFlavors: [],
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
  return new ProbelogError('INGEST_NOT_RETRYABLE', `The ingest cannot be retried: ${reason}.`);
}
