import type { Delivery, Plan } from '../plan.js';
import type { Proof } from '../registry.js';
import type { MlflowEvent } from './parse.js';
import { modelName, placeOf, versionUri } from './version-uri.js';

export function plan(event: MlflowEvent, { deliveryId }: Proof): Delivery {
  return { id: deliveryId, event: event.type, occurredAt: event.occurredAt, plan: planOf(event) };
}

function planOf({ type, known, workspace: given }: MlflowEvent): Plan {
  if (known === null) return { kind: 'IGNORE', reason: `${type} says nothing about a model version.` };
  const workspace = placeOf(given);
  const name = modelName({ name: known.data.name, workspace });
  switch (known.type) {
    case 'model_version.created': {
      const { version } = known.data;
      const source = versionUri({ name: known.data.name, version, workspace });
      return { kind: 'REGISTER', name, version, source, updated: false };
    }
    case 'model_version_tag.set':
      return {
        kind: 'SET_TAG',
        name,
        version: known.data.version,
        key: known.data.key,
        value: known.data.value,
      };
    case 'model_version_tag.deleted':
      return { kind: 'SET_TAG', name, version: known.data.version, key: known.data.key, value: null };
    case 'model_version_alias.created':
      return { kind: 'ALIAS', name, alias: known.data.alias, version: known.data.version };
    case 'model_version_alias.deleted':
      return { kind: 'ALIAS', name, alias: known.data.alias, version: null };
  }
}
