import { isAbsolute } from 'node:path';
import { IngestModelDocument, isProbelogError, type ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { IngestRequest } from '../../ingest/index.js';
import { exists } from '../../lib/exists.js';
import { WHAT_A_SERVER_READS } from '../flags/ingest-requests.js';
import type { ProgressDisplay } from '../output/progress.js';
import type { IngestOutcome } from '../run-ingests.js';
import { findProbeSet } from './find-probe-set.js';
import { queueAndFollow } from './queue-and-follow.js';

/** Registers models at a server and waits until each is searchable or has failed, showing progress. @throws the signal's reason */
export function ingestModels(
  client: ProbelogClient,
  requests: IngestRequest[],
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<IngestOutcome[]> {
  return Promise.all(
    requests.map((request) =>
      queueAndFollow(client, request, () => queue(client, request, signal), display, signal),
    ),
  );
}

async function queue(
  client: ProbelogClient,
  { sha256: _, probeSet, ...request }: IngestRequest,
  signal: AbortSignal,
): Promise<string> {
  const input = { ...request, probeSet: await findProbeSet(client, probeSet) };
  try {
    return (await client.query(IngestModelDocument, { input }, { signal })).ingestModel.id;
  } catch (thrown) {
    const isUnread =
      isProbelogError(thrown) && (thrown.code === 'SOURCE_NOT_FOUND' || thrown.code === 'SOURCE_FORBIDDEN');
    if (!isUnread || !(await isHere(request.source))) throw thrown;
    throw new ProbelogError(
      thrown.code,
      `${thrown.message} There is such a file on this machine. ${WHAT_A_SERVER_READS}`,
    );
  }
}

/** Whether it is a path that leads to something on this machine, as whoever wrote it may have meant. */
async function isHere(source: string): Promise<boolean> {
  return isAbsolute(source) && (await exists(source));
}
