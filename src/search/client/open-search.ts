import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { type ErrorCode, ProbelogError } from '../../errors/index.js';

import { compiledEntry } from '../../lib/compiled-entry.js';

import type { SearchCalls, WorkerReply, WorkerRequest } from '../protocol.js';
import type { SearchModel, SearchSettings } from '../search-query.js';

type AsyncMethods<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
};

/** The galleries of all probe sets, searched in a process of their own. */
export interface Search extends Omit<AsyncMethods<SearchCalls>, 'open'> {
  close(): Promise<void>;
}

/** Where a search keeps its (derived) files, and how it is set. */
export interface SearchOptions {
  folder: string;
  settings: SearchSettings;
  /** Told of what an operator should know. */
  log(message: string): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Variables that native libraries look at; nothing else of our environment is the search's business. */
const VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'];

/**
 * Starts the search process.
 *
 * FAISS blocks the thread that calls it, and aborts when two threads of a process load it, so one process owns it
 * together with all descriptors. When that process dies, calls under way fail with SEARCH_UNAVAILABLE; the next call
 * starts it again from its files and what `sync`, `add` and `remove` said.
 */
export async function openSearch({ folder, settings, log }: SearchOptions): Promise<Search> {
  await mkdir(folder, { recursive: true });
  const pending = new Map<number, Pending>();
  /** What the galleries must hold: probe set → model → model. */
  const wanted = new Map<string, { probes: number; models: Map<string, SearchModel> }>();
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
      worker.send(request, (error) => error && reject(unavailable('it cannot be reached')));
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
      if (!closed) log(`the search process ended (${signal ?? code}); it starts again at the next call`);
      for (const call of pending.values()) call.reject(unavailable('its process ended'));
      pending.clear();
    });
    return worker;
  }

  async function start(): Promise<ChildProcess> {
    const worker = forkWorker();
    const { faissProblem } = (await send(worker, 'open', [{ folder, settings }])) as {
      faissProblem: string | null;
    };
    if (faissProblem) log(`FAISS cannot be loaded, galleries are scanned exactly instead: ${faissProblem}`);
    for (const [id, { probes, models }] of wanted) {
      await send(worker, 'sync', [{ id, probes }, [...models.values()]]);
    }
    return worker;
  }

  async function call<Name extends keyof SearchCalls>(
    method: Name,
    ...args: Parameters<SearchCalls[Name]>
  ): Promise<ReturnType<SearchCalls[Name]>> {
    if (closed) throw unavailable('it is closed');
    running ??= start();
    return (await send(await running, method, args)) as ReturnType<SearchCalls[Name]>;
  }

  /** The same for a call that ends when nobody waits for it any more; the process stops working on it. */
  async function callWithSignal<Name extends 'search' | 'searchModels' | 'names'>(
    signal: AbortSignal | undefined,
    method: Name,
    ...args: [string, Parameters<SearchCalls[Name]>[1]]
  ): Promise<ReturnType<SearchCalls[Name]>> {
    if (closed) throw unavailable('it is closed');
    running ??= start();
    const worker = await running;
    signal?.throwIfAborted();
    return (await send(worker, method, args, signal)) as ReturnType<SearchCalls[Name]>;
  }

  running = start();
  await running;
  return {
    sync(probeSet, models) {
      wanted.set(probeSet.id, {
        probes: probeSet.probes,
        models: new Map(models.map((model) => [model.modelId, model])),
      });
      return call('sync', probeSet, models);
    },
    async add(probeSet, model) {
      await call('add', probeSet, model);
      const gallery = wanted.get(probeSet.id) ?? { probes: probeSet.probes, models: new Map() };
      gallery.models.set(model.modelId, model);
      wanted.set(probeSet.id, gallery);
      return undefined;
    },
    async remove(probeSetId, modelId) {
      wanted.get(probeSetId)?.models.delete(modelId);
      return call('remove', probeSetId, modelId);
    },
    search: (probeSetId, query, signal) => callWithSignal(signal, 'search', probeSetId, query),
    searchModels: (probeSetId, query, signal) => callWithSignal(signal, 'searchModels', probeSetId, query),
    descriptor: (...args) => call('descriptor', ...args),
    similarity: (...args) => call('similarity', ...args),
    names: (probeSetId, query, signal) => callWithSignal(signal, 'names', probeSetId, query),
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
  return new ProbelogError('SEARCH_UNAVAILABLE', `The search process does not answer: ${reason}. Try again.`);
}

function asError({ code, message }: { code: string | null; message: string }): Error {
  return code === null ? new Error(message) : new ProbelogError(code as ErrorCode, message);
}
