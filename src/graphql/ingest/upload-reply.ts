import type { UploadOutcome } from '../../ingest/index.js';
import { globalId } from '../schema/global-id.js';

/** The JSON with which `PUT /models/<id>/responses` replies, over HTTP and in process. */
export function uploadReply(outcome: UploadOutcome): { status: 200 | 201; body: object } {
  const { model, created, changed, outputs, probes, coverage, degenerate } = outcome;
  const { id, name, version } = model;
  return {
    status: created ? 201 : 200,
    body: {
      model: { id: globalId('Model', id), name, version },
      status: 'READY',
      changed,
      outputs,
      probes,
      coverage,
      degenerate,
    },
  };
}
