import { describe, expect, it } from 'vitest';
import { wandb } from '../../../src/registries/wandb/index.js';

/** A body by our template. */
const BODY = {
  event_type: 'LINK_ARTIFACT',
  event_author: 'ada',
  alias: '',
  artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
  artifact_version_string: 'team/model-registry/birds:v3',
  artifact_collection_name: 'birds',
  project_name: 'model-registry',
  entity_name: 'team',
  url: 'https://models.example.org/birds/v3.onnx',
};

function changeOf(changes: object = {}) {
  return wandb.toModelChange(wandb.parse(Buffer.from(JSON.stringify({ ...BODY, ...changes }))));
}

describe('events of Weights & Biases', () => {
  it.each(['LINK_ARTIFACT', 'LINK_MODEL', 'CREATE_ARTIFACT', 'ADD_ARTIFACT_ALIAS'])(
    '%s registers',
    (type) => {
      expect(changeOf({ event_type: type })).toEqual({
        id: expect.stringMatching(`^team/model-registry/birds:v3 ${type} [0-9a-f]{16}$`),
        event: type,
        occurredAt: null,
        change: {
          kind: 'REGISTER',
          name: 'team/model-registry/birds',
          version: 'v3',
          source: BODY.url,
          updated: false,
        },
      });
    },
  );

  it.each(['ADD_ARTIFACT_ALIAS', 'UPDATE_ARTIFACT_ALIAS'])('%s registers under its alias', (type) => {
    const { id, change } = changeOf({ event_type: type, alias: 'production' });
    expect(change).toMatchObject({ kind: 'REGISTER', version: 'v3', source: BODY.url, alias: 'production' });
    // The alias may come again, from a version that had it meanwhile.
    expect(id).toBe(changeOf({ event_type: type, alias: 'other' }).id);
    expect(changeOf({ event_type: type, alias: 'production', url: undefined })).toEqual({
      id: null,
      event: type,
      occurredAt: null,
      change: { kind: 'SET_ALIAS', name: 'team/model-registry/birds', alias: 'production', version: 'v3' },
    });
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how the template is written
  it.each(['', null, undefined, 'production', '${alias}'])('that give no alias have none: %j', (alias) => {
    expect(changeOf({ alias }).change).not.toHaveProperty('alias');
    if (alias) return;
    expect(changeOf({ event_type: 'ADD_ARTIFACT_ALIAS', alias }).change).not.toHaveProperty('alias');
  });

  it.each(['UNLINK_ARTIFACT', 'RUN_METRIC', 'SOMETHING_NEW'])('%s is ignored', (type) => {
    expect(changeOf({ event_type: type }).change.kind).toBe('IGNORE');
  });

  it.each(['https://models.example.org/birds/v3.onnx', 's3://models/birds/v3/model.onnx'])(
    'may say where the file is: %s',
    (url) => {
      expect(changeOf({ url }).change).toMatchObject({ kind: 'REGISTER', version: 'v3', source: url });
    },
  );

  it('with another URL are others, and the same one is the same', () => {
    const ids = ['https://a.example/1', 'https://a.example/2', 'https://a.example/1'].map(
      (url) => changeOf({ url }).id,
    );
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('need not say where a file is when nothing is registered', () => {
    const ignored = { event_type: 'UNLINK_ARTIFACT', url: undefined };
    expect(changeOf(ignored)).toMatchObject({ id: 'team/model-registry/birds:v3 UNLINK_ARTIFACT' });
  });

  it('about an alias are ignored: it is no version', () => {
    expect(changeOf({ artifact_version_string: 'team/p/birds:latest' }).change.kind).toBe('IGNORE');
  });

  it.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how the template is written
    ['a template that was not filled in', { artifact_version_string: '${artifact_version_string}' }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how the template is written
    ['a URL that was not filled in', { url: 'https://models.example.org/${artifact_collection_name}' }],
    ['a URL of another scheme', { url: 'file:///etc/passwd' }],
    ['no version', { artifact_version_string: 'team/p/birds' }],
    ['no project', { artifact_version_string: 'team/birds:v1' }],
    ['a line break', { artifact_version_string: 'team/p/birds:v1\n' }],
    ['an endless text', { artifact_version_string: `t/p/${'b'.repeat(500)}:v1` }],
    ['a number', { artifact_version_string: 3 }],
    ['no URL', { url: undefined }],
    ['nothing as URL', { url: null }],
    ['neither URL nor alias', { event_type: 'ADD_ARTIFACT_ALIAS', url: undefined }],
    ['a line break in the alias', { event_type: 'ADD_ARTIFACT_ALIAS', alias: 'a\nb' }],
    ['a number as alias', { event_type: 'ADD_ARTIFACT_ALIAS', alias: 3 }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how the template is written
    ['an alias that was not filled in', { event_type: 'ADD_ARTIFACT_ALIAS', alias: '${alias}' }],
    ['no type', { event_type: undefined }],
  ])('with %s are refused', (_what, changes) => {
    expect(() => changeOf(changes)).toThrow(expect.objectContaining({ code: 'PAYLOAD_INVALID' }));
  });
});
