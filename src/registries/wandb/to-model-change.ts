import { createHash } from 'node:crypto';
import type { ModelChange } from '../../store/index.js';
import { payloadInvalid } from '../payload.js';
import type { Delivery } from '../registry.js';
import type { WandbEvent } from './parse.js';

/** `LINK_MODEL` is the older name of `LINK_ARTIFACT`. Many teams release a version by giving it an alias. */
const REGISTERING = [
  'CREATE_ARTIFACT',
  'LINK_ARTIFACT',
  'LINK_MODEL',
  'ADD_ARTIFACT_ALIAS',
  'UPDATE_ARTIFACT_ALIAS',
];
const FIXED_VERSION = /^v\d+$/;

/**
 * W&B sends no delivery id, so the id is made of the content: artifact, event and URL. The URL is part of it so that a
 * corrected template counts as new. The alias is not: a repeated alias counts again, because another version may have had
 * it in between.
 *
 * @throws ProbelogError PAYLOAD_INVALID when the payload does not say where the version's file is
 */
export function toModelChange(event: WandbEvent): Delivery {
  const { event_type: type, artifact_version_string: artifact, url } = event;
  const change = changeOf(event);
  const id = [artifact, type, url && digestOf(url)].filter(Boolean).join(' ');
  return { id: change.kind === 'SET_ALIAS' ? null : id, event: type, occurredAt: null, change };
}

function changeOf({
  event_type: type,
  artifact_version_string: artifact,
  url,
  alias,
}: WandbEvent): ModelChange {
  const [name, version] = artifact.split(':');
  if (!REGISTERING.includes(type)) return { kind: 'IGNORE', reason: `${type} registers nothing.` };
  if (!FIXED_VERSION.test(version)) {
    return { kind: 'IGNORE', reason: `${version} is an alias, which may move to another version.` };
  }
  if (!url && alias !== null) return { kind: 'SET_ALIAS', name, alias, version };
  if (!url) {
    throw payloadInvalid(
      'it does not say where the file is, and W&B has no REST API to look it up; add url to the payload of the automation (docs/registries/wandb.md)',
      'url',
    );
  }
  return {
    kind: 'REGISTER',
    name,
    version,
    source: url,
    updated: false,
    ...(alias !== null && { alias }),
  };
}

/** Enough digits to tell two URLs of one version apart. */
function digestOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}
