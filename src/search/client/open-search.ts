import { type ChildProcess, fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { ProbelogError } from '../../errors/index.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { callsToProcess, type WorkerCalls } from '../../lib/worker-calls.js';
import type { SearchCalls } from '../protocol.js';
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

/** A running search worker. */
interface Worker {
  child: ChildProcess;
  calls: WorkerCalls<SearchCalls>;
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
  /** What the galleries must hold: probe set → model → model. */
  const wanted = new Map<string, { probes: number; models: Map<string, SearchModel> }>();
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
    const calls = callsToProcess<SearchCalls>(child, () => unavailable('it cannot be reached'));
    child.on('exit', (code, signal) => {
      running = undefined;
      if (!closed) log(`the search process ended (${signal ?? code}); it starts again at the next call`);
      calls.failAll(unavailable('its process ended'));
    });
    return { child, calls };
  }

  async function start(): Promise<Worker> {
    const worker = forkProcess();
    const { faissProblem } = await worker.calls.call('open', [{ folder, settings }]);
    if (faissProblem) log(`FAISS cannot be loaded, galleries are scanned exactly instead: ${faissProblem}`);
    for (const [id, { probes, models }] of wanted) {
      await worker.calls.call('sync', [{ id, probes }, [...models.values()]]);
    }
    return worker;
  }

  async function call<Name extends keyof SearchCalls>(
    method: Name,
    args: Parameters<SearchCalls[Name]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<SearchCalls[Name]>>> {
    if (closed) throw unavailable('it is closed');
    running ??= start();
    const { calls } = await running;
    return calls.call(method, args, { signal });
  }

  running = start();
  await running;
  return {
    sync(probeSet, models) {
      wanted.set(probeSet.id, {
        probes: probeSet.probes,
        models: new Map(models.map((model) => [model.modelId, model])),
      });
      return call('sync', [probeSet, models]);
    },
    async add(probeSet, model) {
      await call('add', [probeSet, model]);
      const gallery = wanted.get(probeSet.id) ?? { probes: probeSet.probes, models: new Map() };
      gallery.models.set(model.modelId, model);
      wanted.set(probeSet.id, gallery);
      return undefined;
    },
    async remove(probeSetId, modelId) {
      wanted.get(probeSetId)?.models.delete(modelId);
      return call('remove', [probeSetId, modelId]);
    },
    search: (probeSetId, query, signal) => call('search', [probeSetId, query], signal),
    searchModels: (probeSetId, query, signal) => call('searchModels', [probeSetId, query], signal),
    descriptor: (...args) => call('descriptor', args),
    similarity: (...args) => call('similarity', args),
    names: (probeSetId, query, signal) => call('names', [probeSetId, query], signal),
    stats: (...args) => call('stats', args),
    prior: (...args) => call('prior', args),
    settled: () => call('settled', []),
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
  return new ProbelogError('SEARCH_UNAVAILABLE', `The search process does not answer: ${reason}. Try again.`);
}
