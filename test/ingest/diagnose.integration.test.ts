import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';

/** This model was trained on pixels of 0..255. */
const MODEL = 'mlperf_tiny_resnet';
const RIGHT = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
const WRONG = { scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1] };

let demo: DemoService;
beforeAll(async () => {
  demo = await openDemoService();
});
afterAll(() => demo.close());

async function notesOf(input: object) {
  const { modelId } = await ingestDemoModel(demo, MODEL, input);
  const { data } = await demo.ask(
    `query N($id: ID!) { node(id: $id) { ... on Model { id notes codedNotes { code message } } } }`,
    { id: modelId },
  );
  return data.node as { id: string; codedNotes: { code: string; message: string }[] };
}

const keyOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1];

describe('a model whose images are prepared wrongly', () => {
  it('gets a note that suggests what suits it, where its outputs hardly change', async () => {
    const { codedNotes } = await notesOf({ version: 'wrong', preprocessing: WRONG });
    const doubts = codedNotes.filter(({ code }) => code === 'PREPROCESSING_SUSPECT');
    expect(doubts.map(({ message }) => message)).toEqual([
      expect.stringMatching(/0\.\.255, RGB has an agreement of .*"scale":1,/),
      expect.stringContaining('hardly change'),
    ]);
  });

  it('and none where the right one was described', async () => {
    const { id, codedNotes } = await notesOf({ version: 'right', preprocessing: RIGHT });
    expect(codedNotes.filter(({ code }) => code === 'PREPROCESSING_SUSPECT')).toEqual([]);
    const { rows, suggested } = await demo.service.diagnose(keyOf(id));
    expect(suggested).toBeNull();
    expect(rows[0]).toMatchObject({ name: 'as described', isUsed: true, problem: null, fields: RIGHT });
    const agreements = rows.slice(1).map(({ agreement }) => agreement ?? Number.NaN);
    expect(agreements).toEqual(agreements.toSorted((a, b) => b - a));
  });

  it('cannot be diagnosed when it does not exist, or its file is gone', async () => {
    const code = (id: string) => demo.service.diagnose(id).catch((thrown) => thrown.code);
    expect(await code('01a20fb9-a323-7f21-b176-0a8a98495419')).toBe('NOT_FOUND');
    const { data } = await demo.ask(
      'mutation { registerModel(input: { name: "elsewhere", version: "1" }) { id } }',
    );
    expect(await code(keyOf(data.registerModel.id))).toBe('BLOB_MISSING');
  });
});
