import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { askBySocket } from './support/ask-by-socket.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';
import { textPlaces } from './support/text-places.js';

/** What means something to SQL, LIKE, paths, shells, templates, headers and encodings. */
const TEXTS = [
  "'; DROP TABLE model; --",
  '" OR 1=1 --',
  '%_\\',
  '../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  'file:///etc/passwd',
  '$(id)`id`|id',
  '#{7*7}{{7*7}}<%= 7*7 %>',
  'a\r\nset-cookie: a=b',
  '\u0000',
  '\ud800',
];
const HARM = /INTERNAL|root:|syntax error|uid=\d/;

const ids: Record<string, string> = {};
const schema = await buildSchema();
const places = textPlaces(schema, (field, argument) => {
  if (field === 'logits' && argument === 'concept') return 'color';
  if (argument === 'id') return { logit: ids.logit, ingest: ids.ingest }[field] ?? ids.model;
  return { a: ids.model, b: ids.model }[argument];
});

let small: SmallServer;
let admin: string;
beforeAll(async () => {
  small = await openSmallServer();
  ids.model = await small.model('one');
  await small.model('two');
  const key = Buffer.from(ids.model, 'base64url').toString().split(':')[1];
  ids.logit = Buffer.from(`Logit:${key}:0`).toString('base64url');
  const [ingest] = await small.small.service.store.ingests.latestForModels([key]);
  ids.ingest = Buffer.from(`Ingest:${ingest.id}`).toString('base64url');
  admin = await small.key(['ADMIN']);
});
afterAll(() => small.close());

describe('what means something elsewhere means nothing to', () => {
  it.each(places)('$name', async ({ operation, query, variables }) => {
    for (const text of TEXTS) {
      const given = variables(text);
      if (operation === 'subscription') {
        const refused = askBySocket(small.server.url, query, { variables: given, secret: admin });
        expect(JSON.stringify(await refused.catch((thrown) => thrown))).not.toMatch(HARM);
        continue;
      }
      const answer = await small.ask(query, given, admin);
      expect(answer.text, text).not.toContain('GRAPHQL_VALIDATION_FAILED');
      expect(answer.text, text).not.toMatch(HARM);
      expect(answer.status, text).toBeLessThan(500);
      expect([...answer.headers.keys()], text).not.toContain('set-cookie');
    }
    const { data } = await small.ask('{ models(text: "one") { edges { node { name } } } }', {}, admin);
    expect(data.models.edges).toContainEqual({ node: { name: 'one' } });
  });

  it.each(['/probes/{}', '/probe-sets/{}/kit.tar', '/models/{}/responses', '/webhooks/{}', '/explorer/{}'])(
    'the address %s',
    async (address) => {
      for (const text of TEXTS.filter((one) => one.isWellFormed())) {
        const method = address.startsWith('/models')
          ? 'PUT'
          : address.startsWith('/webhooks')
            ? 'POST'
            : 'GET';
        const response = await fetch(small.server.url + address.replace('{}', encodeURIComponent(text)), {
          method,
          headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/octet-stream' },
          body: method === 'GET' ? undefined : 'x',
        });
        expect([400, 403, 404], `${text}: ${response.status}`).toContain(response.status);
        expect(await response.text()).not.toMatch(HARM);
      }
    },
  );
});

it('every place of the schema that takes a text was found', () => {
  const names = places.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      'Query.logits(expression.none)',
      'Query.models(filter.tag.value)',
      'Logit.similar(filter.modelText)',
      'Mutation.ingestModel(input.preprocessing)',
      'Mutation.reprobeModel(probeSet)',
      'Subscription.ingestProgress(id)',
    ]),
  );
  const texts = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__'))
    .flatMap((type) => ('getFields' in type ? Object.values(type.getFields()) : []))
    .flatMap((field) => ('args' in field ? field.args : []))
    .filter(({ type }) => /^\[?(String|ID)!?\]?!?$/.test(String(type)));
  expect(names.filter((name) => /\(\w+\)$/.test(name)).length).toBeGreaterThanOrEqual(texts.length);
});

it.each(TEXTS.filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text)))(
  '%j is a name like any other: kept and found as it is',
  async (name) => {
    const register = 'mutation M($input: RegisterModelInput!) { registerModel(input: $input) { name } }';
    const { data } = await small.ask(register, { input: { name, version: 'kept' } }, admin);
    expect(data.registerModel).toEqual({ name });
    const found = await small.ask(
      'query Q($name: String!) { models(text: $name) { edges { node { name version } } } }',
      { name },
      admin,
    );
    expect(found.data.models.edges).toContainEqual({ node: { name, version: 'kept' } });
  },
);
