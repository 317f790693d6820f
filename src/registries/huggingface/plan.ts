import type { Delivery, Plan } from '../plan.js';
import type { HubEvent } from './parse.js';
import { commitUri } from './repo-uri.js';

/** The only branch whose commits are versions; pull requests (`refs/pr/…`) come as updates too. */
const DEFAULT_BRANCH = 'refs/heads/main';
const DELETED_BRANCH = /^0+$/;

/**
 * The Hub gives no id for a delivery, so what it says is its id: repository, ref and commit. A repository's own id never
 * comes back, so a repeated deletion cannot hit a new repository of the same name. A move has no id: names may go back
 * and forth, and to rename what is renamed already changes nothing.
 */
export function plan(hubEvent: HubEvent): Delivery {
  const { action, scope } = hubEvent.event;
  const understood = understand(hubEvent);
  return { ...understood, event: `${scope}.${action}`, occurredAt: null };
}

function understand({ event, repo, updatedRefs, movedTo }: HubEvent): Pick<Delivery, 'id' | 'plan'> {
  if (repo.type !== 'model') return ignored(`A ${repo.type} is not a model.`);
  const scope = knownScope(event.scope);
  if (scope === 'repo' && event.action === 'delete') {
    return { id: `${repo.id} delete`, plan: { kind: 'REMOVE', name: repo.name, version: null } };
  }
  if (scope === 'repo' && event.action === 'move') {
    if (!movedTo) return ignored('The move does not say where to.');
    const [from, to] = [repo.name, movedTo.name];
    const sourcePrefix = { from: commitUri({ name: from, sha: '' }), to: commitUri({ name: to, sha: '' }) };
    return { id: null, plan: { kind: 'RENAME', name: from, newName: to, sourcePrefix } };
  }
  const changesFiles = scope === 'repo' || scope === 'repo.content';
  if (!changesFiles || (event.action !== 'create' && event.action !== 'update')) {
    return ignored(`${event.scope} ${event.action} says nothing about files.`);
  }
  const refs = updatedRefs?.length ? updatedRefs : [{ ref: DEFAULT_BRANCH, newSha: repo.headSha }];
  const { ref, newSha } = refs.find((updated) => updated.ref === DEFAULT_BRANCH) ?? refs[0];
  if (!newSha || DELETED_BRANCH.test(newSha)) return ignored('No branch has a new commit.');
  const id = `${repo.id} ${ref} ${newSha}`;
  if (ref !== DEFAULT_BRANCH) {
    return { id, plan: { kind: 'IGNORE', reason: `${ref} is not the default branch.` } };
  }
  return { id, plan: registration(repo.name, newSha) };
}

/** A narrower scope than we know counts as its parent, as the Hub's documentation asks. */
function knownScope(scope: string): string {
  const known = ['repo.content', 'repo.config', 'repo'];
  return known.find((name) => scope === name || scope.startsWith(`${name}.`)) ?? scope;
}

function registration(name: string, sha: string): Plan {
  return { kind: 'REGISTER', name, version: sha, source: commitUri({ name, sha }), updated: false };
}

function ignored(reason: string): Pick<Delivery, 'id' | 'plan'> {
  return { id: null, plan: { kind: 'IGNORE', reason } };
}
