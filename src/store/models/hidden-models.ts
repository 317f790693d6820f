import type { VisibilityScope } from '../access/viewer.js';
import type { Remembered, TableMemory } from '../database/table-memory.js';
import type { PrismaClient } from '../generated/client.js';

/** Sets of labels to remember: one for each kind of key or token. */
const MAX_SCOPES = 1_000;

/**
 * The ids of the models that viewers do not see, by their visibility scope. Where another server may make a model private,
 * each search asks for them.
 */
export function openHiddenModels(
  prisma: PrismaClient,
  memory: TableMemory,
): Remembered<VisibilityScope, readonly string[]> {
  const hiddenFrom = async (scope: VisibilityScope) => {
    if (scope === 'ALL') return [];
    const rows = await prisma.model.findMany({
      where: { visibility: { not: null, notIn: [...scope] } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  };
  return memory.reader<VisibilityScope, readonly string[]>({
    tables: ['model'],
    max: MAX_SCOPES,
    keyOf: (scope) => JSON.stringify(scope),
    read: (scopes) => Promise.all(scopes.map(hiddenFrom)),
  });
}
