import type { Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { downloadLimits } from './download-limits.js';
import { openReaders } from './open-registry-readers.js';

/** Whether a part of a registry's list can be read. */
export interface RegistryAccessCheck {
  registry: string;
  part: string;
  /** Null when it can. */
  problem: string | null;
}

const MAX_MS = 20_000;

/** Asks every registry that is to be listed for the beginning of its list. Nothing is kept of it. */
export async function checkRegistryAccess(config: Config): Promise<RegistryAccessCheck[]> {
  const readers = openReaders(config, downloadLimits(config));
  const parts = readers.flatMap(({ name, listing }) =>
    (listing?.parts ?? []).map((part) => ({ name, part })),
  );
  return Promise.all(
    parts.map(async ({ name: registry, part }) => {
      try {
        for await (const _ of part.versions(AbortSignal.timeout(MAX_MS))) break;
        return { registry, part: part.name, problem: null };
      } catch (thrown) {
        return { registry, part: part.name, problem: messageOf(thrown) };
      }
    }),
  );
}
