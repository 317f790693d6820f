import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPython, type PythonSession } from '../../fixtures/python-session.js';
import { TEST_PYTHON } from '../../fixtures/requires.js';

const START_MS = 90_000;

/** A tracking server of MLflow itself, with its database, its artifacts and its webhooks. */
export interface RealMlflow {
  url: string;
  /** Runs Python code with `mlflow`, `onnx` and `client`, an MlflowClient of this server. */
  python: PythonSession;
  close(): Promise<void>;
}

/** @param environment further variables of the server @param options further options of `mlflow server` */
export async function startRealMlflow(
  environment: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<RealMlflow> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-mlflow-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const common = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    GIT_PYTHON_REFRESH: 'quiet',
  };
  const output: string[] = [];
  const server = spawn(
    join(dirname(TEST_PYTHON), 'mlflow'),
    [
      ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`],
      ...['--artifacts-destination', join(folder, 'artifacts')],
      ...options,
    ],
    {
      cwd: folder,
      // A group of its own: the server starts others.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...common,
        // The test's own receiver has http and a private address.
        MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http,https',
        MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
        MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: randomBytes(32)
          .toString('base64')
          .replaceAll('+', '-')
          .replaceAll('/', '_'),
        MLFLOW_WEBHOOK_CACHE_TTL: '0',
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        ...environment,
      },
    },
  );
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const close = async () => {
    await stop(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilHealthy(url, server);
  } catch (thrown) {
    await close();
    throw new Error(`MLflow did not start: ${output.join('').slice(-3_000)}`, { cause: thrown });
  }
  const python = openPython({ ...common, MLFLOW_TRACKING_URI: url });
  await python.run('import mlflow, onnx\nfrom mlflow import MlflowClient\nclient = MlflowClient()');
  return {
    url,
    python,
    async close() {
      await python.close();
      await close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilHealthy(url: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until && server.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return;
    await pause(200);
  }
  throw new Error('It does not answer /health.');
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.pid === undefined) return;
  const ended = new Promise((resolve) => server.once('close', resolve));
  process.kill(-server.pid, 'SIGKILL');
  await ended;
}
