import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/store/database/database.js';
import { openEmbedded } from '../../src/store/database/open-embedded.js';
import { databaseFolder } from '../../src/store/database/store-location.js';
import type { Store } from '../../src/store/index.js';
import { storeOn } from '../../src/store/open-store.js';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { statementsDuring } from '../fixtures/statements-during.js';
import { planOf } from './plan-of.js';

const MODELS = 100;
const LABELS = 1_000;

let folder: string;
let database: Database;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await takeDatabase(folder);
  database = await openEmbedded(databaseFolder(folder), () => undefined);
  store = storeOn(database, folder, { shared: false, isNew: false }, async () => undefined);
  const { id } = await store.probeSets.create({ name: 'set', digest: 'd', probes: [] });
  // Half of the models are private. All have the same labels, but for one.
  await database.connection.execute(`
    INSERT INTO "model" ("id", "name", "version", "source", "status", "probe_set_id", "labels", "notes", "visibility")
    SELECT gen_random_uuid(), 'm' || n, '1', '/m', 'READY', '${id}', '{}', '{}', CASE WHEN n % 2 = 0 THEN 'team-a' END
    FROM generate_series(1, ${MODELS}) n;
    INSERT INTO "logit" ("model_id", "index", "label", "status", "coverage")
    SELECT m."id", i, CASE WHEN i = 0 THEN 'label of ' || m."name" ELSE 'Label ' || lpad(i::text, 4, '0') END, 'SEARCHABLE', 1
    FROM "model" m, generate_series(0, ${LABELS - 1}) i`);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

it('labels that many models share are found once, by jumping in the index', async () => {
  const outsider = store.as({ visibilityScope: [], registry: null, actor: null });
  let found: string[] = [];
  const [statement, ...others] = await statementsDuring(store, async () => {
    found = await outsider.logits.labelsStarting({ prefix: 'label 00', first: 3 });
  });
  expect([found, others]).toEqual([['Label 0001', 'Label 0002', 'Label 0003'], []]);
  expect(await outsider.logits.labelsStarting({ prefix: 'label of', first: 100 })).toHaveLength(MODELS / 2);
  expect(await store.logits.labelsStarting({ prefix: 'LABEL OF', first: 100 })).toHaveLength(MODELS);
  const plan = await planOf(database, statement);
  expect(plan).toContain('Index Scan using logit_label_prefix_idx');
  expect(plan).not.toMatch(/Seq Scan on (logit|model)|Hash Join/);
});
