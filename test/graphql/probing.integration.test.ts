import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExecutionResult, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Access, ANONYMOUS } from '../../src/access/index.js';
import { buildSchema, createContext, formatError, globalId, keyOf } from '../../src/graphql/index.js';
import {
  IngestFeed,
  IngestService,
  type ModelUploads,
  type ResponseUploads,
  type RunnerService,
} from '../../src/ingest/index.js';
import type { Previews, Thumbnails } from '../../src/probing/index.js';
import type { GalleryStats, Search } from '../../src/search/index.js';
import type { Store } from '../../src/store/index.js';
import type { ConceptEncoder } from '../../src/text/index.js';
import { makeVisible, newIngest, published } from '../store/models.js';
import { openStoreWithSet } from '../store/store-with-set.js';

const STATS: GalleryStats = {
  models: 2,
  logits: 4,
  degenerate: 0,
  index: 'EXACT',
  faissAvailable: false,
  basis: null,
  prior: null,
  rebuilding: false,
  scannedRows: 0,
};

let store: Store;
let close: () => Promise<void>;
let file: string;
let stats = STATS;
let ask: (query: string, variables?: Record<string, unknown>) => Promise<ExecutionResult>;
const ids = { full: '', half: '', none: '' };

/** A real store, whose models were probed as the tests need it, and no worker for its queue. */
beforeAll(async () => {
  const opened = await openStoreWithSet();
  ({ store, close } = opened);
  file = join(opened.folder, 'model.onnx');
  await writeFile(file, 'never read');
  for (const [name, coverage] of [
    ['full', 1],
    ['half', 0.5],
  ] as const) {
    const { id, modelId } = await store.ingests.enqueue({
      ...newIngest(opened.probeSetId, name),
      source: file,
    });
    await makeVisible(store, id, published(opened.probeSetId, null, 2, coverage));
    ids[name] = globalId('Model', modelId);
  }
  ids.none = globalId('Model', (await store.ingests.enqueue(newIngest(opened.probeSetId, 'none'))).modelId);
  const search = { stats: async () => stats } as unknown as Search;
  const modelUploads = { on: () => modelUploads } as unknown as ModelUploads;
  const ingest = new IngestService({
    store,
    feed: new IngestFeed(async () => [], 1_000),
    worker: { wake: () => undefined, cancel: () => undefined },
    gallery: { remove: async () => undefined },
    defaultProbeSet: undefined,
    probingBudget: 0.34,
    modelFolders: [opened.folder],
    files: 'LISTED',
    objects: null,
    modelUploads,
    inspect: async () => Promise.reject(new Error('not in this test')),
  });
  const principal = { ...ANONYMOUS, scopes: ['ADMIN' as const] };
  const services = {
    store,
    access: {} as Access,
    imageLinks: { sign: () => '', isValid: () => false },
    cursorSeal: { seal: () => '', open: () => null },
    thumbnails: {} as Thumbnails,
    previews: {} as Previews,
    search,
    ingest,
    uploads: { on: () => ({}) } as unknown as ResponseUploads,
    modelUploads,
    runners: { on: () => ({}) } as unknown as RunnerService,
    sweeper: { sync: async () => [], registries: [], nextSweepAt: null },
    receivers: new Map(),
    concepts: {} as ConceptEncoder,
    defaultProbeSet: undefined,
    basePath: '',
  };
  const schema = await buildSchema();
  ask = (source, variableValues) =>
    graphql({ schema, source, variableValues, contextValue: createContext(services, { principal }) });
});
afterAll(() => close());

/** The request that waits in the queue; it is cancelled, so that the next one may come. */
async function queued(query: string, variables: Record<string, unknown>): Promise<unknown> {
  const { data, errors } = await ask(query, variables);
  expect(errors).toBeUndefined();
  const [ingest] = Object.values(data ?? {}) as { id: string }[];
  const { id } = await store.ingests.cancel(keyOf('Ingest', ingest.id));
  const request = await store.ingests.request(id);
  return (request as { probing?: unknown }).probing;
}

async function refusal(query: string, variables: Record<string, unknown>): Promise<unknown> {
  const { errors } = await ask(query, variables);
  return errors && formatError(errors[0].toJSON(), errors[0], () => undefined).extensions;
}

describe('a gallery', () => {
  it('tells how much of it was run', async () => {
    const query = '{ gallery { coverage fullyProbedModels prior { version } } }';
    expect((await ask(query)).data).toEqual({
      gallery: { coverage: 0.75, fullyProbedModels: 1, prior: null },
    });
  });

  it('tells what new models are completed from', async () => {
    const prior = { version: 'p1', logits: 4_000, families: 9, rank: 300, expectedError: 0.2 };
    stats = { ...STATS, prior: { ...prior, models: 100 } };
    const query = '{ gallery { prior { version logits families rank expectedError budget } } }';
    expect((await ask(query)).data).toEqual({ gallery: { prior: { ...prior, budget: 0.34 } } });
    stats = STATS;
  });
});

describe('a model', () => {
  it('tells what share of the probes was run, in one statement for all', async () => {
    const seen: string[] = [];
    const stop = store.onStatement((sql) => seen.push(sql));
    const { data } = await ask('{ models { edges { node { name coverage } } } }');
    stop();
    expect(data).toEqual({
      models: {
        edges: [
          { node: { name: 'full', coverage: 1 } },
          { node: { name: 'half', coverage: 0.5 } },
          { node: { name: 'none', coverage: null } },
        ],
      },
    });
    expect(seen).toHaveLength(2);
  });

  it('is listed by that share', async () => {
    const names = async (minCoverage: number) => {
      const { data } = await ask(
        'query L($filter: ModelFilter) { models(filter: $filter) { totalCount edges { node { name } } } }',
        { filter: { minCoverage } },
      );
      return data?.models;
    };
    expect(await names(1)).toEqual({ totalCount: 1, edges: [{ node: { name: 'full' } }] });
    expect(await names(0)).toMatchObject({ totalCount: 2 });
  });

  it.each([-0.1, 1.1])('is not listed by a share of %d', async (minCoverage) => {
    const query = 'query L($filter: ModelFilter) { models(filter: $filter) { totalCount } }';
    expect(await refusal(query, { filter: { minCoverage } })).toMatchObject({
      code: 'INPUT_INVALID',
      argument: 'filter',
      field: 'minCoverage',
    });
  });

  it('has logits that tell what error is expected of them', async () => {
    const query =
      'query M($id: ID!) { model(id: $id) { logits(first: 1) { edges { node { coverage completionError } } } } }';
    const first = async (id: string) => (await ask(query, { id })).data?.model;
    expect(await first(ids.half)).toEqual({
      logits: { edges: [{ node: { coverage: 0.5, completionError: 0.25 } }] },
    });
    expect(await first(ids.full)).toEqual({
      logits: { edges: [{ node: { coverage: 1, completionError: null } }] },
    });
  });
});

describe('how much is probed', () => {
  const ingest = 'mutation I($input: IngestModelInput!) { ingestModel(input: $input) { id } }';
  const reprobe =
    'mutation R($id: ID!, $full: Boolean, $probing: ProbingInput) { reprobeModel(id: $id, full: $full, probing: $probing) { id } }';
  const input = (probing?: object | null) => ({
    input: { name: 'new', version: '1', source: file, probing },
  });

  it('stands in an ingest’s request', async () => {
    expect(await queued(ingest, input({ budget: 0.2, errorBound: 0.1 }))).toEqual({
      budget: 0.2,
      errorBound: 0.1,
    });
    expect(await queued(ingest, input({ errorFactor: 3 }))).toEqual({ errorFactor: 3 });
    expect(await queued(ingest, input({ full: true, budget: null }))).toEqual({ full: true });
    expect(await queued(ingest, input(null))).toBeUndefined();
  });

  it('is never taken over from an earlier probing', async () => {
    const id = ids.half;
    expect(await queued(reprobe, { id, full: true })).toEqual({ full: true });
    expect(await queued(reprobe, { id })).toBeUndefined();
    expect(await queued(reprobe, { id, probing: { budget: 0.5 } })).toEqual({ budget: 0.5 });
    expect(await queued(reprobe, { id, full: false, probing: { full: true } })).toEqual({ full: true });
  });

  it.each([
    [{ budget: 0.01 }, 'probing.budget'],
    [{ budget: 1.5 }, 'probing.budget'],
    [{ errorBound: -1 }, 'probing.errorBound'],
    [{ full: true, budget: 0.5 }, 'probing'],
  ])('is not %j', async (probing, field) => {
    const refused = { code: 'INPUT_INVALID', field };
    expect(await refusal(ingest, input(probing))).toMatchObject(refused);
    expect(await refusal(reprobe, { id: ids.half, probing })).toMatchObject(refused);
  });

  it('is not both all and a budget', async () => {
    expect(await refusal(reprobe, { id: ids.half, full: true, probing: { budget: 0.5 } })).toMatchObject({
      code: 'INPUT_INVALID',
      field: 'probing',
    });
  });
});
