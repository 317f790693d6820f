import { ProbelogError } from '../../errors/index.js';
import type { SearchReply, SearchRequest } from '../protocol.js';
import { SearchProcess } from './search-process.js';

/** The search's own process: answers calls of its parent and ends with it, after background work has stopped. */
const search = new SearchProcess();

process.on('message', async ({ id, method, args }: SearchRequest) => {
  try {
    const value = await (search[method] as (...given: unknown[]) => unknown)(...args);
    reply({ id, value });
  } catch (thrown) {
    const code = thrown instanceof ProbelogError ? thrown.code : null;
    reply({ id, error: { code, message: thrown instanceof Error ? thrown.message : String(thrown) } });
  }
});

function reply(message: SearchReply): void {
  if (process.connected) process.send?.(message);
}

process.on('disconnect', () => {
  search.stop();
  process.exit();
});
