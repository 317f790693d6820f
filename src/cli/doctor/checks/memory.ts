import { availableParallelism, totalmem } from 'node:os';
import { byteSize } from '../../output/formats.js';
import { type Check, type Finding, ok, warning } from '../check.js';

/** Memory of the server, the search and the encoder with a small gallery. */
const OWN_BYTES = 2 ** 30;

/** There is as much memory as the settings allow models and the encoder, and a core for each concurrent model. */
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
          `there are ${byteSize(total)}, but ${atOnce} models at once may take ${byteSize(each)} each, in addition to about ${byteSize(OWN_BYTES)} for the rest: the system may kill processes when a model is large`,
          `set PROBELOG_MODEL_MEMORY to ${Math.max(256, Math.floor((total - OWN_BYTES) / atOnce / 2 ** 20))}MiB, or add memory`,
        ),
      );
    const encoder = machine.setting('textEncoderMemoryBytes');
    if (total < OWN_BYTES + encoder)
      found.push(
        warning(
          `there are ${byteSize(total)}, but the text encoder may take ${byteSize(encoder)}, in addition to about ${byteSize(OWN_BYTES)} for the rest: the system may kill processes before that limit ends it`,
          `set PROBELOG_TEXT_ENCODER_MEMORY to ${Math.max(256, Math.floor((total - OWN_BYTES) / 2 ** 20))}MiB, or add memory`,
        ),
      );
    if (atOnce > cores)
      found.push(
        warning(
          `${atOnce} models are probed at once on ${cores} cores, which is slower than one after another`,
          `set PROBELOG_INGEST_CONCURRENCY to ${cores} or less`,
        ),
      );
    return found.length > 0 ? found : ok(`${byteSize(total)}, ${cores} cores`);
  },
};

/** The memory of the machine, or of the container. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}
