import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { ModelStatus } from '../records.js';

/** Which models a list is about. */
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
  /** A tag that it has, with this value or any. */
  tag?: { key: string; value?: string };
  /** An alias that it has. */
  alias?: string;
  /** One of these, in any case. */
  licences?: string[];
  /** Bytes. */
  maxFileBytes?: number;
  minOutputs?: number;
  maxOutputs?: number;
  /** Least share of the probes that it was really shown, 0..1; a model that was never published has none. */
  minCoverage?: number;
}

/** The condition that a filter stands for. */
export function matching(filter: ModelFilter): Prisma.ModelWhereInput {
  const { text, status, probeSetId, name, registry, tag, alias, licences, minCoverage } = filter;
  const where: Prisma.ModelWhereInput = {
    status,
    registry,
    probeSetId: probeSetId === undefined ? undefined : isId(probeSetId),
    name: name === undefined ? filter.exactName : { ...containing(name), equals: filter.exactName },
    fileBytes:
      filter.maxFileBytes === undefined ? undefined : { lte: BigInt(Math.floor(filter.maxFileBytes)) },
    outputs: { gte: filter.minOutputs, lte: filter.maxOutputs },
    // The first logit stands for all: one look-up for each model instead of a pass over every logit.
    logits: minCoverage === undefined ? undefined : { some: { index: 0, coverage: { gte: minCoverage } } },
    tags: tag && { some: { key: tag.key, value: tag.value } },
    aliases: alias === undefined ? undefined : { some: { alias } },
    AND: licences && { OR: licences.map(underLicence) },
  };
  if (text === undefined) return where;
  const part = containing(text);
  return { ...where, OR: [{ name: part }, { version: part }, { logits: { some: { label: part } } }] };
}

function underLicence(licence: string): Prisma.ModelWhereInput {
  return { licence: { equals: escaped(licence), mode: 'insensitive' } };
}

function containing(text: string) {
  return { contains: escaped(text), mode: 'insensitive' as const };
}

/** Prisma makes a LIKE pattern of it without escaping what means something there. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
