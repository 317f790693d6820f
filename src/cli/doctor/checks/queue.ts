import { type Check, type Finding, ok, warning } from '../check.js';

const RUNNER_SEEN_MS = 60_000;

/** No ingest is parked, and every running one has a worker. */
export const queue: Check = {
  name: 'queue',
  async run(machine) {
    const store = await machine.store();
    const counts = await store.ingests.counts();
    const { FAILED = 0, QUEUED = 0, RUNNING = 0, AWAITING_RUNNER = 0, atRunners, abandoned } = counts;
    const found: Finding[] = [];
    if (FAILED > 0)
      found.push(
        warning(
          `${FAILED} ingests are parked: they failed, and are not tried again automatically`,
          'probelog ingests shows why; fix that, then add --retry',
        ),
      );
    // While the doctor has an embedded database open, no worker can run: the next start takes these ingests up.
    if (abandoned > 0 && store.shared)
      found.push(
        warning(
          `${abandoned} ingests belong to workers that are gone; the next free worker takes them up`,
          'probelog worker, if none runs',
        ),
      );
    if (QUEUED > 0 && RUNNING - atRunners === abandoned)
      found.push(
        warning(`${QUEUED} ingests wait, but no worker is running`, 'probelog serve, or probelog worker'),
      );
    // Without a server, no runner can be seen.
    const isAlone = async () => (await store.runners.alive(RUNNER_SEEN_MS, { first: 1 })).length === 0;
    if (AWAITING_RUNNER > 0 && store.shared && (await isAlone()))
      found.push(
        warning(
          `${AWAITING_RUNNER} versions wait for a runner, and none was seen within the last minute`,
          'start a runner (docs/runners.md)',
        ),
      );
    return found.length > 0 ? found : ok(`${QUEUED} queued, ${RUNNING} running, none parked`);
  },
};
