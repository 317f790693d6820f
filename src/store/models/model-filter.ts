import { isId, validIds } from '../database/ids.js';
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
  /** One of these; '' for models that were registered directly. */
  registries?: string[];
  ids?: string[];
  excludedIds?: string[];
  /** Whether it can be searched. */
  searchable?: boolean;
  /** A tag of the model, with this value or any. */
  tag?: { key: string; value?: string };
  /** An alias of the model. */
  alias?: string;
  /** One of these, in any case; '' for models without one. */
  licenses?: string[];
  /** Bytes. */
  minFileBytes?: number;
  maxFileBytes?: number;
  minOutputs?: number;
  maxOutputs?: number;
  /** Minimum coverage, 0..1; models that were never published do not match. */
  minCoverage?: number;
}

type Values = Required<ModelFilter>;
type Conditions = { [Name in keyof Values]: (value: Values[Name]) => Prisma.ModelWhereInput };

const CONDITIONS: Conditions = {
  text: (text) => {
    const part = containing(text);
    return { OR: [{ name: part }, { version: part }, { logits: { some: { label: part } } }] };
  },
  status: (status) => ({ status }),
  probeSetId: (probeSetId) => ({ probeSetId: isId(probeSetId) }),
  name: (name) => ({ name: containing(name) }),
  exactName: (name) => ({ name }),
  registry: (registry) => ({ registry }),
  registries: (registries) => ({
    OR: [{ registry: { in: registries } }, ...(registries.includes('') ? [{ registry: null }] : [])],
  }),
  ids: (ids) => ({ id: { in: validIds(ids) } }),
  excludedIds: (ids) => ({ id: { notIn: validIds(ids) } }),
  searchable: (isSearchable) => (isSearchable ? { status: 'READY' } : { NOT: { status: 'READY' } }),
  tag: ({ key, value }) => ({ tags: { some: { key, value } } }),
  alias: (alias) => ({ aliases: { some: { alias } } }),
  licenses: (licenses) => ({ OR: licenses.map(hasLicense) }),
  minFileBytes: (bytes) => ({ fileBytes: { gte: BigInt(Math.ceil(bytes)) } }),
  maxFileBytes: (bytes) => ({ fileBytes: { lte: BigInt(Math.floor(bytes)) } }),
  minOutputs: (outputs) => ({ outputs: { gte: outputs } }),
  maxOutputs: (outputs) => ({ outputs: { lte: outputs } }),
  // All logits of a model have the same coverage, so the first one is enough.
  minCoverage: (share) => ({ logits: { some: { index: 0, coverage: { gte: share } } } }),
};

/** The filter as a database condition. */
export function matching(filter: ModelFilter): Prisma.ModelWhereInput {
  return { AND: (Object.keys(CONDITIONS) as (keyof ModelFilter)[]).map((name) => conditionOf(filter, name)) };
}

function conditionOf<Name extends keyof Values>(
  filter: { [Given in Name]?: Values[Given] },
  name: Name,
): Prisma.ModelWhereInput {
  const value = filter[name];
  return value === undefined ? {} : CONDITIONS[name](value);
}

function hasLicense(license: string): Prisma.ModelWhereInput {
  if (license === '') return { license: null };
  return { license: { equals: escaped(license), mode: 'insensitive' } };
}

function containing(text: string) {
  return { contains: escaped(text), mode: 'insensitive' as const };
}

/** Prisma uses the text as a LIKE pattern without escaping its wildcards. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
