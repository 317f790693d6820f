import { type Check, type Finding, ok, warning } from '../check.js';

/** No ingest is parked, and every running one has a worker. */
export const queue: Check = {
  name: 'queue',
  async run(machine) {
    const store = await machine.store();
    const { FAILED = 0, QUEUED = 0, RUNNING = 0, abandoned } = await store.ingests.counts();
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
    if (QUEUED > 0 && RUNNING === abandoned)
      found.push(
        warning(`${QUEUED} ingests wait, but no worker is running`, 'probelog serve, or probelog worker'),
      );
    return found.length > 0 ? found : ok(`${QUEUED} queued, ${RUNNING} running, none parked`);
  },
};
