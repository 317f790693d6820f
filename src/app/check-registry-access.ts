import type { Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import type { ListingPart } from '../registries/index.js';
import { downloadLimits } from './open-sources.js';
import { openReaders } from './registry-connections.js';

/** Whether one part of a registry can be listed. */
export interface RegistryAccessCheck {
  registry: string;
  part: string;
  /** Null when it can be listed. */
  problem: string | null;
}

const MAX_MS = 20_000;

/** Whether the settings name a registry that can be listed. */
export function hasListedRegistry(config: Config): boolean {
  return listedParts(config).length > 0;
}

/** Reads the first entry of every part of every registry that can be listed, to check addresses and credentials. */
export async function checkRegistryAccess(config: Config): Promise<RegistryAccessCheck[]> {
  return Promise.all(
    listedParts(config).map(async ({ name: registry, part }) => {
      try {
        for await (const _ of part.versions(AbortSignal.timeout(MAX_MS))) break;
        return { registry, part: part.name, problem: null };
      } catch (thrown) {
        return { registry, part: part.name, problem: messageOf(thrown) };
      }
    }),
  );
}

function listedParts(config: Config): { name: string; part: ListingPart }[] {
  return openReaders(config, downloadLimits(config)).flatMap(({ name, listing }) =>
    (listing?.parts ?? []).map((part) => ({ name, part })),
  );
}
