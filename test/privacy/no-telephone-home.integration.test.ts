import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startProbelog } from '../cli/run-probelog.js';
import { type Answer, DEMO } from '../fixtures/demo-service.js';
import { takeDemoData } from '../fixtures/prepared-data.js';
import { requires } from '../fixtures/requires.js';
import { readTraces, recordingIn, type Traces } from './support/system-calls.js';

const DIST = fileURLToPath(new URL('../../dist/src/', import.meta.url));
/** Every program of ours that is a process. */
const PROCESSES = ['cli', 'probing/worker', 'search/worker', 'search/snapshot/build', 'text/encoder'];
const MODEL = join(DEMO, 'models/mobilenet_v1_0.25_128');

/** Each makes a library report to its maker, unless the code switches that off. */
const INVITATIONS = {
  APOLLO_KEY: 'service:graph:secret',
  APOLLO_GRAPH_REF: 'graph@current',
  APOLLO_SCHEMA_REPORTING: 'true',
};
/** Files of the system, not of a disk. A new namespace is set up through `/proc`. */
const OF_THE_SYSTEM =
  /^\/(dev\/(null|tty|shm\/.*)|proc\/(self|\d+)\/(uid_map|gid_map|setgroups|oom_score_adj))$/;
/** The daemon that some systems ask for the name of a user. */
const OF_THE_MACHINE =
  /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+) \d+$|^(\/var)?\/run\/nscd\/socket$/;

describe.runIf(requires('strace'))('every process, from an ingest to an answer', () => {
  let folder: string;
  let home: string;
  let traces: Traces;

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'probelog-traced-')));
    home = join(folder, 'home');
    for (const name of ['home', 'calls', 'temporary']) await mkdir(join(folder, name));
    await takeDemoData(join(folder, 'data'));
    const options = {
      dataFolder: folder,
      launcher: recordingIn(join(folder, 'calls')),
      environment: {
        HOME: home,
        TMPDIR: join(folder, 'temporary'),
        PROBELOG_EXACT_LIMIT: '0',
        ...INVITATIONS,
      },
    };
    const ingest = startProbelog(['ingest', `${MODEL}.onnx`, '--labels', `${MODEL}.labels.json`], options);
    expect((await ingest.ended).code).toBe(0);

    const server = startProbelog(['serve'], options);
    const url = /answers at (\S+)/.exec(await server.printed(/answers at \S+/))?.[1] ?? '';
    const image = (await readFile(join(DEMO, 'probes/pets-0001.jpg'))).toString('base64');
    for (const query of ['concept: "a heron in the reeds"', `image: "${image}"`])
      expect(await ask(url, `{ logits(${query}, first: 3) { edges { score } } }`)).toHaveProperty(
        'logits.edges.2',
      );
    await vi.waitFor(
      async () =>
        expect(
          (await ask(url, '{ gallery { index { basisVersion } } }')).gallery.index.basisVersion,
        ).toBeTruthy(),
      { timeout: 120_000, interval: 200 },
    );
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);

    await startProbelog(['doctor'], options).ended;
    traces = await readTraces(join(folder, 'calls'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is traced', () => {
    expect([...traces.scripts]).toEqual(
      expect.arrayContaining(PROCESSES.map((name) => join(DIST, name, 'main.js'))),
    );
  });

  it('writes no file outside the data folder and the temporary folder', async () => {
    const allowed = ['data', 'temporary'].map((name) => join(folder, name));
    const outside = [...traces.changed].filter(
      (path) =>
        !allowed.some((each) => path === each || path.startsWith(`${each}/`)) && !OF_THE_SYSTEM.test(path),
    );
    expect(outside).toEqual([]);
    expect(await readdir(home)).toEqual([]);
  });

  it('reaches no address but its own machine, not even a name server', () => {
    expect([...traces.reached].filter((address) => !OF_THE_MACHINE.test(address))).toEqual([]);
  });
});

describe.runIf(requires('strace'))('the trace', () => {
  it('sees files, addresses and look-ups, in a child and in a thread', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'probelog-traced-')));
    try {
      const calls = join(folder, 'calls');
      await mkdir(calls);
      const acts = `
        const { mkdirSync, writeFileSync } = require('node:fs');
        process.chdir(${JSON.stringify(folder)});
        mkdirSync('made');
        writeFileSync('made/file', '');
        require('node:net').connect(9, '192.0.2.1').on('error', () => {}).setTimeout(1, function () { this.destroy(); });
        require('node:dns').lookup('telemetry.invalid', () => {});`;
      const script = `
        require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(acts)}]);
        new (require('node:worker_threads').Worker)(
          "require('node:fs').writeFileSync('/nowhere/by-a-thread', '')", { eval: true }).on('error', () => {});`;
      const [program, ...args] = [...recordingIn(calls), process.execPath, '-e', script];
      spawnSync(program, args, { stdio: 'ignore' });
      const { changed, reached } = await readTraces(calls);
      expect([...changed]).toEqual(
        expect.arrayContaining(['made', join(folder, 'made/file'), '/nowhere/by-a-thread']),
      );
      expect([...reached]).toContain('192.0.2.1 9');
      expect([...reached].some((address) => address.endsWith(' 53'))).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function ask(url: string, query: string): Promise<Answer['data']> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as Answer).data;
}
