import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import type { ServerJob, ServersReady } from './server/server-job.js';

/**
 * Requests a second of `logits(concept:)` and how long they take, on loopback: by the server as it is, with a key, limits,
 * rates and headers ("limited"), and by Apollo Server on the same schema and service with none of it ("bare"). They take
 * turns, so that a slow minute of the machine hits both.
 *
 *   node dist/bench/server.js [--requests 1000] [--rounds 3] [--connections 100] [--json FILE]
 */

const QUERY =
  'query Q($concept: String!) { logits(concept: $concept, first: 10) { totalCount edges { score confidence node { index label model { name version } } } } }';
const CONCEPTS = ['dog', 'cat', 'truck', 'ship', 'airplane', 'frog', 'horse', 'bird', 'car', 'deer'];
const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));

/** How one server did, over all its rounds. */
interface Row {
  server: 'bare' | 'limited';
  connections: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
});
const connections = Number(options.connections);

const child = fork(fileURLToPath(new URL('./server/worker/main.js', import.meta.url)));
const ready = await new Promise<ServersReady>((resolve, reject) => {
  child.once('message', (message: ServersReady) => resolve(message));
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  child.send({ demo: DEMO } satisfies ServerJob);
});

const servers: { server: Row['server']; pool: Pool; headers: Record<string, string> }[] = [
  { server: 'bare', pool: poolOf(ready.bare), headers: {} },
  {
    server: 'limited',
    pool: poolOf(ready.limited),
    headers: { authorization: `Bearer ${ready.secret}` },
  },
];
const times = new Map(servers.map(({ server }) => [server, { each: [] as number[], seconds: 0 }]));
// Concepts are made once, and connections opened, before anything counts.
for (const { pool, headers } of servers) await sendAll(pool, headers, Math.max(connections, CONCEPTS.length));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const { server, pool, headers } of servers) {
    const start = performance.now();
    const each = await sendAll(pool, headers, Number(options.requests));
    const kept = times.get(server);
    kept?.each.push(...each);
    if (kept) kept.seconds += (performance.now() - start) / 1000;
  }
}

const rows = [...times].map(([server, { each, seconds }]): Row => {
  const sorted = each.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { server, connections, perSecond: sorted.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
});
console.log('server   connections  per second  p50 ms  p99 ms');
for (const { server, perSecond, p50Ms, p99Ms } of rows) {
  const cells = [
    String(connections).padStart(11),
    perSecond.toFixed(0).padStart(10),
    p50Ms.toFixed(0).padStart(6),
  ];
  console.log([server.padEnd(7), ...cells, p99Ms.toFixed(0).padStart(6)].join('  '));
}
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`);
child.removeAllListeners('exit').disconnect();
await Promise.all(servers.map(({ pool }) => pool.close()));

function poolOf(url: string): Pool {
  return new Pool(url, { connections });
}

/** Sends so many requests, as many at once as there are connections. @returns how long each took, in ms */
async function sendAll(pool: Pool, headers: Record<string, string>, count: number): Promise<number[]> {
  const each: number[] = [];
  let sent = 0;
  const sender = async () => {
    while (sent < count) {
      const concept = CONCEPTS[sent++ % CONCEPTS.length];
      const start = performance.now();
      const { statusCode, body } = await pool.request({
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: QUERY, variables: { concept } }),
      });
      const text = await body.text();
      if (statusCode !== 200 || text.includes('"errors"'))
        throw new Error(`${statusCode}: ${text.slice(0, 300)}`);
      each.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  return each;
}
