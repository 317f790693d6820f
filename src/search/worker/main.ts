import { serveProcess } from '../../lib/worker-calls.js';
import { SearchProcess } from './search-process.js';

/** The search worker ends with its parent, after it has stopped background work. */
const search = new SearchProcess();
serveProcess(search);
process.on('disconnect', () => {
  search.stop();
  process.exit();
});
