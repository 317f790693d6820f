import { type Check, type Finding, ok, warning } from '../check.js';

/** No ingest has been given up, and every one that runs has a worker. */
export const queue: Check = {
  name: 'queue',
  async run(machine) {
    const store = await machine.store();
    const { FAILED = 0, QUEUED = 0, RUNNING = 0, abandoned } = await store.ingests.counts();
    const found: Finding[] = [];
    if (FAILED > 0)
      found.push(
        warning(
          `${FAILED} ingests are parked: they failed, and are not tried again by themselves`,
          'probelog ingests, which tells why; and --retry, when that is mended',
        ),
      );
    // In an embedded database nobody can be at work while we look: the next start takes all of them up.
    if (abandoned > 0 && store.shared)
      found.push(
        warning(
          `${abandoned} ingests belong to workers that are gone; the next free one takes them up`,
          'probelog worker, if none runs',
        ),
      );
    if (QUEUED > 0 && RUNNING === abandoned)
      found.push(
        warning(`${QUEUED} ingests wait and nobody is at work`, 'probelog serve, or probelog worker'),
      );
    return found.length > 0 ? found : ok(`${QUEUED} wait, ${RUNNING} run, none is parked`);
  },
};
