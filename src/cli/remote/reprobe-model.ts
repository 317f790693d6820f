import { type ProbelogClient, ReprobeModelDocument } from '../../client/index.js';
import type { ReprobeOptions } from '../../ingest/index.js';
import type { ProgressDisplay } from '../output/progress.js';
import type { IngestOutcome } from '../run-ingests.js';
import { findModel } from './find-model.js';
import { findProbeSet } from './find-probe-set.js';
import { queueAndFollow } from './queue-and-follow.js';

/** Has a server probe a model again and waits until that is done or has failed, showing progress. @throws the signal's reason */
export async function reprobeModel(
  client: ProbelogClient,
  named: string,
  { probeSet, probing }: ReprobeOptions,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<IngestOutcome> {
  const model = await findModel(client, named);
  const queue = async () => {
    const how = { id: model.id, probeSet: await findProbeSet(client, probeSet), probing };
    return (await client.query(ReprobeModelDocument, how, { signal })).reprobeModel.id;
  };
  return queueAndFollow(client, model, queue, display, signal);
}
