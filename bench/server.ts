import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { LAYERS, type Layer, type ServerJob, type ServersReady } from './server/server-job.js';
import { benchArguments } from './support/bench-arguments.js';
import { BenchReport, partsOf } from './support/bench-report.js';
import { processorTime, since } from './support/processor-time.js';
import { quantile } from './support/quantile.js';

/**
 * What a request costs, on loopback, for `logits(concept:)`:
 *
 * - `layers`: processor time per request of servers with one layer more each, from a fixed answer to the server as it is shipped,
 *   with a key, limits, rates and headers. They take turns, so that a slow minute of the machine hits all. The texts have been
 *   encoded before, and are so many that their rankings are not remembered (src/search/ranking/known-queries.ts).
 * - `again`: the same of the shipped server, asked for ten texts again and again, whose rankings are remembered.
 * - `requests`: requests a second with many connections, of Apollo Server with a constant and of the shipped server.
 * - `questions`: how long a question takes that was never asked before, whose text is encoded then, one after another.
 */

const QUERY =
  'query Q($concept: String!) { logits(concept: $concept, first: 10) { totalCount edges { score confidence node { index label model { name version } } } } }';
const CONCEPTS = ['dog', 'cat', 'truck', 'ship', 'airplane', 'frog', 'horse', 'bird', 'car', 'deer'];
/** More than the search worker remembers. */
const TEXTS = ['beside', 'behind', 'above', 'below', 'near', 'without'].flatMap((place) =>
  CONCEPTS.flatMap((one) => CONCEPTS.map((other) => `a ${one} ${place} a ${other}`)),
);
const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));
const PARTS = ['layers', 'again', 'requests', 'questions'] as const;
const GOALS = {
  processorRatio: { goal: 6 },
  requestsPerSecond: { goal: 500, isLeast: true },
  newQuestionP50: { goal: 25 },
};
/** Connections of a server while its processor time is taken: enough to keep it busy. */
const LAYER_CONNECTIONS = 8;
const QUESTIONS = 100;

/** How one server did, over all its rounds. */
interface Row {
  part: (typeof PARTS)[number];
  server: Layer;
  connections: number;
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time per request, of the server's process and of those that it started; null where it is not taken. */
  mainMs: number | null;
  othersMs: number | null;
}

const HELP = `usage: npm run bench:server -- [--only layers,again,requests,questions] [--requests 1000] [--rounds 3] [--connections 100]
                               [--encoder FOLDER] [--json FILE]

Measures what a request costs, as a ratio to Apollo Server with a constant. The machine should do nothing else.

  --only PARTS       of layers, again, requests, questions (default all)
  --requests N       requests of each server in a round (default 1000)
  --rounds N         rounds (default 3)
  --connections N    of the part requests (default 100)
  --encoder FOLDER   text encoder of the questions (default the demo's)
  --json FILE        write rows and bars as JSON
  --help             print this`;

const { values: options } = benchArguments(HELP, {
  only: { type: 'string' },
  requests: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '3' },
  connections: { type: 'string', default: '100' },
  encoder: { type: 'string' },
  json: { type: 'string' },
});
const parts = partsOf(PARTS, options.only);
const report = new BenchReport<Row, keyof typeof GOALS>(GOALS, options.json);

const child = fork(fileURLToPath(new URL('./server/worker/main.js', import.meta.url)), {
  // As the command line does for itself (src/cli/main.ts).
  env: { ...process.env, NODE_ENV: 'production' },
});
const { urls, secret } = await new Promise<ServersReady>((resolve, reject) => {
  child.once('message', (message: ServersReady) => resolve(message));
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  child.send({ demo: DEMO, encoder: options.encoder } satisfies ServerJob);
});
const pid = child.pid as number;

console.log('part       server     connections  per second  p50 ms  p99 ms  main ms  others ms');
if (parts.has('layers')) await measureLayers();
if (parts.has('again')) await measure('again', ['search'], LAYER_CONNECTIONS, CONCEPTS);
if (parts.has('requests')) {
  const [, shipped] = await measure('requests', ['apollo', 'search'], Number(options.connections));
  report.measured('requestsPerSecond', shipped.perSecond);
}
if (parts.has('questions')) await measureQuestions();
report.print();
child.removeAllListeners('exit').disconnect();

async function measureLayers(): Promise<void> {
  const rows = await measure('layers', LAYERS, LAYER_CONNECTIONS);
  const costOf = (layer: Layer) => {
    const { mainMs, othersMs } = rows[LAYERS.indexOf(layer)];
    return (mainMs ?? 0) + (othersMs ?? 0);
  };
  report.measured('processorRatio', costOf('search') / costOf('apollo'));
}

/** Servers in turns, several rounds of each. */
async function measure(
  part: Row['part'],
  layers: readonly Layer[],
  connections: number,
  texts: readonly string[] = TEXTS,
): Promise<Row[]> {
  const tallies = layers.map((server) => ({
    server,
    pool: new Pool(urls[server], { connections }),
    waits: [] as number[],
    seconds: 0,
    main: 0,
    others: 0,
  }));
  // Concepts are made once, connections opened, and code compiled, before anything counts.
  for (const { pool } of tallies)
    await sendAll(pool, connections, Math.max(texts.length, Number(options.requests)), texts);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const tally of tallies) {
      const before = processorTime(pid);
      const start = performance.now();
      tally.waits.push(...(await sendAll(tally.pool, connections, Number(options.requests), texts)));
      tally.seconds += (performance.now() - start) / 1000;
      const taken = since(before, processorTime(pid));
      tally.main += taken.own;
      tally.others += taken.others;
    }
  }
  const rows = tallies.map(({ server, waits, seconds, main, others }): Row => {
    const requests = waits.length;
    return {
      part,
      server,
      connections,
      requests,
      perSecond: requests / seconds,
      p50Ms: quantile(waits, 0.5),
      p99Ms: quantile(waits, 0.99),
      mainMs: main / requests,
      othersMs: others / requests,
    };
  });
  for (const row of rows) add(row);
  await Promise.all(tallies.map(({ pool }) => pool.close()));
  return rows;
}

async function measureQuestions(): Promise<void> {
  const pool = new Pool(urls.search, { connections: 1 });
  await sendAll(pool, 1, CONCEPTS.length, CONCEPTS);
  const waits: number[] = [];
  // Phrases of three words from two lists, in an order that shares no word with the one before.
  for (let number = 0; number < QUESTIONS; number++) {
    const concept = `${CONCEPTS[number % 10]} number ${number} beside a ${CONCEPTS[(number + 3) % 10]}`;
    waits.push(await send(pool, concept));
  }
  await pool.close();
  const p50Ms = quantile(waits, 0.5);
  const perSecond = (1000 * waits.length) / waits.reduce((sum, wait) => sum + wait, 0);
  const p99Ms = quantile(waits, 0.99);
  const row = { part: 'questions', server: 'search', connections: 1, requests: waits.length } as const;
  add({ ...row, perSecond, p50Ms, p99Ms, mainMs: null, othersMs: null });
  report.measured('newQuestionP50', p50Ms);
}

function add(row: Row): void {
  report.add(row);
  const { part, server, connections, perSecond, p50Ms, p99Ms, mainMs, othersMs } = row;
  const cells = [
    String(connections).padStart(11),
    perSecond.toFixed(0).padStart(10),
    p50Ms.toFixed(1).padStart(6),
    p99Ms.toFixed(1).padStart(6),
    (mainMs?.toFixed(2) ?? '–').padStart(7),
    (othersMs?.toFixed(2) ?? '–').padStart(9),
  ];
  console.log([part.padEnd(9), server.padEnd(9), ...cells].join('  '));
}

/** Sends so many requests, as many at once as there are connections. @returns how long each took, in ms */
async function sendAll(
  pool: Pool,
  connections: number,
  count: number,
  texts: readonly string[],
): Promise<number[]> {
  const waits: number[] = [];
  let sent = 0;
  const sender = async () => {
    while (sent < count) waits.push(await send(pool, texts[sent++ % texts.length]));
  };
  await Promise.all(Array.from({ length: connections }, sender));
  return waits;
}

/** @returns how long it took, in ms */
async function send(pool: Pool, concept: string): Promise<number> {
  const start = performance.now();
  const { statusCode, body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ query: QUERY, variables: { concept } }),
  });
  const text = await body.text();
  if (statusCode !== 200 || text.includes('"errors"'))
    throw new Error(`${statusCode}: ${text.slice(0, 300)}`);
  return performance.now() - start;
}
