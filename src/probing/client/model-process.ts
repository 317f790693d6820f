import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProbelogError } from '../../errors/index.js';

import { compiledEntry } from '../../lib/compiled-entry.js';
import type { ParentMessage, WorkerMessage } from '../protocol.js';
import type { NetworkIsolation } from './network-isolation.js';
import { workerEnvironment } from './worker-environment.js';

/** Characters of a model process's output to keep for the error message. */
const PRINTED_CHARACTERS = 2_000;

/** A child process that runs one model. */
export interface ModelProcess {
  pid: number | undefined;
  send(message: ParentMessage): void;
  /** The worker's messages, in order. @throws ProbelogError when it ends by itself, or after `kill` */
  messages(): AsyncGenerator<WorkerMessage, void>;
  /** Kills the worker; `messages` throws `reason`. */
  kill(reason: ProbelogError): void;
  /** Kills the worker and waits until it has exited. */
  end(): Promise<void>;
}

/**
 * Starts the process, with search paths as its only environment.
 *
 * Threat model: a model takes over native code and looks for secrets. In its own namespaces it cannot read our environment
 * (`/proc/<pid>/environ`) or memory, and it has no network. Where the system does not allow namespaces, it runs as the
 * same user and can do all of that; only the rights of the service's user limit it (docs/model-safety.md).
 */
export function startModelProcess(isolation: NetworkIsolation | null): ModelProcess {
  const worker = fork(compiledEntry(import.meta.url, '../worker/main.js'), [], {
    serialization: 'advanced',
    ...forkOptions(isolation),
    env: workerEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const printed = captureTail(worker.stdout, worker.stderr);
  const queue: WorkerMessage[] = [];
  let failure: ProbelogError | null = null;
  let wake: () => void = () => undefined;

  const exited = new Promise<void>((resolve) => {
    worker.once('close', (code, signal) => {
      failure ??= crash(code, signal, printed());
      wake();
      resolve();
    });
    worker.once('error', (thrown) => {
      failure ??= new ProbelogError(
        'INTERNAL',
        `The process for the model cannot be started: ${thrown.message}.`,
      );
      wake();
      if (worker.pid === undefined) resolve();
    });
  });
  worker.on('message', (message) => {
    queue.push(message as WorkerMessage);
    wake();
  });
  return {
    pid: worker.pid,
    send(message) {
      // Errors are ignored: if the worker has just died, its exit is reported.
      if (worker.connected) worker.send(message, () => undefined);
    },
    async *messages() {
      for (;;) {
        // Messages from before the worker's end still count, unless it was killed.
        const message = queue.shift();
        if (message) yield message;
        else if (failure) throw failure;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
    kill(reason) {
      failure ??= reason;
      queue.length = 0;
      worker.kill('SIGKILL');
      wake();
    },
    async end() {
      worker.kill('SIGKILL');
      await exited;
    },
  };
}

/** Options that make `fork` start Node without a network. */
export function forkOptions(isolation: NetworkIsolation | null): { execPath?: string; execArgv: string[] } {
  if (!isolation?.inForce) return { execArgv: [] };
  const { program, args } = isolation.launcher;
  return { execPath: program, execArgv: [...args, process.execPath] };
}

function captureTail(...streams: (Readable | null)[]): () => string {
  let text = '';
  for (const stream of streams)
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-PRINTED_CHARACTERS);
    });
  return () => text.trim();
}

function crash(code: number | null, signal: NodeJS.Signals | null, printed: string): ProbelogError {
  const details = { exitCode: code, signal, printed };
  if (signal === 'SIGKILL' || /heap out of memory|bad_alloc/.test(printed))
    return new ProbelogError(
      'INFERENCE_MEMORY',
      'The system killed the process that ran the model, most likely because memory ran out.',
      details,
    );
  const lines = printed.split('\n');
  const cause = lines.find((line) => /error|what\(\)|fatal/i.test(line)) ?? lines.at(-1);
  return new ProbelogError(
    'INFERENCE_CRASHED',
    `The model ended the process that ran it (${signal ?? `exit code ${code}`})${cause ? `: ${cause}` : '.'}`,
    details,
  );
}
