import type { Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { downloadLimits, openReaders } from './open-sources.js';

/** Whether one part of a registry can be listed. */
export interface RegistryAccessCheck {
  registry: string;
  part: string;
  /** Null when it can be listed. */
  problem: string | null;
}

const MAX_MS = 20_000;

/** Reads the first entry of every part of every registry that can be listed, to check addresses and credentials. */
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
