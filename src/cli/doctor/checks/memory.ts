import { availableParallelism, totalmem } from 'node:os';
import { byteSize } from '../../output/formats.js';
import { type Check, type Finding, ok, warning } from '../check.js';

/** What the server, the search and the encoder take with a small gallery. */
const OWN_BYTES = 2 ** 30;

/** There is the memory that the settings allow models, and a core for each that is probed at once. */
export const memory: Check = {
  name: 'memory and cores',
  async run(machine) {
    const cores = availableParallelism();
    const total = availableMemory();
    const atOnce = machine.setting('ingestConcurrency');
    const each = machine.setting('modelMemoryBytes');
    const found: Finding[] = [];
    if (total < OWN_BYTES + atOnce * each)
      found.push(
        warning(
          `there are ${byteSize(total)}, and ${atOnce} models at once may take ${byteSize(each)} each, beside about ${byteSize(OWN_BYTES)} for the rest: a large one may have the system end processes`,
          `set PROBELOG_MODEL_MEMORY to ${Math.max(256, Math.floor((total - OWN_BYTES) / atOnce / 2 ** 20))}MiB, or give it more memory`,
        ),
      );
    if (atOnce > cores)
      found.push(
        warning(
          `${atOnce} models are probed at once by ${cores} cores, which takes longer than one after the other`,
          `set PROBELOG_INGEST_CONCURRENCY to ${cores} or less`,
        ),
      );
    return found.length > 0 ? found : ok(`${byteSize(total)}, ${cores} cores`);
  },
};

/** That of the machine, or of the container that this runs in. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
