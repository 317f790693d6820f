import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { benchArguments } from './support/bench-arguments.js';
import { BenchReport, partsOf } from './support/bench-report.js';
import { quantile } from './support/quantile.js';
import { sendAll, signedDelivery, timedRequest } from './webhooks/deliveries.js';
import type { ServerJob, ServerReady } from './webhooks/server-job.js';

/**
 * Deliveries a second, and how long a sender waits for its 202, on loopback: each a signed Standard Webhook about a new
 * version ("new") or one that was taken already ("again"), as a ratio to GET /livez on the same server, which does
 * nothing. All three take turns, so that a slow minute of the machine hits all.
 */

const KINDS = ['new', 'again'] as const;

/** How one kind of request went, with so many at the same time. */
interface Row {
  request: 'livez' | (typeof KINDS)[number];
  connections: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** p50 as a multiple of /livez's. */
  ratio: number;
}

/** For senders that wait for their answer: with one connection. */
const GOALS = { webhookNewRatio: { goal: 8 } };
const HEADINGS = ['request', 'connections', 'per second', 'p50 ms', 'p99 ms', 'p50 of livez'];
const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));

const HELP = `usage: npm run bench:webhooks -- [--deliveries 500] [--rounds 3] [--connections 1,16] [--only new,again] [--json FILE]

Measures deliveries of webhooks, as a ratio to GET /livez on the same server. The machine should do nothing else.

  --deliveries N       requests of each kind in a round (default 500)
  --rounds N           rounds (default 3)
  --connections LIST   how many at the same time (default 1,16)
  --only PARTS         of new, again (default both)
  --json FILE          write rows and bars as JSON
  --help               print this`;

const { values: options } = benchArguments(HELP, {
  deliveries: { type: 'string', default: '500' },
  rounds: { type: 'string', default: '3' },
  connections: { type: 'string', default: '1,16' },
  only: { type: 'string' },
  json: { type: 'string' },
});

const kinds = partsOf(KINDS, options.only);
const secret = `whsec_${randomBytes(24).toString('base64')}`;
const child = fork(fileURLToPath(new URL('./webhooks/worker/main.js', import.meta.url)), {
  // As the command line does for itself (src/cli/main.ts).
  env: { ...process.env, NODE_ENV: 'production' },
});
const url = await new Promise<string>((resolve, reject) => {
  child.once('message', (ready: ServerReady) => resolve(ready.url));
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  child.send({ demo: DEMO, secret } satisfies ServerJob);
});

const report = new BenchReport<Row, keyof typeof GOALS>(GOALS, options.json);
console.log(line(HEADINGS));
for (const connections of options.connections.split(',').map(Number)) {
  for (const row of await measure(connections, Number(options.deliveries), Number(options.rounds))) {
    console.log(line(cells(row)));
    report.add(row);
    if (row.request === 'new' && connections === 1) report.measured('webhookNewRatio', row.ratio);
  }
}
report.print();
child.removeAllListeners('exit').disconnect();

async function measure(connections: number, count: number, rounds: number): Promise<Row[]> {
  const pool = new Pool(url, { connections });
  const waits = { livez: [] as number[], new: [] as number[], again: [] as number[] };
  const seconds = { livez: 0, new: 0, again: 0 };
  const timed = async (kind: keyof typeof waits, send: (index: number) => Promise<number>) => {
    const started = performance.now();
    waits[kind].push(...(await sendAll(count, connections, send)));
    seconds[kind] += (performance.now() - started) / 1000;
  };
  const livez = () => timedRequest(pool, 200, { path: '/livez', method: 'GET' });
  await sendAll(count, connections, livez);
  for (let round = 0; round < rounds; round++) {
    const deliveries = Array.from({ length: count }, () => signedDelivery(secret));
    const deliver = (index: number) =>
      timedRequest(pool, 202, { path: '/webhooks/standard', method: 'POST', ...deliveries[index] });
    await timed('livez', livez);
    // Again is what was taken before.
    await timed('new', deliver);
    if (kinds.has('again')) await timed('again', deliver);
  }
  await pool.close();
  const base = quantile(waits.livez, 0.5);
  return (['livez', ...kinds] as const).map((kind) => ({
    request: kind,
    connections,
    perSecond: waits[kind].length / seconds[kind],
    p50Ms: quantile(waits[kind], 0.5),
    p99Ms: quantile(waits[kind], 0.99),
    ratio: quantile(waits[kind], 0.5) / base,
  }));
}

function cells({ request, connections, perSecond, p50Ms, p99Ms, ratio }: Row): string[] {
  return [
    request,
    `${connections}`,
    perSecond.toFixed(0),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    `${ratio.toFixed(1)}×`,
  ];
}

function line(columns: string[]): string {
  return columns.map((text, i) => (i === 0 ? text.padEnd(10) : text.padStart(14))).join('');
}
