import { INTERNAL_VIEWER, type Viewer } from '../access/viewer.js';
import { isId, newId } from '../database/ids.js';
import type { PrismaClient } from '../generated/client.js';
import type { RunnerRecord } from '../records.js';

/** A runner that announces itself. */
export type NewRunner = Pick<RunnerRecord, 'name' | 'flavors' | 'software'>;

/** Records of runners that were not seen for so long are removed. */
const KEPT_MS = 86_400_000;
/** A runner that was not seen for so long has lost its claims: another one may take its name. */
const GONE_MS = 60_000;
/** More than any fleet has; an actor has no more. */
const MAX_PER_ACTOR = 200;

/** A place in the order by name; its id is a valid UUID. */
export type NamePosition = Pick<RunnerRecord, 'name' | 'id'>;

/** Programs elsewhere that run models which are not ONNX. */
export class Runners {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly viewer: Viewer = INTERNAL_VIEWER,
  ) {}

  /** Records a runner for the viewer's actor. It replaces one of the same name that is gone, and the oldest of too many. */
  async announce(runner: NewRunner): Promise<RunnerRecord> {
    const { actor } = this;
    const before = (ms: number) => ({ lt: new Date(Date.now() - ms) });
    await this.prisma.runner.deleteMany({
      where: {
        OR: [{ lastSeenAt: before(KEPT_MS) }, { actor, name: runner.name, lastSeenAt: before(GONE_MS) }],
      },
    });
    const surplus = await this.prisma.runner.findMany({
      where: { actor },
      orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
      skip: MAX_PER_ACTOR - 1,
      select: { id: true },
    });
    await this.prisma.runner.deleteMany({ where: { id: { in: surplus.map(({ id }) => id) } } });
    return this.prisma.runner.create({ data: { ...runner, id: newId(), actor } });
  }

  /** A runner of the viewer's actor; null when it has none with this id. */
  async own(id: string): Promise<RunnerRecord | null> {
    return this.prisma.runner.findFirst({ where: { id: isId(id), actor: this.actor } });
  }

  /** Records that a runner lives. */
  async seen(id: string): Promise<void> {
    await this.prisma.$executeRaw`UPDATE "runner" SET "last_seen_at" = now() WHERE "id" = ${id}::uuid`;
  }

  /** Runners that were seen within the last `ms` milliseconds, by name. */
  async alive(
    ms: number,
    { first, after }: { first: number; after?: NamePosition },
  ): Promise<RunnerRecord[]> {
    const since = new Date(Date.now() - ms);
    return this.prisma.runner.findMany({
      where: {
        lastSeenAt: { gte: since },
        ...(after && {
          OR: [{ name: { gt: after.name } }, { name: after.name, id: { gt: after.id } }],
        }),
      },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: first,
    });
  }

  private get actor(): string {
    return this.viewer.actor?.name ?? '';
  }
}
