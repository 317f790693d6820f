import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/index.js';
import { requires } from '../fixtures/requires.js';
import { prepareFor, registrationOf } from './models.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { temporaryFolder } from './temporary-folder.js';

const databases = ['embedded', ...(requires('postgresql') ? ['server'] : [])];

/** The database gives the first transactions up that get there, as when they wait for each other. */
const givingUp = (statement: string, times: number) => `
  CREATE SEQUENCE tries;
  CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= ${times} THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER give_up BEFORE ${statement} ON "webhook_delivery" FOR EACH ROW EXECUTE FUNCTION give_up();`;

describe.each(databases)('a delivery that an %s database gives up for a deadlock', (kind) => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    if (kind === 'server') server = await startPostgres();
  });
  afterAll(() => server?.stop());

  /** A store whose database gives up. */
  async function open(statement: string, times: number): Promise<Store> {
    const dataFolder = await temporaryFolder();
    const databaseUrl = await server?.createDatabase(`${statement}_${times}`.toLowerCase());
    await (await openStore({ dataFolder, databaseUrl })).close();
    const client =
      databaseUrl === undefined
        ? await PGlite.create(join(dataFolder, 'database'))
        : new pg.Client({ connectionString: databaseUrl });
    if (client instanceof pg.Client) await client.connect();
    await (client instanceof pg.Client ? client.query : client.exec).call(client, givingUp(statement, times));
    await (client instanceof pg.Client ? client.end() : client.close());
    return openStore({ dataFolder, databaseUrl });
  }

  /** Takes a version in with an alias, which changes the delivery's row as well. */
  async function record(store: Store) {
    const { id } = await store.probeSets.create({ name: 'set', digest: 'd', probes: [] });
    const change = registrationOf('birds', { alias: 'champion' });
    return store.deliveries.record(
      { source: 'registry', deliveryId: 'd-1', event: 'e', occurredAt: null, change },
      prepareFor(id, { registry: 'registry' }),
    );
  }

  it.each(['INSERT', 'UPDATE'])('at its %s is recorded all the same, once', async (statement) => {
    const store = await open(statement, 2);
    try {
      expect(await record(store)).toMatchObject({ outcome: 'ACCEPTED' });
      expect(await store.models.byName('birds')).toHaveLength(1);
    } finally {
      await store.close();
    }
  });

  it('again and again fails in the end, and leaves nothing half-written', async () => {
    const store = await open('UPDATE', 1_000);
    try {
      await expect(record(store)).rejects.toThrow();
      expect(await store.models.byName('birds')).toEqual([]);
      expect(await store.deliveries.find('registry', 'd-1')).toBeNull();
    } finally {
      await store.close();
    }
  });
});
