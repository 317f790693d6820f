import type { ModelChange } from '../../store/index.js';
import type { Delivery } from '../registry.js';
import { commitUri } from './commit-uri.js';
import type { HubEvent } from './parse.js';

/** The only branch whose commits are versions. Pull requests (`refs/pr/…`) are sent as updates too. */
const DEFAULT_BRANCH = 'refs/heads/main';
const DELETED_BRANCH = /^0+$/;
/** Narrower scopes before wider ones. */
const KNOWN_SCOPES = ['repo.content', 'repo.config', 'repo'];

/**
 * The Hub sends no delivery id, so the id is made of the content: repository, ref and commit. A repository's own id is
 * never used again, so a repeated deletion cannot hit a new repository of the same name.
 *
 * The Hub sends no time either. A late deletion may meet versions of a new repository, so each version is confirmed at the
 * Hub before it is removed. A move has no id: names may go back and forth, and repeating a move changes nothing.
 */
export function toModelChange(hubEvent: HubEvent): Delivery {
  const { action, scope } = hubEvent.event;
  return { ...changeOf(hubEvent), event: `${scope}.${action}`, occurredAt: null };
}

function changeOf({ event, repo, updatedRefs, movedTo }: HubEvent): Pick<Delivery, 'id' | 'change'> {
  if (repo.type !== 'model') return ignored(`A ${repo.type} is not a model.`);
  const { scope, action } = widenScope(event);
  if (scope === 'repo' && action === 'delete') {
    const change: ModelChange = { kind: 'REMOVE', name: repo.name, version: null, confirmAtSource: true };
    return { id: `${repo.id} delete`, change };
  }
  if (scope === 'repo' && action === 'move') {
    if (!movedTo) return ignored('The move does not name the new repository.');
    const [from, to] = [repo.name, movedTo.name];
    const sourcePrefix = { from: commitUri({ name: from, sha: '' }), to: commitUri({ name: to, sha: '' }) };
    return { id: null, change: { kind: 'RENAME', name: from, newName: to, sourcePrefix } };
  }
  const changesFiles = scope === 'repo' || scope === 'repo.content';
  if (!changesFiles || (action !== 'create' && action !== 'update')) {
    return ignored(`${event.scope} ${event.action} does not change files.`);
  }
  const refs = updatedRefs?.length ? updatedRefs : [{ ref: DEFAULT_BRANCH, newSha: repo.headSha }];
  const { ref, newSha } = refs.find((updated) => updated.ref === DEFAULT_BRANCH) ?? refs[0];
  if (!newSha || DELETED_BRANCH.test(newSha)) return ignored('No branch has a new commit.');
  const id = `${repo.id} ${ref} ${newSha}`;
  if (ref !== DEFAULT_BRANCH) {
    return { id, change: { kind: 'IGNORE', reason: `${ref} is not the default branch.` } };
  }
  return { id, change: registration(repo.name, newSha) };
}

/** The Hub's documentation says to treat any action in an unknown narrower scope as an update of the wider one. */
function widenScope({ scope, action }: HubEvent['event']): HubEvent['event'] {
  if (KNOWN_SCOPES.includes(scope)) return { scope, action };
  const wider = KNOWN_SCOPES.find((name) => scope.startsWith(`${name}.`));
  return wider === undefined ? { scope, action } : { scope: wider, action: 'update' };
}

function registration(name: string, sha: string): ModelChange {
  return { kind: 'REGISTER', name, version: sha, source: commitUri({ name, sha }), updated: false };
}

function ignored(reason: string): Pick<Delivery, 'id' | 'change'> {
  return { id: null, change: { kind: 'IGNORE', reason } };
}
