import type { Delivery, Plan } from '../plan.js';
import type { Proof } from '../registry.js';
import type { StandardEvent } from './parse.js';

export function plan(event: StandardEvent, { deliveryId }: Proof): Delivery {
  return { id: deliveryId, event: event.type, occurredAt: event.occurredAt, plan: planOf(event) };
}

function planOf({ type, known }: StandardEvent): Plan {
  if (known === null) return { kind: 'IGNORE', reason: `${type} says nothing about a model version.` };
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
