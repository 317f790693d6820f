import { createHash } from 'node:crypto';
import { payloadInvalid } from '../payload/payload-invalid.js';
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

/**
 * W&B gives no id for a delivery, so what it says is its id; with the URL, so that a template that was put right counts.
 *
 * @throws ProbelogError PAYLOAD_INVALID for a version of which nobody says where its file is
 */
export function plan({ event_type: type, artifact_version_string: artifact, url }: WandbEvent): Delivery {
  return {
    id: [artifact, type, url && digestOf(url)].filter(Boolean).join(' '),
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
  if (url === null) {
    throw payloadInvalid(
      'it does not say where the file is, and W&B has no REST to look it up; add url to the payload of the automation (docs/registries/wandb.md)',
      'url',
    );
  }
  return { kind: 'REGISTER', name, version, source: url, updated: false };
}

/** Enough of it to tell one URL of a version from another. */
function digestOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}
