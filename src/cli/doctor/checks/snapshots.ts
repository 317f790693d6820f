import { join } from 'node:path';
import { type Check, type Finding, ok, warning } from '../check.js';

/** The search rebuilds a snapshot when this share of the gallery has changed. */
const STALE_SHARE = 0.25;

/** Snapshots are readable and match the gallery. Others are rebuilt automatically. */
export const snapshots: Check = {
  name: 'search snapshots',
  async run(machine) {
    const { inspectSnapshots } = await import('../../../search/index.js');
    const looks = await inspectSnapshots(join(machine.dataFolder, 'search'));
    const kept = looks.filter(({ logits, problem }) => logits !== null || problem !== null);
    if (kept.length === 0) return ok('none; galleries below 200 logits need none');
    const store = await machine.store();
    const found: Finding[] = [];
    for (const { folder, probeSetId, logits, problem } of kept) {
      if (problem !== null) {
        found.push(
          warning(
            `search/${folder} cannot be read, so the next start rebuilds it, which takes a while: ${problem}`,
            'start the server',
          ),
        );
        continue;
      }
      const models = await store.models.searchable(probeSetId);
      const now = models.reduce((sum, { outputs }) => sum + outputs, 0);
      const of = logits ?? 0;
      found.push(
        Math.abs(now - of) > of * STALE_SHARE
          ? warning(
              `search/${folder} was built from ${of} logits, but there are ${now}, so the next start rebuilds it`,
              'start the server',
            )
          : ok(`search/${folder}: built from ${of} of ${now} logits`),
      );
    }
    return found;
  },
};
