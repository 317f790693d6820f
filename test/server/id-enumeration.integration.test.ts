import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/graphql/index.js';
import { askBySocket } from './support/ask-by-socket.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';
import { textPlaces } from './support/text-places.js';

const NEVER = '00000000-0000-7000-8000-000000000000';
const idOf = (text: string) => Buffer.from(text).toString('base64url');

const open: Record<string, string> = {};
const places = textPlaces(await buildSchema(), (field, argument) => {
  if (field === 'logits' && argument === 'concept') return 'color';
  if (argument === 'id') return { logit: open.logit, ingest: open.ingest }[field] ?? open.model;
  return { a: open.model, b: open.model }[argument];
}).filter(({ type }) => type === 'ID');

let small: SmallServer;
let outsider: string;
/** Ids of what is there under a label, and the same of what was never there. */
let pairs: [hidden: string, never: string][];
beforeAll(async () => {
  small = await openSmallServer();
  const keyOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1];
  const ingestOf = async (model: string) => {
    const [{ id }] = await small.small.service.store.ingests.latestForModels([keyOf(model)]);
    return id;
  };
  const hidden = await small.model('hidden', { visibility: 'team-a' });
  open.model = await small.model('open');
  open.logit = idOf(`Logit:${keyOf(open.model)}:0`);
  open.ingest = idOf(`Ingest:${await ingestOf(open.model)}`);
  outsider = await small.key(['READ', 'INGEST'], { labels: ['team-b'] });
  pairs = [
    [hidden, idOf(`Model:${NEVER}`)],
    [idOf(`Logit:${keyOf(hidden)}:0`), idOf(`Logit:${NEVER}:0`)],
    [idOf(`Ingest:${await ingestOf(hidden)}`), idOf(`Ingest:${NEVER}`)],
  ];
});
afterAll(() => small.close());

describe('what a caller may not see responds like what never existed', () => {
  it.each(places)('$name', async ({ query, variables, operation }) => {
    const ask = async (id: string) => {
      const given = variables(id);
      if (operation !== 'subscription') return (await small.ask(query, given, outsider)).text;
      const asked = askBySocket(small.server.url, query, { variables: given, secret: outsider });
      return JSON.stringify(await asked.catch((thrown) => thrown));
    };
    for (const [hidden, never] of pairs) {
      const [answer, other] = [await ask(hidden), await ask(never)];
      expect(answer).not.toContain('GRAPHQL_VALIDATION_FAILED');
      expect(answer.replaceAll(hidden, 'id')).toBe(other.replaceAll(never, 'id'));
    }
  });

  it('an upload of its responses', async () => {
    const answers = await Promise.all(
      pairs[0].map(async (id) => {
        const response = await fetch(`${small.server.url}/models/${id}/responses`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${outsider}`, 'content-type': 'application/octet-stream' },
          body: 'x',
        });
        return `${response.status} ${await response.text()}`;
      }),
    );
    expect(answers[0]).toBe(answers[1]);
    expect(answers[0]).toMatch(/^404 /);
  });
});

it('a caller with the label sees a difference', async () => {
  const insider = await small.key(['READ'], { labels: ['team-a'] });
  const query = 'query Q($id: ID!) { model(id: $id) { name } }';
  const [seen, never] = await Promise.all(pairs[0].map((id) => small.ask(query, { id }, insider)));
  expect([seen.data.model, never.data.model]).toEqual([{ name: 'hidden' }, null]);
});
