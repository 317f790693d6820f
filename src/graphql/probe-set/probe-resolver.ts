import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { z } from 'zod';
import { allows } from '../../access/index.js';
import type { ProbeRecord, ProbeSetRecord } from '../../store/index.js';
import { After, First } from '../pagination/page-arguments.js';
import { readPage } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { globalId } from '../schema/global-id.js';
import { Probe, ProbeConnection, ProbeSet } from './probe-type.js';
import { thumbnailSize } from './thumbnail-size.js';

/** Principals whose credentials are in a header, which browsers do not send when they load an image. */
const WITH_HEADER = ['KEY', 'TOKEN'];

@Resolver(() => ProbeSet)
export class ProbeSetResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: ProbeSetRecord): string {
    return globalId('ProbeSet', id);
  }

  @FieldResolver(() => String, {
    description:
      'URL of the probe kit, relative to the server: all images as one tar archive; docs/any-framework.md.',
  })
  kitUrl(@Ctx() { basePath }: Context, @Root() { id }: ProbeSetRecord): string {
    return `${basePath}/probe-sets/${globalId('ProbeSet', id)}/kit.tar`;
  }

  @FieldResolver(() => ProbeConnection, { description: 'Its probes, in their order.' })
  async probes(
    @Ctx() { store, cursors }: Context,
    @Root() { id, size }: ProbeSetRecord,
    @First() first: number,
    @After() after: string | null,
  ) {
    const probes = await readPage(
      cursors,
      { first, after },
      {
        query: ['probeSet.probes', id],
        place: z.int().min(0),
        placeOf: ({ position }) => position,
        read: (count, place) => store.probeSets.probesAfter(id, { first: count, after: place }),
      },
    );
    return { ...probes, totalCount: size };
  }

  @Query(() => [ProbeSet], { description: 'All probe sets, oldest first.' })
  probeSets(@Ctx() { store }: Context) {
    return store.probeSets.list();
  }
}

@Resolver(() => Probe)
export class ProbeResolver {
  @FieldResolver(() => ID)
  id(@Root() { id }: ProbeRecord): string {
    return globalId('Probe', id);
  }

  @FieldResolver(() => String, {
    description:
      'URL of the image, relative to the server. For callers with a key or token it is signed: browsers can show it without them for at least a day, and cache it, because it stays the same until midnight UTC.',
  })
  url(
    @Ctx() { basePath, principal, imageLinks }: Context,
    @Root() record: ProbeRecord,
    @Arg('size', () => Int, {
      nullable: true,
      description:
        'Pixels of the longer edge: 64, 128 or 256, for a thumbnail as WebP, which is never larger than the image. The image as it is stored when absent.',
    })
    size: number | null,
  ): string {
    const id = globalId('Probe', record.id);
    const isSigned = WITH_HEADER.includes(principal.kind) && allows(principal, ['READ']);
    const query = isSigned ? imageLinks.sign(id) : '';
    const pixels =
      (size ?? null) === null ? '' : `${query === '' ? '?' : '&'}size=${thumbnailSize(size ?? 0)}`;
    return `${basePath}/probes/${id}${query}${pixels}`;
  }
}
