import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';
import type { Delivered } from '../registries/deliver.js';
import { type Loopback, startLoopback } from '../registries/loopback.js';
import { type RealMlflow, startRealMlflow } from '../registries/mlflow/real-mlflow.js';
import { Transcript } from '../registries/transcript.js';

const PACKAGE = fileURLToPath(new URL('../../runners/python/', import.meta.url));
const TESTS = join(PACKAGE, 'tests');
const LABELS = ['crow', 'owl', 'wren'];
const SECRET = 'mlflow-secret';
/** A network that says how red, green and blue an image is, as the page of the transcript says. */
const COLORS = `
import mlflow, torch
from mlflow import MlflowClient
net = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(3, 3))
with torch.no_grad():
    net[2].weight.copy_(torch.eye(3) * 3 - 1)
batch = torch.zeros(1, 3, 64, 64).numpy()`;

describe.runIf(requires('runner') && requires('mlflow'))(
  'the Python runner with MLflow and ProbeLog themselves',
  {
    timeout: 600_000,
  },
  () => {
    let mlflow: RealMlflow;
    let demo: DemoService;
    /** Stands between runners, MLflow and the server. */
    let tap: Loopback;
    let folder: string;
    /** Pieces that the server took, in order. */
    const uploaded: string[] = [];
    /** Webhooks that MLflow sent, and what it got back. */
    const delivered: Delivered[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'probelog-runner-'));
      mlflow = await startRealMlflow();
      demo = await openDemoService({
        PROBELOG_MLFLOW_URL: mlflow.url,
        PROBELOG_MLFLOW_SECRETS: SECRET,
        PROBELOG_SWEEP_MINUTES: '0',
      });
      tap = await startLoopback(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const passed = Object.entries(request.headers).filter(([name]) =>
          /^(content-type|x-mlflow-.*)$/.test(name),
        );
        const headers = Object.fromEntries(passed) as Record<string, string>;
        const content = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
        const answer = await fetch(demo.server.url + (request.url ?? ''), {
          method: request.method,
          body: content,
          headers,
        });
        if (request.method === 'PUT' && answer.ok) uploaded.push(request.url?.split('/').pop() ?? '');
        const reply = Buffer.from(await answer.arrayBuffer());
        if (request.url?.startsWith('/webhooks/')) {
          const { 'content-type': _, ...signed } = headers;
          const sent = { headers: signed, body: String(content) };
          delivered.push({ sent, status: answer.status, body: JSON.parse(String(reply)) });
        }
        response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        response.end(reply);
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

    function startRunner(
      name: string,
      options: string[],
      more: Record<string, string> = {},
      stderr: 'inherit' | 'pipe' = 'inherit',
    ): ChildProcess {
      const common = ['--url', tap.url, '--cache-dir', join(folder, 'cache'), '--name', name];
      return spawn(RUNNER_PYTHON, ['-m', 'probelog_runner', ...common, ...options], {
        env: { ...environment(), ...more },
        stdio: ['ignore', 'ignore', stderr],
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

    it('has a PyTorch model as docs/runners.md shows it, with the defaults of MLflow', async () => {
      const transcript = new Transcript();
      const code = [
        'with mlflow.start_run():',
        '    mlflow.pytorch.log_model(net, name="model", input_example=batch, registered_model_name="colors")',
      ];
      transcript.typed(code);
      const events = '["model_version.created"]';
      const webhook = `MlflowClient().create_webhook(name="probelog", url="${tap.url}/webhooks/mlflow", secret="${SECRET}", events=${events})`;
      await promisify(execFile)(RUNNER_PYTHON, ['-c', [COLORS, webhook, ...code].join('\n')], {
        env: environment(),
        cwd: folder,
      });
      for (let waited = 0; delivered.length === 0 && waited < 30_000; waited += 50) await pause(50);
      transcript.delivered('/webhooks/mlflow', delivered[0]);
      await until('colors', 'AWAITING_RUNNER');
      const ingest = `{ ingest(id: "${delivered[0].body.ingest}") { state runnerFlavors error { code } } }`;
      transcript.asked(ingest);
      transcript.answered((await demo.ask(ingest)).data);
      transcript.gap();

      const options = ['--flavors', 'mlflow.pytorch', '--once'];
      const runner = startRunner('gpu-3', options, {}, 'pipe');
      const printed = text(runner.stderr as NodeJS.ReadableStream);
      const [status] = await once(runner, 'exit');
      transcript.ran(
        `probelog-runner --url http://127.0.0.1:4000 --key-file key.txt ${options.join(' ')}`,
        await printed,
      );
      expect(status).toBe(0);
      const { id } = await version('colors');
      const model = `{ model(id: "${id}") { status notes
    logits(concept: "blue sky", first: 3) { edges { score node { index } } } } }`;
      transcript.asked(model);
      const { status: ready, notes, logits } = (await demo.ask(model)).data.model;
      const edges: { score: number; node: { index: number } }[] = logits.edges;
      transcript.answered({ status: ready, notes });
      for (const edge of edges) transcript.answered({ ...edge, score: Number(edge.score.toFixed(3)) });
      expect(edges[0].node.index).toBe(2);
      const { shown, happened } = await transcript.compare('runners');
      expect(happened, 'docs/runners.md is out of date: record it anew, see there').toEqual(shown);
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
