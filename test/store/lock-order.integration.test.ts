import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelChange, Store } from '../../src/store/index.js';
import { requires } from '../fixtures/requires.js';
import { makeVisible, newIngest, prepareFor, published, registrationOf, takeUp } from './models.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { openStoreWithSet } from './store-with-set.js';

/**
 * A publication holds the lock of its ingest and then wants that of its model. Other changes of both must come to the
 * ingest first, too: the one who waits for it must not hold the model.
 */
describe.runIf(requires('postgresql'))('while a publication holds its ingest', () => {
  let server: PostgresServer;
  let store: Store;
  let url: string;
  let probeSetId: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase('locks');
    ({ store, probeSetId, close } = await openStoreWithSet({ databaseUrl: url }));
  });
  afterAll(async () => {
    await close();
    await server.stop();
  });

  const record = (change: ModelChange) =>
    store.deliveries.record(
      { source: 'registry', deliveryId: null, event: 'e', occurredAt: null, change },
      prepareFor(probeSetId),
    );
  const sourcePrefix = { from: '/m', to: '/n' };

  const CHANGES: Record<string, (of: { id: string; modelId: string; name: string }) => Promise<unknown>> = {
    'a rename': ({ name }) => record({ kind: 'RENAME', name, newName: `${name} 2`, sourcePrefix }),
    'a removal by a registry': ({ name }) => record({ kind: 'REMOVE', name, version: '1' }),
    'a removal by a caller': ({ modelId }) => store.models.remove(modelId),
    'an update': ({ name }) => record(registrationOf(name, { updated: true })),
    'a cancellation': ({ id }) => store.ingests.cancel(id),
    'another probing': ({ modelId }) => store.ingests.enqueueReprobe(modelId).catch(() => undefined),
    'a retry': ({ id }) => store.ingests.retry(id).catch(() => undefined),
  };

  it.each(Object.keys(CHANGES))('%s waits, and makes no other wait', async (what) => {
    const { id, modelId } = await store.ingests.enqueue({
      ...newIngest(probeSetId, what),
      registry: 'registry',
    });
    await takeUp(store, id);
    const publisher = new pg.Client({ connectionString: url });
    await publisher.connect();
    try {
      await publisher.query('BEGIN');
      await publisher.query('SELECT "id" FROM "ingest" WHERE "id" = $1 FOR UPDATE', [id]);
      let isDone = false;
      const changed = CHANGES[what]({ id, modelId, name: what }).finally(() => {
        isDone = true;
      });
      while (!isDone && !(await isWaiting(publisher))) await sleep(5);
      expect(isDone).toBe(false);
      const published = `UPDATE "model" SET "updated_at" = now() WHERE "id" = $1`;
      expect((await publisher.query(published, [modelId])).rowCount).toBe(1);
      await publisher.query('COMMIT');
      await changed;
    } finally {
      await publisher.end();
    }
  });

  /** A model whose first ingest ended and whose second one is claimed. */
  async function probedTwice(name: string) {
    const first = await store.ingests.enqueue({ ...newIngest(probeSetId, name), registry: 'registry' });
    await makeVisible(store, first.id, published(probeSetId, null));
    const second = await store.ingests.enqueueReprobe(first.modelId);
    return { first, second: await takeUp(store, second.id) };
  }
  const LOCK = 'SELECT "id" FROM "ingest" WHERE "id" = $1 FOR UPDATE';

  it('a removal by its own ingest waits for an earlier one, and does not hold its own meanwhile', async () => {
    const { first, second } = await probedTwice('removed by its ingest');
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query(LOCK, [first.id]);
      const removed = store.models.removeClaimed(second.claim);
      while (!(await isWaiting(other))) await sleep(5);
      await other.query(`${LOCK} NOWAIT`, [second.id]);
      await other.query('COMMIT');
      await removed;
      expect(await store.models.byName('removed by its ingest')).toEqual([]);
    } finally {
      await other.end();
    }
  });

  it('a delivery that the database gives up for a deadlock is recorded all the same', async () => {
    const name = 'deadlock';
    const { first, second } = await probedTwice(name);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    try {
      // The delivery looks for a deadlock first, so it is the one that is given up.
      await other.query(`SET deadlock_timeout = '1min'`);
      await other.query('BEGIN');
      await other.query(LOCK, [second.id]);
      const removed = record({ kind: 'REMOVE', name, version: '1' });
      while (!(await isWaiting(other))) await sleep(5);
      await other.query(LOCK, [first.id]);
      await other.query('COMMIT');
      expect(await removed).toMatchObject({ outcome: 'ACCEPTED' });
      expect(await store.models.byName(name)).toEqual([]);
    } finally {
      await other.end();
    }
  });

  it('tags, aliases and removals of one model at once all come to an end', async () => {
    const names = ['1', '2', '3'];
    for (let round = 0; round < 10; round++) {
      for (const version of names) {
        const { id } = await store.ingests.enqueue({
          ...newIngest(probeSetId, 'noted'),
          version,
          registry: 'registry',
        });
        if (version === '1') await makeVisible(store, id, published(probeSetId, null));
      }
      const models = await store.models.byName('noted');
      await Promise.all([
        ...names.flatMap((version) => [
          record({ kind: 'SET_ALIAS', name: 'noted', alias: 'champion', version }),
          record({ kind: 'SET_ALIAS', name: 'noted', alias: 'challenger', version }),
          record({ kind: 'SET_TAG', name: 'noted', version, key: 'k', value: version }),
        ]),
        ...models.map(({ id }) => store.models.setLabels(id, ['a', 'b'])),
        ...models.map(({ id }) => store.models.remove(id)),
      ]);
      expect(await store.models.byName('noted')).toEqual([]);
    }
  });
});

/** Whether a connection waits for a lock. */
async function isWaiting(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`SELECT count(*)::int AS "waiting" FROM pg_locks WHERE NOT granted`);
  return rows[0].waiting > 0;
}
