import type { Delivery, Plan } from '../plan.js';
import type { WandbEvent } from './parse.js';

/** `LINK_MODEL` is the older name of `LINK_ARTIFACT`. An alias is what many teams release a version with. */
const REGISTERING = [
  'CREATE_ARTIFACT',
  'LINK_ARTIFACT',
  'LINK_MODEL',
  'ADD_ARTIFACT_ALIAS',
  'UPDATE_ARTIFACT_ALIAS',
];
const FIXED_VERSION = /^v\d+$/;

export function plan({ event_type: type, artifact_version_string: artifact, url }: WandbEvent): Delivery {
  return {
    id: `${artifact} ${type}`,
    event: type,
    occurredAt: null,
    plan: planOf(type, artifact, url ?? null),
  };
}

function planOf(type: string, artifact: string, url: string | null): Plan {
  const [name, version] = artifact.split(':');
  if (!REGISTERING.includes(type)) return { kind: 'IGNORE', reason: `${type} registers nothing.` };
  if (!FIXED_VERSION.test(version)) {
    return { kind: 'IGNORE', reason: `${version} is an alias, which may mean another version tomorrow.` };
  }
  return { kind: 'REGISTER', name, version, source: url ?? `wandb://${artifact}`, updated: false };
}
