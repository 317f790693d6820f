import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database/database.js';
import { openEmbedded } from '../../src/store/database/open-embedded.js';
import { databaseFolder } from '../../src/store/database/store-location.js';
import { type ModelOrder, type ModelPlace, placeOf, type Store } from '../../src/store/index.js';
import { storeOn } from '../../src/store/open-store.js';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { statementsDuring } from '../fixtures/statements-during.js';
import { planOf } from './plan-of.js';

const MODELS = 3_000;
const ORDERS: ModelOrder[] = ['OLDEST', 'NEWEST', 'NAME', 'OUTPUTS', 'SIZE'];

let folder: string;
let database: Database;
let store: Store;
/** Sees no private model. */
let outsider: Store;
let probeSetId: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await takeDatabase(folder);
  database = await openEmbedded(databaseFolder(folder), () => undefined);
  store = storeOn(database, folder, { shared: false, isNew: false }, async () => undefined);
  outsider = store.as({ visibilityScope: ['team-b'], registry: null, actor: null });
  probeSetId = (await store.probeSets.create({ name: 'set', digest: 'd', probes: [] })).id;
  // Every tenth is private, every seventh is not probed yet, and every fifth was registered directly.
  await database.connection.execute(`
    INSERT INTO "model" ("id", "name", "version", "source", "status", "probe_set_id", "labels", "notes", "outputs",
      "file_bytes", "licence", "registry", "visibility", "created_at")
    SELECT gen_random_uuid(), 'model ' || (n * 7919 % ${MODELS} / 3), (n * 7919 % ${MODELS} % 3)::text, '/m.onnx',
      (CASE WHEN n % 7 = 0 THEN 'PENDING' ELSE 'READY' END)::"model_status", '${probeSetId}', '{}', '{}',
      CASE WHEN n % 7 = 0 THEN NULL ELSE n % 50 + 1 END, CASE WHEN n % 7 = 0 THEN NULL ELSE n % 40 * 100000 END,
      (ARRAY['MIT', 'mit', 'Apache-2.0', NULL])[n % 4 + 1], CASE WHEN n % 5 = 0 THEN NULL ELSE 'hub ' || n % 3 END,
      CASE WHEN n % 10 = 0 THEN 'team-a' END, now() - (n / 2) * interval '1 second'
    FROM generate_series(0, ${MODELS - 1}) n`);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('models', () => {
  it.each(ORDERS)('in the order %s come each once, page after page', async (order) => {
    const seen: string[] = [];
    const values: ModelPlace[] = [];
    let after: ModelPlace | undefined;
    for (;;) {
      const page = await outsider.models.page({ order, after, first: 500 });
      seen.push(...page.map(({ id }) => id));
      values.push(...page.map((model) => placeOf(order, model)));
      const last = page.at(-1);
      if (!last) break;
      after = placeOf(order, last);
    }
    expect(seen).toHaveLength(MODELS * 0.9);
    expect(new Set(seen).size).toBe(seen.length);
    const known = values.flatMap(([value]) => (value === null ? [] : [value]));
    expect(values.slice(known.length).every(([value]) => value === null)).toBe(true);
    const falls = order === 'NEWEST' || order === 'OUTPUTS';
    if (order !== 'NAME')
      for (const [place, value] of known.slice(1).entries())
        expect(falls ? known[place] >= value : known[place] <= value).toBe(true);
  });

  it.each(ORDERS)('in the order %s are read from an index, also from a place', async (order) => {
    const [middle] = (await store.models.page({ order, first: 1_000 })).slice(-1);
    for (const after of [undefined, placeOf(order, middle)]) {
      const read = () => store.models.page({ order, after, first: 11 });
      const statements = await statementsDuring(store, read);
      expect(statements).toHaveLength(1);
      const plan = await planOf(database, statements[0]);
      expect(plan).toMatch(/Index Scan/);
      expect(plan).not.toMatch(/Sort|Seq Scan/);
    }
  });
});

describe('facets', () => {
  const counted = (values: { value: string | null; count: number }[]) =>
    Object.fromEntries(values.map(({ value, count }) => [String(value), count]));

  it('count what the viewer sees, each value once', async () => {
    const all = store.models.facets({});
    const seen = outsider.models.facets({});
    expect(counted(await all.licenses())).toEqual({ MIT: 1_500, 'Apache-2.0': 750, null: 750 });
    expect(counted(await seen.registries())).toMatchObject({ null: 300 });
    expect(counted(await all.registries())).toMatchObject({ null: 600 });
    for (const counts of [await seen.registries(), await seen.outputs(), await seen.statuses()])
      expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(MODELS * 0.9);
  });

  it('count numbers in ranges that do not overlap', async () => {
    const outputs = await store.models.facets({}).outputs();
    expect(outputs.map(({ min, max }) => [min, max])).toEqual([
      [0, 2],
      [3, 10],
      [11, 100],
      [101, 1_000],
      [1_001, null],
      [null, null],
    ]);
    expect(outputs.at(-1)?.count).toBe(Math.ceil(MODELS / 7));
    for (const { min, max, count } of outputs.slice(0, -1)) {
      const filter = { minOutputs: min ?? undefined, maxOutputs: max ?? undefined };
      expect(await store.models.count(filter)).toBe(count);
    }
    for (const { min, max, count } of (await store.models.facets({}).fileBytes()).slice(0, -1)) {
      const filter = { minFileBytes: min ?? undefined, maxFileBytes: max ?? undefined };
      expect(await store.models.count(filter)).toBe(count);
    }
  });

  it('obey every filter but their own', async () => {
    const facets = store.models.facets({ licenses: ['MIT'], registries: ['hub 1', ''], maxOutputs: 10 });
    const count = (filter: object) => store.models.count(filter);
    const others = { registries: ['hub 1', ''], maxOutputs: 10 };
    expect(counted(await facets.licenses())).toEqual({
      MIT: await count({ ...others, licenses: ['MIT'] }),
      'Apache-2.0': await count({ ...others, licenses: ['Apache-2.0'] }),
      null: await count({ ...others, licenses: [''] }),
    });
    const registries = counted(await facets.registries());
    expect(registries.null).toBe(await count({ licenses: ['mit'], registries: [''], maxOutputs: 10 }));
    expect(registries['hub 2']).toBe(
      await count({ licenses: ['mit'], registries: ['hub 2'], maxOutputs: 10 }),
    );
    expect((await facets.outputs())[2].count).toBeGreaterThan(0);
  });

  it('cost a few statements, however many models there are', async () => {
    const facets = outsider.models.facets({ registries: ['hub 1'] });
    expect(await statementsDuring(store, () => facets.registries())).toHaveLength(1);
    expect(await statementsDuring(store, () => facets.licenses())).toHaveLength(1);
    expect(await statementsDuring(store, () => facets.statuses())).toHaveLength(1);
    expect(await statementsDuring(store, () => facets.outputs())).toHaveLength(6);
    for (const statement of await statementsDuring(store, () => facets.outputs())) {
      expect(await planOf(database, statement)).not.toMatch(/SubPlan|Nested Loop/);
    }
  });
});
