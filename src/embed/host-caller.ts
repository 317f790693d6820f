import { z } from 'zod';
import { ANONYMOUS, type Principal, SCOPES, scopeName } from '../access/index.js';
import { ProbelogError } from '../errors/index.js';
import { VISIBILITY_LABEL } from '../store/index.js';

/** The caller of a request, as the host knows it. */
export interface HostCaller {
  /** Its name in the audit, after `host:`. */
  name: string;
  /** What it may do: search (`read`), register and probe models (`ingest`), or everything (`admin`). */
  scopes: readonly ('read' | 'ingest' | 'admin')[];
  /** Visibility labels of the private models it sees; none when absent. An administrator sees all. */
  labels?: readonly string[];
}

/** The host itself, which authorizes its own callers. */
export const THE_HOST: Principal = { ...ANONYMOUS, kind: 'LOCAL', name: 'host', scopes: SCOPES };

const schema = z
  .strictObject({
    name: z.string().min(1).max(300),
    scopes: z.array(z.enum(['read', 'ingest', 'admin'])),
    labels: z.array(z.string().regex(VISIBILITY_LABEL, 'a label such as team-a')).default([]),
  })
  .nullable();

/**
 * The principal of a caller; of null, the anonymous one.
 *
 * @throws ProbelogError CONFIG_INVALID, because the mistake is the host's
 */
export function principalOfCaller(caller: HostCaller | null): Principal {
  const { success, data, error } = schema.safeParse(caller);
  if (!success) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'caller'}: ${message}`);
    throw new ProbelogError('CONFIG_INVALID', `The caller is invalid.\n  ${problems.join('\n  ')}`);
  }
  if (data === null) return ANONYMOUS;
  const { name, scopes, labels } = data;
  return {
    ...ANONYMOUS,
    kind: 'TOKEN',
    name: `host:${name}`,
    scopes: SCOPES.filter((scope) => (scopes as string[]).includes(scopeName(scope))),
    labels,
  };
}
