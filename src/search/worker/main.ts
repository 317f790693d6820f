import { serveProcess } from '../../lib/worker-calls.js';
import { SearchWorker } from './search-worker.js';

/** The search worker ends with its parent, after it has stopped background work. */
const search = new SearchWorker();
serveProcess(search);
process.on('disconnect', () => {
  search.stop();
  process.exit();
});
