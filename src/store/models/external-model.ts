import { ProbelogError } from '../../errors/index.js';

/** The `source` of a model version whose responses are uploaded; no path and no URL looks like it. */
export const EXTERNAL_SOURCE = 'external';

/** Why such a version is not probed. */
export function modelExternal(): ProbelogError {
  return new ProbelogError(
    'MODEL_EXTERNAL',
    'The model is not on this server, so it cannot be probed; its owner uploads its responses.',
  );
}
