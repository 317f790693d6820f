import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createProbeSet } from '../../src/probing/index.js';
import { openStore } from '../../src/store/index.js';
import { hostModels } from './model-server.js';
import { ProbelogProcess } from './probelog-process.js';
import { Sender } from './sender.js';
import { ask, isHalfVisible, type SeenModel, seenModels } from './watcher.js';

/** What killing came to. */
export interface FaultReport {
  rounds: number;
  /** How often each process was killed, by what its ingest was at; "IDLE" when it had none, "STARTING" before that. */
  kills: Record<string, Record<string, number>>;
  acknowledged: number;
  unanswered: number;
  duplicates: number;
  /** Models whose logits are all there at the end, and in the gallery. */
  searchable: number;
  /** Acknowledged deliveries whose model is not there at the end. */
  lost: number;
  /** Ingests beyond one for each acknowledged delivery. */
  doubled: number;
  /** Times that a client saw a model with some of its logits. */
  halfVisible: number;
  /** How often a client looked at all models while processes were killed. */
  looks: number;
  seconds: number;
}

/** What is needed for it. */
export interface FaultOptions {
  rounds: number;
  /** An empty database on a PostgreSQL server. */
  databaseUrl: string;
  /** The demo's folder. */
  demo: string;
  /** Takes a line after each round. */
  log(line: string): void;
}

const PROBES = 48;
/** A kill comes within this time after the process is ready, about as long as an ingest takes. */
const MAX_WAIT_MS = 2_500;
/** One in so many kills does not wait until the process is ready. */
const HASTY = 6;
/** Ingests that may wait before the sender pauses, so that the end does not take long. */
const MAX_WAITING = 40;
const SEND_EVERY_MS = 300;
const LOOK_EVERY_MS = 250;
const SETTLED_WITHIN_MS = 240_000;

/**
 * Kills a server and a worker (-9) at random moments while a registry sends webhooks and a client looks at the models, then
 * lets both finish and counts what is there.
 *
 * @throws Error when a process ends by itself, a delivery is refused, or ingests do not end
 */
export async function runRounds({ rounds, databaseUrl, demo, log }: FaultOptions): Promise<FaultReport> {
  const started = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'probelog-faults-'));
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const dataFolder = join(folder, 'data');
  await makeProbeSet(databaseUrl, dataFolder, demo, join(folder, 'images'));
  const hosted = await hostModels(demo);
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const port = await freePort();
  const environment = {
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    PROBELOG_DATA: dataFolder,
    PROBELOG_TEXT_ENCODER: join(demo, 'encoder'),
    PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
    PROBELOG_STANDARD_SECRETS: secret,
    PROBELOG_RETRY_SECONDS: '0.2',
    // Here it is never the ingest's fault.
    PROBELOG_INGEST_KILLS: '1000',
  };
  const url = `http://127.0.0.1:${port}`;
  const server = new ProbelogProcess(
    'server',
    ['serve'],
    environment,
    /answers at/,
    join(folder, 'server.log'),
  );
  const worker = new ProbelogProcess(
    'worker',
    ['worker'],
    environment,
    /runs ingests/,
    join(folder, 'worker.log'),
  );
  const processes = [server, worker];
  const sender = new Sender(url, secret, hosted.models);
  const kills: FaultReport['kills'] = { server: {}, worker: {} };
  let halfVisible = 0;
  let looks = 0;
  let isKilling = true;

  const isHalf = (model: SeenModel) => isHalfVisible(model, sender.outputsOf(model.name));
  const waiting = async () => {
    const { rows } = await database.query(
      `SELECT count(*)::int AS "count" FROM "ingest" WHERE "state" IN ('QUEUED', 'RUNNING')`,
    );
    return rows[0].count as number;
  };
  const stageOf = async (pid: number | undefined) => {
    const { rows } = await database.query(
      `SELECT "stage" FROM "ingest" WHERE "state" = 'RUNNING' AND "worker" LIKE $1`,
      [`%:${pid}:%`],
    );
    return (rows[0]?.stage as string | undefined) ?? 'IDLE';
  };
  const send = async () => {
    while (isKilling) {
      if ((await waiting()) < MAX_WAITING) await sender.sendOne();
      await sleep(SEND_EVERY_MS);
    }
  };
  const look = async () => {
    while (isKilling) {
      const models = await seenModels(url).catch(() => null);
      if (models) {
        looks++;
        halfVisible += models.filter(isHalf).length;
      }
      await sleep(LOOK_EVERY_MS);
    }
  };
  const kill = async () => {
    for (let round = 1; round <= rounds && isKilling; round++) {
      const victim = processes[Math.floor(Math.random() * processes.length)];
      const isHasty = round % HASTY === 0;
      if (!isHasty) await victim.isReady();
      await sleep(Math.random() * MAX_WAIT_MS);
      const stage = isHasty ? 'STARTING' : await stageOf(victim.pid);
      await victim.kill();
      kills[victim.title][stage] = (kills[victim.title][stage] ?? 0) + 1;
      if (isKilling) victim.start();
      log(`round ${round}: ${victim.title} killed at ${stage}; ${sender.acknowledged.length} acknowledged`);
    }
    isKilling = false;
  };

  try {
    for (const one of processes) one.start();
    for (const one of processes) await one.isReady();
    await Promise.all([kill(), send(), look()]);
    for (const one of processes) await one.isReady();
    await until(async () => (await waiting()) === 0);
    const whole = await wholeModels();
    await until(async () => (await galleryModels(url)) === whole.size);
    const found = sender.acknowledged.filter(({ name, outputs }) => whole.get(name) === outputs);
    const { rows } = await database.query('SELECT count(*)::int AS "count" FROM "ingest"');
    return {
      rounds,
      kills,
      acknowledged: sender.acknowledged.length,
      unanswered: sender.unanswered,
      duplicates: sender.duplicates,
      searchable: found.length,
      lost: sender.acknowledged.length - found.length,
      doubled: rows[0].count - sender.acknowledged.length,
      halfVisible,
      looks,
      seconds: (Date.now() - started) / 1000,
    };
  } finally {
    isKilling = false;
    for (const one of processes) await one.end('SIGKILL');
    hosted.close();
    await database.end();
    await rm(folder, { recursive: true, force: true });
  }

  /** Outputs of each model that is READY with all its logits. */
  async function wholeModels(): Promise<Map<string, number>> {
    const models = await seenModels(url);
    halfVisible += models.filter(isHalf).length;
    const ready = models.filter((model) => model.status === 'READY' && !isHalf(model));
    return new Map(ready.map(({ name, logits }) => [name, logits.edges.length]));
  }
}

async function galleryModels(url: string): Promise<number> {
  const { gallery } = await ask<{ gallery: { models: number } }>(url, '{ gallery { models } }');
  return gallery.models;
}

/** @throws Error when it does not become true in time */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + SETTLED_WITHIN_MS;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error('the ingests do not end');
    await sleep(200);
  }
}

async function makeProbeSet(databaseUrl: string, dataFolder: string, demo: string, images: string) {
  await mkdir(images);
  const names = (await readdir(join(demo, 'probes'))).sort().slice(0, PROBES);
  for (const name of names) await cp(join(demo, 'probes', name), join(images, name));
  const store = await openStore({ dataFolder, databaseUrl });
  await createProbeSet(store, { name: 'few', source: images, limits: { maxPixels: 1e7 } });
  await store.close();
}

/** A port that stays the same for a server that starts again. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
