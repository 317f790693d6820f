import type { ModelChange } from '../../store/index.js';
import type { Delivery, Proof } from '../registry.js';
import type { MlflowEvent } from './parse.js';
import { modelName, versionUri, workspacePart } from './version-uri.js';

export function toModelChange(event: MlflowEvent, { deliveryId }: Proof): Delivery {
  return { id: deliveryId, event: event.type, occurredAt: event.occurredAt, change: changeOf(event) };
}

function changeOf({ type, known, workspace: given }: MlflowEvent): ModelChange {
  if (known === null) return { kind: 'IGNORE', reason: `${type} is not about a model version.` };
  const workspace = workspacePart(given);
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
      return { kind: 'SET_ALIAS', name, alias: known.data.alias, version: known.data.version };
    case 'model_version_alias.deleted':
      return { kind: 'SET_ALIAS', name, alias: known.data.alias, version: null };
  }
}
