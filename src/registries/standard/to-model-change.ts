import type { ModelChange } from '../../store/index.js';
import type { Delivery, Proof } from '../registry.js';
import type { StandardEvent } from './parse.js';

export function toModelChange(event: StandardEvent, { deliveryId }: Proof): Delivery {
  return { id: deliveryId, event: event.type, occurredAt: event.occurredAt, change: changeOf(event) };
}

function changeOf({ type, known }: StandardEvent): ModelChange {
  if (known === null) return { kind: 'IGNORE', reason: `${type} is not about a model version.` };
  if (known.kind === 'deleted') return { kind: 'REMOVE', ...known.version };
  const { name, version, url, sha256, labels } = known.file;
  return {
    kind: 'REGISTER',
    name,
    version,
    source: url,
    sha256: sha256 ?? undefined,
    labels: labels ?? undefined,
    updated: known.kind === 'updated',
  };
}
