import { readFileSync } from 'node:fs';
import { type Delivered, deliver } from '../deliver.js';
import { type Loopback, sendFile, startLoopback } from '../loopback.js';
import { wandbHeaders } from '../signing.js';

/** A version of an artifact, with its file and what stands beside it where the template's `url` leads. */
export interface ServedArtifact {
  entity: string;
  project: string;
  collection: string;
  /** Such as v3 */
  version: string;
  model: Uint8Array;
  /** By name. */
  beside: Record<string, string>;
}

/** A team of W&B's: its automation, and the server where it puts its files. */
export interface WandbServer extends Loopback {
  add(artifact: ServedArtifact): ServedArtifact;
  /** Runs the automation of docs/registries/wandb.md for an event about an artifact. */
  send(
    receiver: string,
    shared: { secret: string; token: string },
    eventType: string,
    artifact: ServedArtifact,
  ): Promise<Delivered>;
}

const PAGE = readFileSync(new URL('../../../docs/registries/wandb.md', import.meta.url), 'utf8');
/** The payload as the page tells users to write it. */
const TEMPLATE = /^```json\n(.*?)\n```$/ms.exec(PAGE)?.[1] ?? '';

export async function startWandb(): Promise<WandbServer> {
  const files = new Map<string, Uint8Array>();
  const loopback = await startLoopback((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const content = files.get(path);
    if (content) sendFile(request, response, content, `"${path}"`);
    else response.writeHead(404).end();
  });
  return {
    ...loopback,
    add(artifact) {
      const path = `/${artifact.collection}/${versionString(artifact)}.onnx`;
      files.set(path, artifact.model);
      for (const [name, content] of Object.entries(artifact.beside)) {
        files.set(path.slice(0, path.lastIndexOf('/') + 1) + name, Buffer.from(content));
      }
      return artifact;
    },
    send(receiver, { secret, token }, eventType, artifact) {
      const body = filledIn(eventType, artifact).replace('https://models.example.org', loopback.url);
      return deliver(receiver, body, wandbHeaders(body, secret, token));
    },
  };
}

/** W&B replaces the variables in the template, and leaves the rest as it is. */
function filledIn(eventType: string, artifact: ServedArtifact): string {
  const variables: Record<string, string> = {
    event_type: eventType,
    event_author: 'ada',
    alias: '',
    artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
    artifact_version_string: versionString(artifact),
    artifact_collection_name: artifact.collection,
    project_name: artifact.project,
    entity_name: artifact.entity,
  };
  return TEMPLATE.replace(/\$\{(\w+)\}/g, (variable, name) => variables[name] ?? variable);
}

function versionString({ entity, project, collection, version }: ServedArtifact): string {
  return `${entity}/${project}/${collection}:${version}`;
}
