import { ProbelogError } from '../errors/index.js';

/**
 * Refuses a model with more outputs than allowed.
 *
 * Threat model: each output is a row of the database, a descriptor in every search, and a value per probe; a small file can
 * make millions of them.
 *
 * @param outputs C
 * @throws ProbelogError MODEL_TOO_MANY_OUTPUTS
 */
export function checkOutputLimit(outputs: number, max: number): void {
  if (outputs <= max) return;
  throw new ProbelogError(
    'MODEL_TOO_MANY_OUTPUTS',
    `The model has ${outputs} outputs; this server accepts up to ${max}. Raise PROBELOG_MAX_OUTPUTS to accept more.`,
    { outputs, most: max },
  );
}
