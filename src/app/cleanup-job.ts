import { messageOf } from '../errors/index.js';
import { cleanUpWork } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import type { Store } from '../store/index.js';

const EVERY_MS = 3_600_000;

/** Removes what ingests left behind on disk, now and every hour. @returns ends that */
export function keepSwept(
  workFolder: string,
  { ingests }: Pick<Store, 'ingests'>,
  log: Log,
): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const sweep = () => {
    last = cleanUpWork(workFolder, ingests).then(
      (removed) => {
        if (removed > 0) log('info', 'what ingests left behind was removed', { ingests: removed });
      },
      (thrown) => log('warn', 'what ingests left behind cannot be removed', { reason: messageOf(thrown) }),
    );
  };
  sweep();
  const timer = setInterval(sweep, EVERY_MS);
  return () => {
    clearInterval(timer);
    return last;
  };
}
