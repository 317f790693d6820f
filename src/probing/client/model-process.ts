import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProbelogError } from '../../errors/index.js';

import { compiledEntry } from '../../lib/compiled-entry.js';
import type { ParentMessage, WorkerMessage } from '../protocol.js';
import type { NetworkIsolation } from './network-isolation.js';
import { workerEnvironment } from './worker-environment.js';

/** How much of what a model's process printed is kept for the error message. */
const PRINTED_CHARACTERS = 2_000;

/** A child process that runs one model. */
export interface ModelProcess {
  pid: number | undefined;
  send(message: ParentMessage): void;
  /** What the child says, in order; throws when it ends before anybody asked it to, or after `fail`. */
  messages(): AsyncGenerator<WorkerMessage, void>;
  /** Kills the child; `messages` throws this. */
  kill(reason: ProbelogError): void;
  /** Kills the child and waits until it is gone. */
  end(): Promise<void>;
}

/**
 * Starts the process. Of our environment it is given nothing but the search paths.
 *
 * Threat model: native code that a model has taken over looks for secrets. In namespaces of its own it can neither read what
 * we were started with (`/proc/<pid>/environ`) nor our memory, nor has it a network. Where the system refuses us namespaces,
 * it runs as the same user beside us and can do all of that: then only the user that the service runs as bounds it.
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
      // To a child that has just died: its exit is what gets reported.
      if (worker.connected) worker.send(message, () => undefined);
    },
    async *messages() {
      for (;;) {
        // Read at every turn: what the child said before it died still counts, unless it was told to stop.
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

/** How `fork` starts Node without a network. */
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
      'The process that ran the model was ended by the system, most likely for want of memory.',
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
