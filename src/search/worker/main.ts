import { ProbelogError } from '../../errors/index.js';
import { CANCELLABLE, type SearchCalls, type WorkerReply, type WorkerRequest } from '../protocol.js';
import { SearchWorker } from './search-worker.js';

/** The search's own process: answers calls of its parent and ends with it, after background work has stopped. */
const search = new SearchWorker();

const controllers = new Map<number, AbortController>();

process.on('message', async (request: WorkerRequest) => {
  if ('cancel' in request) {
    controllers.get(request.cancel)?.abort();
    return;
  }
  const { id, method, args } = request;
  try {
    const value = await (search[method] as (...given: unknown[]) => unknown).call(
      search,
      ...args,
      ...signalFor(id, method),
    );
    reply({ id, value });
  } catch (thrown) {
    const code = thrown instanceof ProbelogError ? thrown.code : null;
    reply({ id, error: { code, message: thrown instanceof Error ? thrown.message : String(thrown) } });
  } finally {
    controllers.delete(id);
  }
});

function signalFor(id: number, method: keyof SearchCalls): AbortSignal[] {
  if (!CANCELLABLE.has(method)) return [];
  const controller = new AbortController();
  controllers.set(id, controller);
  return [controller.signal];
}

function reply(message: WorkerReply): void {
  if (process.connected) process.send?.(message);
}

process.on('disconnect', () => {
  search.stop();
  process.exit();
});
