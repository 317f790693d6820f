import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { callsToProcess, type WorkerCalls } from '../../lib/worker-calls.js';
import type { SearchCalls } from '../protocol.js';
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
  /** The models of every gallery. A search process that starts later than `openSearch` is filled with them. */
  galleries(): Promise<GalleryModels[]>;
  /** Starts the process when the first call needs an answer, for short commands; by default at once. */
  onDemand?: boolean;
  /** Logs a message for the operator. */
  log(message: string): void;
}

/** A running search worker. */
interface Worker {
  child: ChildProcess;
  calls: WorkerCalls<SearchCalls>;
}

/** The environment of the search process: variables that native libraries read, and nothing else. */
const VARIABLES = ['PATH', 'LD_LIBRARY_PATH', 'OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'];

/**
 * Starts the search process.
 *
 * FAISS blocks the calling thread and aborts when two threads of a process load it, so one process owns FAISS and all
 * descriptors. When that process dies, pending calls fail with SEARCH_UNAVAILABLE. The next call starts another one and
 * fills it from the files on disk and `galleries`.
 */
export async function openSearch({
  folder,
  settings,
  galleries,
  onDemand = false,
  log,
}: SearchOptions): Promise<Search> {
  await mkdir(folder, { recursive: true });
  let running: Promise<Worker> | undefined;
  let closed = false;

  function forkProcess(): Worker {
    const child = fork(compiledEntry(import.meta.url, '../worker/main.js'), [], {
      env: Object.fromEntries(
        VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
      ),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const calls = callsToProcess<SearchCalls>(child, () =>
      unavailable('the search process cannot be reached'),
    );
    child.on('exit', (code, signal) => {
      running = undefined;
      if (!closed) log(`the search process ended (${signal ?? code}); the next search starts it again`);
      calls.failAll(unavailable('the search process ended'));
    });
    return { child, calls };
  }

  async function start(): Promise<Worker> {
    const worker = forkProcess();
    const { faissProblem } = await worker.calls.call('open', [{ folder, settings }]);
    if (faissProblem) log(`FAISS cannot be loaded, so galleries are scanned exactly: ${faissProblem}`);
    return worker;
  }

  /** Starts the process again and fills it. On failure, its exit makes the next call try once more. */
  async function restart(): Promise<Worker> {
    const worker = await start();
    try {
      for (const { probeSet, models } of await galleries())
        await worker.calls.call('sync', [probeSet, models]);
      return worker;
    } catch (thrown) {
      worker.child.kill('SIGKILL');
      throw thrown;
    }
  }

  async function call<Name extends keyof SearchCalls>(
    method: Name,
    args: Parameters<SearchCalls[Name]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<SearchCalls[Name]>>> {
    if (closed) throw unavailable('the search is closed');
    running ??= restart();
    const { calls } = await running;
    return calls.call(method, args, { signal });
  }

  /** A change that no process has to learn: the next one is filled with the models as they are then. */
  async function change<Name extends 'sync' | 'add' | 'remove' | 'settled'>(
    method: Name,
    args: Parameters<SearchCalls[Name]>,
  ): Promise<undefined> {
    if (!onDemand || running) await call(method, args);
  }

  if (!onDemand) {
    running = start();
    await running;
  }
  return {
    sync: (...args) => change('sync', args),
    add: (...args) => change('add', args),
    remove: (...args) => change('remove', args),
    search: (probeSetId, request, signal) => call('search', [probeSetId, request], signal),
    searchModels: (probeSetId, request, signal) => call('searchModels', [probeSetId, request], signal),
    descriptor: (...args) => call('descriptor', args),
    similarity: (...args) => call('similarity', args),
    names: (probeSetId, request, signal) => call('names', [probeSetId, request], signal),
    stats: (...args) => call('stats', args),
    prior: (...args) => call('prior', args),
    settled: () => change('settled', []),
    async close() {
      closed = true;
      const child = (await running?.catch(() => undefined))?.child;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      });
    },
  };
}

function unavailable(reason: string): ProbelogError {
  return new ProbelogError('SEARCH_UNAVAILABLE', `Search is unavailable: ${reason}. Try again.`);
}
