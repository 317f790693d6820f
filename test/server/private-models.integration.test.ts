import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const SECRET = 'zebra-secret';

let small: SmallServer;
let schema: GraphQLSchema;
let ids: { hidden: string; open: string[]; ingest: string };
let keys: { outsider: string; insider: string; admin: string };

beforeAll(async () => {
  schema = await buildSchema();
  small = await openSmallServer({ PROBELOG_MAX_COST: '1000000000', PROBELOG_MAX_TOKENS: '1000000' });
  const hidden = await small.model(`${SECRET}-name`, {
    visibility: 'team-a',
    labels: [0, 1, 2, 3].map((output) => `${SECRET}-${output}`),
  });
  const open = [await small.model('open-a'), await small.model('open-b'), await small.model('open-c')];
  const [last] = await small.small.service.store.ingests.latestForModels([keyOf(hidden)]);
  ids = { hidden, open, ingest: Buffer.from(`Ingest:${last.id}`).toString('base64url') };
  keys = {
    outsider: await small.key(['READ', 'INGEST'], { labels: ['team-b'] }),
    insider: await small.key(['READ'], { labels: ['team-a'] }),
    admin: await small.key(['ADMIN']),
  };
});
afterAll(() => small.close());

const keyOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1];
const logitOf = (model: string) => Buffer.from(`Logit:${keyOf(model)}:0`).toString('base64url');

/** What to give for an argument that must be given, or that decides what is found. */
function argumentFor(field: string, name: string): string | null {
  const id = { logit: logitOf(ids.hidden), ingest: ids.ingest }[field] ?? ids.hidden;
  const values: Record<string, string> = {
    id: JSON.stringify(id),
    a: JSON.stringify(ids.hidden),
    b: JSON.stringify(ids.open[0]),
    text: field === 'concept' ? '"color"' : 'null',
    first: '100',
    prefix: '"z"',
    source: '"upload:00000000-0000-4000-8000-000000000000"',
    preprocessing: '{}',
  };
  return values[name] ?? null;
}

/** Everything that a type has, to a depth: lists as long as they may be. */
function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  // `node` gets the id of the private model. Fields of several types in one selection would conflict.
  if (isInterfaceType(named))
    return `{ __typename ... on Model ${selection(schema.getType('Model') as GraphQLOutputType, depth - 1)} }`;
  if (depth < 0 || !isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some((argument) => isRequiredArgument(argument))) return [];
    const inner = selection(field.type, depth - 1);
    if (!isLeafType(getNamedType(field.type)) && inner === '') return [];
    const list = field.args.some(({ name }) => name === 'first') ? '(first: 5)' : '';
    return [`${field.name}${list} ${inner}`];
  });
  return fields.length === 0 ? '' : `{ ${fields.join(' ')} }`;
}

it('no field of the query tells an outsider of a private model', async () => {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  const seen: string[] = [];
  for (const { name, args, type } of fields) {
    const given = args.flatMap((argument) => {
      const text = argumentFor(name, argument.name);
      return text === null ? [] : [`${argument.name}: ${text}`];
    });
    const forms =
      name === 'logits'
        ? [
            [...given, 'concept: "color"'],
            [...given, 'expression: { any: ["color"] }'],
          ]
        : name === 'models'
          ? [given, [...given, 'concept: "color"'], [...given, 'concepts: ["color"]']]
          : [given];
    for (const form of forms) {
      const query = `{ ${name}${form.length > 0 ? `(${form.join(', ')})` : ''} ${selection(type, 5)} }`;
      const { text } = await small.ask(query, {}, keys.outsider);
      expect(text, name).not.toContain('GRAPHQL_VALIDATION_FAILED');
      expect(text, name).not.toContain(SECRET);
      expect(text, name).not.toContain('team-a');
      seen.push(name);
    }
  }
  expect(new Set(seen)).toEqual(new Set(fields.map(({ name }) => name)));
});

it('counts are of what is seen, and pages are full', async () => {
  const query = `query Q($open: ID!) { models { totalCount } gallery { models logits degenerate fullyProbedModels }
    logits(concept: "color", first: 12) { totalCount edges { node { model { name } } } }
    logit(id: $open) { similar(first: 8) { totalCount edges { node { model { name } } } } } }`;
  const asked = async (secret: string) =>
    (await small.ask(query, { open: logitOf(ids.open[0]) }, secret)).data;
  const [outside, inside] = [await asked(keys.outsider), await asked(keys.insider)];
  expect(outside.models.totalCount).toBe(3);
  expect(inside.models.totalCount).toBe(4);
  expect(outside.gallery).toMatchObject({ models: 3, logits: 12, fullyProbedModels: 3 });
  expect(inside.gallery).toMatchObject({ models: 4, logits: 16, fullyProbedModels: 4 });
  expect(outside.logits).toMatchObject({ totalCount: 12 });
  expect(outside.logits.edges).toHaveLength(12);
  expect(inside.logits.totalCount).toBe(16);
  expect(outside.logit.similar.edges).toHaveLength(8);
  expect(JSON.stringify(inside)).toContain(SECRET);
});

it.each([
  ['model', '{ name }', () => ids.hidden, 'Model'],
  ['logit', '{ label }', () => logitOf(ids.hidden), 'Logit'],
  ['ingest', '{ state }', () => ids.ingest, 'Ingest'],
  ['node', '{ ... on Model { name } }', () => ids.hidden, 'Model'],
  ['node', '{ ... on Logit { label } }', () => logitOf(ids.hidden), 'Logit'],
  ['node', '{ ... on Ingest { state } }', () => ids.ingest, 'Ingest'],
])('%s by id answers as for an id that was never given', async (field, fields, idOf, kind) => {
  const query = `query Q($id: ID!) { ${field}(id: $id) ${fields} }`;
  const never = `${kind}:00000000-0000-7000-8000-000000000000${kind === 'Logit' ? ':0' : ''}`;
  const unknown = await small.ask(query, { id: Buffer.from(never).toString('base64url') }, keys.outsider);
  const hidden = await small.ask(query, { id: idOf() }, keys.outsider);
  expect(hidden.text).toBe(unknown.text);
  expect((await small.ask(query, { id: idOf() }, keys.insider)).data[field]).not.toBeNull();
});

it('an outsider cannot change it, take it up again, or give a new one its label', async () => {
  const change = (mutation: string, secret: string) => small.ask(`mutation { ${mutation} }`, {}, secret);
  const id = JSON.stringify(ids.hidden);
  const codes = await Promise.all(
    [
      `setLabels(id: ${id}, labels: null) { id }`,
      `reprobeModel(id: ${id}) { id }`,
      `cancelIngest(id: "${ids.ingest}") { id }`,
    ].map(async (mutation) => (await change(mutation, keys.outsider)).errors?.[0].extensions.code),
  );
  expect(codes).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
  const upload = await fetch(`${small.server.url}/models/${ids.hidden}/responses`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${keys.outsider}`, 'content-type': 'application/octet-stream' },
    body: 'x',
  });
  expect(upload.status).toBe(404);
  const labeled = await change(
    'registerModel(input: { name: "mine", version: "1", visibility: "team-a" }) { id }',
    keys.outsider,
  );
  expect(labeled.errors?.[0].extensions.code).toBe('FORBIDDEN');
  const taken = await change(
    `registerModel(input: { name: "${SECRET}-name", version: "1" }) { id }`,
    keys.outsider,
  );
  expect(taken.errors?.[0].extensions.code).toBe('MODEL_EXISTS');
});

it('an administrator makes it public, and every caller sees it', async () => {
  const set = 'mutation M($id: ID!) { setVisibility(id: $id, visibility: null) { visibility } }';
  expect((await small.ask(set, { id: ids.hidden }, keys.admin)).data.setVisibility.visibility).toBeNull();
  const { data } = await small.ask('{ models { totalCount } }', {}, keys.outsider);
  expect(data.models.totalCount).toBe(4);
});
