import type { Delivery, Plan } from '../plan.js';
import type { Proof } from '../registry.js';
import type { MlflowEvent } from './parse.js';

/** What a server without workspaces says that it has. */
const DEFAULT_WORKSPACE = 'default';

export function plan(event: MlflowEvent, { deliveryId }: Proof): Delivery {
  return { id: deliveryId, event: event.type, occurredAt: event.occurredAt, plan: planOf(event) };
}

function planOf({ type, known, workspace }: MlflowEvent): Plan {
  if (known === null) return { kind: 'IGNORE', reason: `${type} says nothing about a model version.` };
  const place = workspace === DEFAULT_WORKSPACE ? null : workspace;
  // MLflow's names have no slash, so this is one name for one model.
  const name = place === null ? known.data.name : `${place}/${known.data.name}`;
  switch (known.type) {
    case 'model_version.created': {
      const { version } = known.data;
      return {
        kind: 'REGISTER',
        name,
        version,
        source: sourceOf(known.data.name, version, place),
        updated: false,
      };
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

function sourceOf(name: string, version: string, workspace: string | null): string {
  const path = `mlflow:/${encodeURIComponent(name)}/${version}`;
  return workspace === null ? path : `${path}?workspace=${encodeURIComponent(workspace)}`;
}
