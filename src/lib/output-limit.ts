import { ProbelogError } from '../errors/index.js';

/** Responses of one model: 2 GiB in the thread that assembles them, a few times. */
const MAX_RESPONSES = 2 ** 29;

/**
 * Refuses a model with more outputs than allowed.
 *
 * Threat model: each output is a row of the database, a descriptor in every search, and a value per probe; a small file can
 * make millions of them. With many probes, fewer outputs fill the memory.
 *
 * @param outputs C
 * @param probes P
 * @param max the setting
 * @throws ProbelogError MODEL_TOO_MANY_OUTPUTS
 */
export function checkOutputLimit(outputs: number, probes: number, max: number): void {
  if (outputs > max)
    throw new ProbelogError(
      'MODEL_TOO_MANY_OUTPUTS',
      `The model has ${outputs} outputs; this server accepts up to ${max}. Raise PROBELOG_MAX_OUTPUTS to accept more.`,
      { outputs, most: max },
    );
  const most = Math.max(1, Math.floor(MAX_RESPONSES / probes));
  if (outputs > most)
    throw new ProbelogError(
      'MODEL_TOO_MANY_OUTPUTS',
      `The model has ${outputs} outputs; with the ${probes} probes of this probe set, a model may have up to ${most}. Use a smaller probe set.`,
      { outputs, most },
    );
}
