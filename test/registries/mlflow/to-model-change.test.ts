import { describe, expect, it } from 'vitest';
import { mlflow } from '../../../src/registries/mlflow/index.js';
import { pythonJson } from '../signing.js';

const AT = '2026-07-31T08:27:32.080217+00:00';

function changeOf(entity: string, action: string, data: unknown, more: object = {}) {
  const body = Buffer.from(pythonJson({ entity, action, timestamp: AT, ...more, data }));
  return mlflow.toModelChange(mlflow.parse(body), { deliveryId: 'd' });
}

describe('events of MLflow', () => {
  it('register a version by its name, never by the source that the payload claims', () => {
    const data = {
      name: 'vögel',
      version: '3',
      source: 'file:///etc/passwd',
      run_id: 'r',
      tags: {},
      extra: 1,
    };
    expect(changeOf('model_version', 'created', data, { unknown: true })).toEqual({
      id: 'd',
      event: 'model_version.created',
      occurredAt: new Date(AT),
      change: {
        kind: 'REGISTER',
        name: 'vögel',
        version: '3',
        source: 'mlflow:/v%C3%B6gel/3',
        updated: false,
      },
      facts: { tags: {} },
    });
  });

  it.each([
    ['{"a": 1}', { a: 1 }],
    ['null', null],
  ])('do not know the tags of a version that come as %s', (_, tags) => {
    const { facts } = changeOf('model_version', 'created', { name: 'm', version: '1', tags });
    expect(facts).toEqual({ tags: undefined });
  });

  it('tell workspaces apart', () => {
    const data = { name: 'birds', version: 3 };
    expect(changeOf('model_version', 'created', data, { workspace: 'team-a' }).change).toMatchObject({
      name: 'team-a/birds',
      version: '3',
      source: 'mlflow:/birds/3?workspace=team-a',
    });
    expect(changeOf('model_version', 'created', data, { workspace: 'default' }).change).toMatchObject({
      name: 'birds',
    });
  });

  it.each([
    [
      'model_version_tag',
      'set',
      { name: 'm', version: '1', key: 'k', value: 'v' },
      'SET_TAG',
      { value: 'v' },
    ],
    ['model_version_tag', 'deleted', { name: 'm', version: '1', key: 'k' }, 'SET_TAG', { value: null }],
    [
      'model_version_alias',
      'created',
      { name: 'm', alias: 'a', version: '1' },
      'SET_ALIAS',
      { version: '1' },
    ],
    ['model_version_alias', 'deleted', { name: 'm', alias: 'a' }, 'SET_ALIAS', { version: null }],
  ])('%s %s', (entity, action, data, kind, expected) => {
    expect(changeOf(entity, action, data).change).toMatchObject({ kind, name: 'm', ...expected });
  });

  it.each([
    ['U+0000', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('with %s in the value of a tag have what a database takes in its place', (_what, value) => {
    const data = { name: 'm', version: '1', key: 'k', value };
    expect(changeOf('model_version_tag', 'set', data).change).toMatchObject({
      kind: 'SET_TAG',
      value: 'a\ufffdb',
    });
  });

  it.each([
    ['registered_model', 'created'],
    ['prompt', 'created'],
    ['prompt_version', 'created'],
    ['budget_policy', 'exceeded'],
    ['model_version', 'sung'],
  ])('%s %s is ignored, whatever it holds', (entity, action) => {
    expect(changeOf(entity, action, 17)).toMatchObject({ id: 'd', change: { kind: 'IGNORE' } });
  });

  it('are taken without a readable time', () => {
    const event = changeOf('registered_model', 'created', {}, { timestamp: { $gt: '' } });
    expect(event.occurredAt).toBeNull();
  });

  it.each([
    ['no name', { version: '1' }],
    ['a number as name', { name: 1, version: '1' }],
    ['an endless name', { name: 'x'.repeat(257), version: '1' }],
    ['a control character', { name: 'a\u0000b', version: '1' }],
    ['a line break', { name: 'a\nb', version: '1' }],
    ['half a surrogate pair', { name: 'a\ud800', version: '1' }],
    ['a blank at the end', { name: 'a ', version: '1' }],
    ['a path as version', { name: 'a', version: '../1' }],
    ['an array', []],
    ['nothing', null],
  ])('with %s are refused', (_what, data) => {
    expect(() => changeOf('model_version', 'created', data)).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_INVALID' }),
    );
  });

  it.each(['', '{', 'null', '[]', '"x"', '{"entity": "model_version"}'])('are no events: %j', (text) => {
    expect(() => mlflow.parse(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_INVALID' }),
    );
  });

  it('that are not UTF-8 are refused', () => {
    expect(() => mlflow.parse(Buffer.from([0x22, 0xff, 0x22]))).toThrow('UTF-8');
  });
});
