import { describe, expect, it } from 'vitest';
import { huggingface } from '../../../src/registries/huggingface/index.js';

const OLD = '1'.repeat(40);
const NEW = '2'.repeat(40);

/** A body with all that the Hub sends. */
function event(scope: string, action: string, changes: object = {}, repo: object = {}) {
  return {
    event: { action, scope },
    repo: {
      type: 'model',
      name: 'org/name',
      id: '621ffdc036468d709f17434d',
      private: false,
      url: { web: 'https://hub.example/org/name', api: 'https://hub.example/api/models/org/name' },
      headSha: NEW,
      owner: { id: '628b753283ef59b5be89e937' },
      ...repo,
    },
    webhook: { id: '6390e855e30d9209411de93b', version: 3 },
    ...changes,
  };
}

const pushed = (ref: string, newSha: string | null = NEW) => ({
  updatedRefs: [{ ref, oldSha: OLD, newSha }],
});

function changeOf(value: object) {
  return huggingface.toModelChange(huggingface.parse(Buffer.from(JSON.stringify(value))));
}

describe('events of the Hub', () => {
  it('register a commit of the default branch, once for repository, ref and commit', () => {
    expect(changeOf(event('repo.content', 'update', pushed('refs/heads/main')))).toEqual({
      id: `621ffdc036468d709f17434d refs/heads/main ${NEW}`,
      event: 'repo.content.update',
      occurredAt: null,
      change: {
        kind: 'REGISTER',
        name: 'org/name',
        version: NEW,
        source: `hf://org/name@${NEW}`,
        updated: false,
      },
    });
  });

  it('take the default branch among several refs, and the head when there are none', () => {
    const several = {
      updatedRefs: [...pushed('refs/pr/1').updatedRefs, ...pushed('refs/heads/main').updatedRefs],
    };
    for (const changes of [several, {}, { updatedRefs: [] }, { updatedRefs: null }]) {
      expect(changeOf(event('repo.content', 'update', changes))).toMatchObject({
        id: `621ffdc036468d709f17434d refs/heads/main ${NEW}`,
        change: { kind: 'REGISTER', version: NEW },
      });
    }
    expect(changeOf(event('repo', 'create')).change.kind).toBe('REGISTER');
  });

  it('of an unknown narrower scope are updates of the wider one', () => {
    expect(changeOf(event('repo.content.lfs', 'update', pushed('refs/heads/main'))).change.kind).toBe(
      'REGISTER',
    );
    expect(changeOf(event('repo.wishes', 'update')).change.kind).toBe('REGISTER');
    expect(changeOf(event('repo.config.domain', 'update')).change.kind).toBe('IGNORE');
  });

  it.each(['create', 'delete', 'move', 'sing'])(
    'of an unknown narrower scope are updates also when the action is %s',
    (action) => {
      const movedTo = { name: 'org/other' };
      for (const scope of ['repo.wishes', 'repo.content.lfs']) {
        expect(changeOf(event(scope, action, { movedTo }))).toMatchObject({
          id: `621ffdc036468d709f17434d refs/heads/main ${NEW}`,
          event: `${scope}.${action}`,
          change: { kind: 'REGISTER', version: NEW },
        });
      }
      expect(changeOf(event('repo.config.domain', action, { movedTo })).change.kind).toBe('IGNORE');
    },
  );

  it.each([
    ['a pull request', event('repo.content', 'update', pushed('refs/pr/2'))],
    ['another branch', event('repo.content', 'update', pushed('refs/heads/main2'))],
    ['a tag', event('repo.content', 'update', pushed('refs/tags/main'))],
    ['a deleted branch', event('repo.content', 'update', pushed('refs/heads/main', null))],
    ['a branch deleted by zeros', event('repo.content', 'update', pushed('refs/heads/main', '0'.repeat(40)))],
    ['no refs, and no head', event('repo.content', 'update', { updatedRefs: [] }, { headSha: null })],
    ['a setting', event('repo.config', 'update')],
    ['a discussion', event('discussion', 'create')],
    ['a comment', event('discussion.comment', 'create')],
    ['a dataset', event('repo.content', 'update', pushed('refs/heads/main'), { type: 'dataset' })],
    ['an unknown action', event('repo', 'sing')],
    ['an unknown scope', event('wishes', 'update')],
    ['a move to nowhere', event('repo', 'move')],
  ])('about %s are ignored', (_what, value) => {
    expect(changeOf(value).change.kind).toBe('IGNORE');
  });

  it('remove every version that is not there any more, once for a repository', () => {
    expect(changeOf(event('repo', 'delete'))).toMatchObject({
      id: '621ffdc036468d709f17434d delete',
      change: { kind: 'REMOVE', name: 'org/name', version: null, confirmAtSource: true },
    });
  });

  it('rename', () => {
    const movedTo = { name: 'org/other', owner: { id: '628b753283ef59b5be89e937' } };
    expect(changeOf(event('repo', 'move', { movedTo }))).toMatchObject({
      id: null,
      change: {
        kind: 'RENAME',
        name: 'org/name',
        newName: 'org/other',
        sourcePrefix: { from: 'hf://org/name@', to: 'hf://org/other@' },
      },
    });
  });

  it.each([
    ['a path as name', { name: '../../etc' }],
    ['three parts in the name', { name: 'a/b/c' }],
    ['an at sign in the name', { name: 'org/name@main' }],
    ['no commit as head', { headSha: 'main' }],
    ['an object as id', { id: {} }],
    ['an endless id', { id: 'x'.repeat(101) }],
  ])('with %s are refused', (_what, repo) => {
    expect(() => changeOf(event('repo.content', 'update', {}, repo))).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_INVALID' }),
    );
  });
});
