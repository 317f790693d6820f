import { ProbelogError } from '../../errors/index.js';
import { chunks } from '../database/chunks.js';
import { isId, newId, validIds } from '../database/ids.js';
import type { Remembered, TableMemory } from '../database/table-memory.js';
import type { PrismaClient } from '../generated/client.js';
import type { ProbeRecord, ProbeSetRecord } from '../records.js';

const ROWS_PER_STATEMENT = 500;
/** Names that requests give and settings have. */
const MAX_NAMES = 100;
/** A set that another process removed is remembered here for this long at most. */
const SHARED_MS = 5_000;

/** A probe set to create. */
export interface NewProbeSet {
  name: string;
  digest: string;
  probes: Omit<ProbeRecord, 'id' | 'probeSetId' | 'position'>[];
}

/** Probe sets, their probes, and the embeddings of their images. */
export class ProbeSets {
  /** By name; the oldest one for null. */
  private readonly named: Remembered<string | null, ProbeSetRecord>;

  constructor(
    private readonly prisma: PrismaClient,
    memory: TableMemory,
  ) {
    this.named = memory.reader<string | null, ProbeSetRecord>({
      tables: ['probe_set'],
      max: MAX_NAMES,
      // A probe set never changes, and none takes the place of another; an unused one may be removed.
      sharedMs: SHARED_MS,
      keyOf: (name) => JSON.stringify(name),
      read: (names) => Promise.all(names.map((name) => (name === null ? this.oldest() : this.byName(name)))),
    });
  }

  /**
   * Creates a set, or returns the existing one with this name and these images.
   *
   * @throws ProbelogError PROBE_SET_EXISTS when a set with this name has other images
   */
  async create({ name, digest, probes }: NewProbeSet): Promise<ProbeSetRecord> {
    const existing = await this.byName(name);
    if (existing) return sameImages(existing, digest);
    const id = newId();
    const rows = probes.map((probe, position) => ({ ...probe, id: newId(), probeSetId: id, position }));
    try {
      const [created] = await this.prisma.$transaction([
        this.prisma.probeSet.create({ data: { id, name, digest, size: probes.length } }),
        ...chunks(rows, ROWS_PER_STATEMENT).map((data) => this.prisma.probe.createMany({ data })),
      ]);
      return created as ProbeSetRecord;
    } catch (thrown) {
      const rival = await this.byName(name);
      if (rival) return sameImages(rival, digest);
      throw thrown;
    }
  }

  /** Oldest first. */
  list(): Promise<ProbeSetRecord[]> {
    return this.prisma.probeSet.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  }

  async byId(id: string): Promise<ProbeSetRecord | null> {
    return (await this.byIds([id]))[0] ?? null;
  }

  byIds(ids: readonly string[]): Promise<ProbeSetRecord[]> {
    return this.prisma.probeSet.findMany({ where: { id: { in: validIds(ids) } } });
  }

  private oldest(): Promise<ProbeSetRecord | null> {
    return this.prisma.probeSet.findFirst({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
  }

  byName(name: string): Promise<ProbeSetRecord | null> {
    return this.prisma.probeSet.findUnique({ where: { name } });
  }

  /** The set with this name, or the oldest when no name is given; null when it does not exist. */
  async default(name?: string): Promise<ProbeSetRecord | null> {
    const [found] = await this.named([name ?? null]);
    return found;
  }

  /** The probes of a set, in order. */
  probes(probeSetId: string): Promise<ProbeRecord[]> {
    return this.prisma.probe.findMany({
      where: { probeSetId: isId(probeSetId) },
      orderBy: { position: 'asc' },
    });
  }

  /** Up to `first` probes of a set behind a position, in order. */
  probesAfter(
    probeSetId: string,
    { first, after = -1 }: { first: number; after?: number },
  ): Promise<ProbeRecord[]> {
    return this.prisma.probe.findMany({
      where: { probeSetId: isId(probeSetId), position: { gt: after } },
      orderBy: { position: 'asc' },
      take: first,
    });
  }

  probesByIds(ids: readonly string[]): Promise<ProbeRecord[]> {
    return this.prisma.probe.findMany({ where: { id: { in: validIds(ids) } } });
  }

  /** The probes at some positions of a set, in no order. */
  probesAt(probeSetId: string, positions: readonly number[]): Promise<ProbeRecord[]> {
    return this.prisma.probe.findMany({
      where: { probeSetId: isId(probeSetId), position: { in: [...positions] } },
    });
  }

  /** The blob with the image embeddings of a set under one encoder. */
  embedding(probeSetId: string, encoderId: string): Promise<{ digest: string; dimensions: number } | null> {
    return this.prisma.probeEmbedding.findUnique({
      where: { probeSetId_encoderId: { probeSetId, encoderId } },
      select: { digest: true, dimensions: true },
    });
  }

  /** The newest embeddings of a set's images, under whichever encoder; null when there are none yet. */
  latestEmbedding(probeSetId: string): Promise<{ digest: string; dimensions: number } | null> {
    return this.prisma.probeEmbedding.findFirst({
      where: { probeSetId: isId(probeSetId) },
      orderBy: { createdAt: 'desc' },
      select: { digest: true, dimensions: true },
    });
  }

  async saveEmbedding(
    probeSetId: string,
    encoderId: string,
    stored: { digest: string; dimensions: number },
  ): Promise<void> {
    await this.prisma.probeEmbedding.upsert({
      where: { probeSetId_encoderId: { probeSetId, encoderId } },
      create: { probeSetId, encoderId, ...stored },
      update: stored,
    });
  }

  /** @throws ProbelogError PROBE_SET_IN_USE when models were probed with it */
  async remove(id: string): Promise<void> {
    const { count } = await this.prisma.probeSet.deleteMany({
      where: { id: isId(id), models: { none: {} } },
    });
    if (count > 0) return;
    const models = await this.prisma.model.count({ where: { probeSetId: isId(id) } });
    if (models === 0) return;
    throw new ProbelogError(
      'PROBE_SET_IN_USE',
      `${models} models were probed with this set. Remove them first.`,
      { models },
    );
  }
}

function sameImages(existing: ProbeSetRecord, digest: string): ProbeSetRecord {
  if (existing.digest === digest) return existing;
  throw new ProbelogError(
    'PROBE_SET_EXISTS',
    `The probe set ${JSON.stringify(existing.name)} already exists with other images, and a probe set cannot be changed. Choose another name.`,
    { name: existing.name, digest: existing.digest },
  );
}
