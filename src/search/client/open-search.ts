import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { type ErrorCode, ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import type { SearchCalls, WorkerReply, WorkerRequest } from '../protocol.js';
import type { SearchModel, SearchProbeSet, SearchSettings } from '../search-query.js';

type AsyncMethods<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
};

/** The galleries of all probe sets, searched in a separate process. */
export interface Search extends Omit<AsyncMethods<SearchCalls>, 'open'> {
  close(): Promise<void>;
}

/** All models of one probe set that can be searched. */
export interface GalleryModels {
  probeSet: SearchProbeSet;
  models: SearchModel[];
}

/** Where a search keeps its derived files, and how it runs. */
export interface SearchOptions {
  folder: string;
  settings: SearchSettings;
  /** The models of every gallery: a new search process is filled with them after the old one has died. */
  galleries(): Promise<GalleryModels[]>;
  /** Logs a message for the operator. */
  log(message: string): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The environment of the search process: variables that native libraries read, and nothing else. */
const VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'];

/**
 * Starts the search process.
 *
 * FAISS blocks the calling thread and aborts when two threads of a process load it, so one process owns FAISS and all
 * descriptors. When that process dies, running calls fail with SEARCH_UNAVAILABLE. The next call starts another one and
 * fills it from the files on disk and `galleries`.
 */
export async function openSearch({ folder, settings, galleries, log }: SearchOptions): Promise<Search> {
  await mkdir(folder, { recursive: true });
  const pending = new Map<number, Pending>();
  let running: Promise<ChildProcess> | undefined;
  let next = 0;
  let closed = false;

  function send(
    worker: ChildProcess,
    method: keyof SearchCalls,
    args: unknown[],
    signal?: AbortSignal,
  ): Promise<unknown> {
    const id = next++;
    const request: WorkerRequest = { id, method, args };
    const cancel = () => {
      worker.send({ cancel: id } satisfies WorkerRequest, () => undefined);
      pending.get(id)?.reject(signal?.reason);
    };
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      signal?.addEventListener('abort', cancel, { once: true });
      worker.send(request, (error) => error && reject(unavailable('the search process cannot be reached')));
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  function forkWorker(): ChildProcess {
    const worker = fork(compiledEntry(import.meta.url, '../worker/main.js'), [], {
      env: Object.fromEntries(
        VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
      ),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    worker.on('message', (reply: WorkerReply) => {
      const call = pending.get(reply.id);
      pending.delete(reply.id);
      if ('error' in reply) call?.reject(asError(reply.error));
      else call?.resolve(reply.value);
    });
    worker.on('exit', (code, signal) => {
      running = undefined;
      if (!closed) log(`the search process ended (${signal ?? code}); the next search starts it again`);
      for (const call of pending.values()) call.reject(unavailable('the search process ended'));
      pending.clear();
    });
    return worker;
  }

  async function start(): Promise<ChildProcess> {
    const worker = forkWorker();
    const { faissProblem } = (await send(worker, 'open', [{ folder, settings }])) as {
      faissProblem: string | null;
    };
    if (faissProblem) log(`FAISS cannot be loaded, so galleries are scanned exactly: ${faissProblem}`);
    return worker;
  }

  /** Starts the process again and fills it. On failure, its exit makes the next call try once more. */
  async function restart(): Promise<ChildProcess> {
    const worker = await start();
    try {
      for (const { probeSet, models } of await galleries()) await send(worker, 'sync', [probeSet, models]);
      return worker;
    } catch (thrown) {
      worker.kill('SIGKILL');
      throw thrown;
    }
  }

  async function call<Name extends keyof SearchCalls>(
    method: Name,
    ...args: Parameters<SearchCalls[Name]>
  ): Promise<ReturnType<SearchCalls[Name]>> {
    if (closed) throw unavailable('the search is closed');
    running ??= restart();
    return (await send(await running, method, args)) as ReturnType<SearchCalls[Name]>;
  }

  /** A call that stops in the search process when `signal` aborts. @throws the signal's reason */
  async function callWithSignal<Name extends 'search' | 'searchModels' | 'names'>(
    signal: AbortSignal | undefined,
    method: Name,
    ...args: [string, Parameters<SearchCalls[Name]>[1]]
  ): Promise<ReturnType<SearchCalls[Name]>> {
    if (closed) throw unavailable('the search is closed');
    running ??= restart();
    const worker = await running;
    signal?.throwIfAborted();
    return (await send(worker, method, args, signal)) as ReturnType<SearchCalls[Name]>;
  }

  running = start();
  await running;
  return {
    sync: (...args) => call('sync', ...args),
    add: (...args) => call('add', ...args),
    remove: (...args) => call('remove', ...args),
    search: (probeSetId, request, signal) => callWithSignal(signal, 'search', probeSetId, request),
    searchModels: (probeSetId, request, signal) =>
      callWithSignal(signal, 'searchModels', probeSetId, request),
    descriptor: (...args) => call('descriptor', ...args),
    similarity: (...args) => call('similarity', ...args),
    names: (probeSetId, request, signal) => callWithSignal(signal, 'names', probeSetId, request),
    stats: (...args) => call('stats', ...args),
    prior: (...args) => call('prior', ...args),
    settled: () => call('settled'),
    async close() {
      closed = true;
      const worker = await running?.catch(() => undefined);
      if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        worker.once('exit', () => resolve());
        worker.disconnect();
      });
    },
  };
}

function unavailable(reason: string): ProbelogError {
  return new ProbelogError('SEARCH_UNAVAILABLE', `Search is unavailable: ${reason}. Try again.`);
}

function asError({ code, message }: { code: string | null; message: string }): Error {
  return code === null ? new Error(message) : new ProbelogError(code as ErrorCode, message);
}
