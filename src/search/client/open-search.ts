import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { childEnvironment } from '../../lib/child-environment.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { callsToProcess, type WorkerCalls } from '../../lib/worker-calls.js';
import type { SearchCalls } from '../protocol.js';
import type {
  SearchModel,
  SearchProbeSet,
  SearchSettings,
  SyncReport,
  UnreadableModel,
} from '../search-query.js';

type AsyncMethods<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
};

/** The galleries of all probe sets, searched in a separate process. */
export interface Search extends Omit<AsyncMethods<SearchCalls>, 'open' | 'sync'> {
  /** @returns null when no process runs that has to learn it; see `SearchOptions.onDemand` */
  sync(...args: Parameters<SearchCalls['sync']>): Promise<SyncReport | null>;
  /** The models that the galleries leave out, as of the last sync of each. */
  unreadable(): UnreadableModel[];
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
  /** Called when models are left out that were not before. */
  onUnreadable?(models: UnreadableModel[]): void;
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
  onUnreadable,
}: SearchOptions): Promise<Search> {
  await mkdir(folder, { recursive: true });
  let running: Promise<Worker> | undefined;
  let closed = false;
  /** By probe set. */
  const unreadable = new Map<string, UnreadableModel[]>();

  function record(probeSetId: string, report: SyncReport): SyncReport {
    for (const sentence of report.rebuilt) log(sentence);
    const before = new Set(
      unreadable.get(probeSetId)?.map(({ modelId, problem }) => `${modelId} ${problem}`),
    );
    unreadable.set(probeSetId, report.unreadable);
    const found = report.unreadable.filter(({ modelId, problem }) => !before.has(`${modelId} ${problem}`));
    if (found.length > 0) onUnreadable?.(found);
    return report;
  }

  function forget(probeSetId: string, modelId: string): void {
    const left = unreadable.get(probeSetId)?.filter((model) => model.modelId !== modelId);
    if (left) unreadable.set(probeSetId, left);
  }

  function forkProcess(): Worker {
    const child = fork(compiledEntry(import.meta.url, '../worker/main.js'), [], {
      env: childEnvironment(VARIABLES),
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
        record(probeSet.id, await worker.calls.call('sync', [probeSet, models]));
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
  ): Promise<Awaited<ReturnType<SearchCalls[Name]>> | null> {
    return onDemand && !running ? null : call(method, args);
  }

  if (!onDemand) {
    running = start();
    await running;
  }
  return {
    async sync(probeSet, models) {
      const report = await change('sync', [probeSet, models]);
      return report && record(probeSet.id, report);
    },
    unreadable: () => [...unreadable.values()].flat(),
    async add(probeSet, model) {
      await change('add', [probeSet, model]);
      forget(probeSet.id, model.modelId);
      return undefined;
    },
    async remove(probeSetId, modelId) {
      await change('remove', [probeSetId, modelId]);
      forget(probeSetId, modelId);
      return undefined;
    },
    search: (probeSetId, request, signal) => call('search', [probeSetId, request], signal),
    searchModels: (probeSetId, request, signal) => call('searchModels', [probeSetId, request], signal),
    descriptor: (...args) => call('descriptor', args),
    similarity: (...args) => call('similarity', args),
    matches: (probeSetId, modelId, otherModelId, signal) =>
      call('matches', [probeSetId, modelId, otherModelId], signal),
    names: (probeSetId, request, signal) => call('names', [probeSetId, request], signal),
    stats: (...args) => call('stats', args),
    map: (...args) => call('map', args),
    prior: (...args) => call('prior', args),
    settled: async () => void (await change('settled', [])),
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
