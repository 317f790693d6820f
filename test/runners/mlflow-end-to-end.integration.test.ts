import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';
import { type Loopback, startLoopback } from '../registries/loopback.js';
import { type RealMlflow, startRealMlflow } from '../registries/mlflow/real-mlflow.js';

const PACKAGE = fileURLToPath(new URL('../../runners/python/', import.meta.url));
const TESTS = join(PACKAGE, 'tests');
const LABELS = ['crow', 'owl', 'wren'];

describe.runIf(requires('runner') && requires('mlflow'))(
  'the Python runner with MLflow and ProbeLog themselves',
  {
    timeout: 600_000,
  },
  () => {
    let mlflow: RealMlflow;
    let demo: DemoService;
    /** Stands between runners and the server. */
    let tap: Loopback;
    let folder: string;
    /** Pieces that the server took, in order. */
    const uploaded: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'probelog-runner-'));
      mlflow = await startRealMlflow();
      demo = await openDemoService({
        PROBELOG_MLFLOW_URL: mlflow.url,
        PROBELOG_MLFLOW_SECRETS: 'secret',
        PROBELOG_SWEEP_MINUTES: '0',
      });
      tap = await startLoopback(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const headers = request.headers['content-type'];
        const answer = await fetch(demo.server.url + (request.url ?? ''), {
          method: request.method,
          body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
          headers: headers ? { 'content-type': headers } : {},
        });
        if (request.method === 'PUT' && answer.ok) uploaded.push(request.url?.split('/').pop() ?? '');
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
      await promisify(execFile)(RUNNER_PYTHON, [join(TESTS, 'log_models.py')], {
        env: environment(),
        cwd: folder,
      });
      await demo.service.sweeper.sweep({ registries: ['mlflow'] });
    }, 600_000);
    afterAll(async () => {
      await tap?.close();
      await demo?.close();
      await mlflow?.close();
      await rm(folder, { recursive: true, force: true });
    });

    function environment(): Record<string, string> {
      return {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        PYTHONPATH: [join(PACKAGE, 'src'), TESTS].join(delimiter),
        MLFLOW_TRACKING_URI: mlflow.url,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        GIT_PYTHON_REFRESH: 'quiet',
        KERAS_BACKEND: 'torch',
      };
    }

    function startRunner(name: string, options: string[], more: Record<string, string> = {}): ChildProcess {
      const common = ['--url', tap.url, '--cache-dir', join(folder, 'cache'), '--name', name];
      return spawn(RUNNER_PYTHON, ['-m', 'probelog_runner', ...common, ...options], {
        env: { ...environment(), ...more },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    }

    /** Runs what waits for these flavors. */
    async function runAll(flavors: string, ...options: string[]): Promise<void> {
      const [status] = await once(startRunner('all', ['--flavors', flavors, '--once', ...options]), 'exit');
      expect(status).toBe(0);
    }

    /** Version 1 of a model, with its last ingest. */
    async function version(name: string) {
      const { data } = await demo.ask(
        `{ models(filter: { name: "${name}" }, first: 10) { edges { node { id name status notes responseKind
        logits(first: 5) { edges { node { label } } }
        ingest { id state attempts runnerFlavors error { code message } } } } } }`,
      );
      // biome-ignore lint/suspicious/noExplicitAny: as the answer itself
      const found = data.models.edges.map(({ node }: any) => node).find((node: any) => node.name === name);
      // biome-ignore lint/suspicious/noExplicitAny: as the answer itself
      return { ...found, labels: found.logits.edges.map(({ node }: any) => node.label) };
    }

    async function until(name: string, state: string) {
      for (let waited = 0; waited < 60_000; waited += 50) {
        const found = await version(name);
        if (found.ingest.state === state) return found;
        await pause(50);
      }
      throw new Error(`${name} is not ${state}: ${JSON.stringify(await version(name))}`);
    }

    it.each(['defaults', 'pytorch', 'sklearn', 'keras', 'transformers', 'python'])(
      'has %s wait for a runner',
      async (name) => {
        const { ingest } = await until(name, 'AWAITING_RUNNER');
        expect(ingest.runnerFlavors.length).toBeGreaterThan(0);
      },
    );

    it('makes models of every library searchable, as they were logged', async () => {
      await runAll('mlflow.pytorch,mlflow.keras,mlflow.transformers');
      for (const name of ['pytorch', 'keras', 'transformers'])
        expect(await version(name)).toMatchObject({
          status: 'READY',
          labels: LABELS,
          ingest: { state: 'SUCCEEDED' },
        });
      expect(await version('defaults')).toMatchObject({
        status: 'READY',
        notes: expect.arrayContaining([expect.stringContaining('No preprocessing was described')]),
      });
      expect((await version('keras')).responseKind).toBe('LOG_PROBABILITIES');
      const { data } = await demo.ask(
        '{ logits(concept: "owl", first: 50) { edges { node { model { name } } } } }',
      );
      const names = new Set(
        data.logits.edges.map(({ node }: { node: { model: { name: string } } }) => node.model.name),
      );
      expect(names).toEqual(new Set(['defaults', 'pytorch', 'keras', 'transformers']));
    });

    it('ends what is no image classifier without an alarm', async () => {
      await runAll('mlflow.sklearn');
      expect((await version('sklearn')).ingest.state).toBe('SUCCEEDED');
      expect((await version('flowers')).ingest).toMatchObject({
        state: 'NOT_APPLICABLE',
        error: { message: expect.stringContaining('4 numbers') },
      });
    });

    it('refuses a pickle by name, and runs it when that is allowed', async () => {
      await runAll('mlflow.pyfunc');
      const refused = await version('python');
      expect(refused.ingest).toMatchObject({ state: 'FAILED', error: { code: 'RUNNER_REFUSED' } });
      expect(refused.ingest.error.message).toContain('--allow-pickle');
      const { errors } = await demo.ask(`mutation { retryIngest(id: "${refused.ingest.id}") { id } }`);
      expect(errors).toBeUndefined();
      await until('python', 'AWAITING_RUNNER');
      await runAll('mlflow.pyfunc', '--allow-pickle');
      expect(await version('python')).toMatchObject({ status: 'READY' });
    });

    it('loses nothing when runners are killed at ten points', async () => {
      const slow = ['--flavors', '', '--entry-point', 'mlflow.sklearn=my_models:scores'];
      await demo.ask(`mutation { reprobeModel(id: "${(await version('killed')).id}") { id } }`);
      await until('killed', 'AWAITING_RUNNER');
      uploaded.length = 0;
      for (let point = 0; point < 10; point++) {
        const { attempts } = (await version('killed')).ingest;
        const runner = startRunner(`victim-${point}`, slow, { SLOW: '0.004' });
        const id = await claimedBy(`victim-${point}`, attempts);
        // Ten points from the claim to the last pieces; each second one after at least one more piece.
        const wanted = Math.floor(point / 2) + 1;
        while (point % 2 === 1 && uploaded.length < wanted) await pause(5);
        await pause((point * 37) % 200);
        runner.kill('SIGKILL');
        await once(runner, 'exit');
        await expireLease(id);
      }
      const received = [...uploaded];
      expect(received.length).toBeGreaterThan(3);
      await once(startRunner('survivor', [...slow, '--once']), 'exit');
      expect(await version('killed')).toMatchObject({ status: 'READY', ingest: { state: 'SUCCEEDED' } });
      // Every piece once: none that was received is run again.
      expect([...uploaded].sort()).toEqual([...new Set(uploaded)].sort());
      expect(uploaded.slice(0, received.length)).toEqual(received);
    });

    /** The runner of this name, once it has made the next claim. */
    async function claimedBy(name: string, attempts: number): Promise<string> {
      for (let waited = 0; waited < 60_000; waited += 20) {
        if ((await version('killed')).ingest.attempts > attempts) {
          const { data } = await demo.ask('{ runners(first: 100) { edges { node { id name } } } }');
          const runners: { node: { id: string; name: string } }[] = data.runners.edges;
          return runners.find(({ node }) => node.name === name)?.node.id ?? '';
        }
        await pause(20);
      }
      throw new Error(`${name} claims nothing.`);
    }

    /** As if a minute had passed since the runner died. */
    async function expireLease(runner: string): Promise<void> {
      const { ingest } = await version('killed');
      const [worker, ingestId] = [runner, ingest.id].map(
        (id) => Buffer.from(id, 'base64url').toString().split(':')[1],
      );
      const claim = { ingestId, worker: `runner:${worker}`, attempt: ingest.attempts };
      expect(await demo.service.store.ingests.renew(claim, -1)).toBe(true);
    }
  },
);
