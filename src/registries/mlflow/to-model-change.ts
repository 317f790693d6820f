import type { VersionRegistration } from '../../store/index.js';
import type { Delivery, Proof } from '../registry.js';
import type { MlflowEvent } from './parse.js';
import { modelName, versionUri, workspacePart } from './version-uri.js';

export function toModelChange(event: MlflowEvent, { deliveryId }: Proof): Delivery {
  return { id: deliveryId, event: event.type, occurredAt: event.occurredAt, ...changeOf(event) };
}

function changeOf({
  type,
  known,
  workspace: given,
}: MlflowEvent): Pick<Delivery, 'change' | 'facts' | 'registration'> {
  if (known === null) return { change: { kind: 'IGNORE', reason: `${type} is not about a model version.` } };
  const workspace = workspacePart(given);
  const name = modelName({ name: known.data.name, workspace });
  const registration = (version: string): VersionRegistration => {
    const source = versionUri({ name: known.data.name, version, workspace });
    return { kind: 'REGISTER', name, version, source, updated: false };
  };
  switch (known.type) {
    case 'model_version.created': {
      const { version, tags } = known.data;
      return { change: registration(version), facts: { tags: tags ? withoutNulls(tags) : undefined } };
    }
    case 'model_version_tag.set': {
      const { version, key, value } = known.data;
      return {
        change: { kind: 'SET_TAG', name, version, key, value },
        facts: { tags: { [key]: value } },
        registration: registration(version),
      };
    }
    case 'model_version_tag.deleted':
      return {
        change: { kind: 'SET_TAG', name, version: known.data.version, key: known.data.key, value: null },
      };
    case 'model_version_alias.created': {
      const { version, alias } = known.data;
      return {
        change: { kind: 'SET_ALIAS', name, alias, version },
        facts: { aliases: [alias] },
        registration: registration(version),
      };
    }
    case 'model_version_alias.deleted':
      return { change: { kind: 'SET_ALIAS', name, alias: known.data.alias, version: null } };
  }
}

function withoutNulls(tags: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, value ?? '']));
}
