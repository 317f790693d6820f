import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { ModelStatus } from '../records.js';

/** Conditions on models; all of them must hold. */
export interface ModelFilter {
  /** Part of the name, the version or a label, in any case. */
  text?: string;
  status?: ModelStatus;
  probeSetId?: string;
  /** Part of the name alone, in any case. */
  name?: string;
  /** The whole name. */
  exactName?: string;
  registry?: string;
  /** A tag of the model, with this value or any. */
  tag?: { key: string; value?: string };
  /** An alias of the model. */
  alias?: string;
  /** One of these, in any case. */
  licenses?: string[];
  /** Bytes. */
  maxFileBytes?: number;
  minOutputs?: number;
  maxOutputs?: number;
  /** Minimum coverage, 0..1; models that were never published do not match. */
  minCoverage?: number;
}

/** The filter as a database condition. */
export function matching(filter: ModelFilter): Prisma.ModelWhereInput {
  const { text, status, probeSetId, name, registry, tag, alias, licenses, minCoverage } = filter;
  const where: Prisma.ModelWhereInput = {
    status,
    registry,
    probeSetId: probeSetId === undefined ? undefined : isId(probeSetId),
    name: name === undefined ? filter.exactName : { ...containing(name), equals: filter.exactName },
    fileBytes:
      filter.maxFileBytes === undefined ? undefined : { lte: BigInt(Math.floor(filter.maxFileBytes)) },
    outputs: { gte: filter.minOutputs, lte: filter.maxOutputs },
    // All logits of a model have the same coverage, so the first one is enough.
    logits: minCoverage === undefined ? undefined : { some: { index: 0, coverage: { gte: minCoverage } } },
    tags: tag && { some: { key: tag.key, value: tag.value } },
    aliases: alias === undefined ? undefined : { some: { alias } },
    AND: licenses && { OR: licenses.map(hasLicense) },
  };
  if (text === undefined) return where;
  const part = containing(text);
  return { ...where, OR: [{ name: part }, { version: part }, { logits: { some: { label: part } } }] };
}

function hasLicense(license: string): Prisma.ModelWhereInput {
  return { license: { equals: escaped(license), mode: 'insensitive' } };
}

function containing(text: string) {
  return { contains: escaped(text), mode: 'insensitive' as const };
}

/** Prisma uses the text as a LIKE pattern without escaping its wildcards. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
