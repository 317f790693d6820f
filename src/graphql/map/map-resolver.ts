import { Arg, Ctx, ID, Int, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import type { MapPage } from '../../search/index.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import type { Context } from '../schema/context.js';
import { globalId } from '../schema/global-id.js';
import { GalleryMap } from './map-type.js';

/** 320 KB. */
const MAX_POINTS = 20_000;
const POINT_BYTES = 16;

@Resolver()
export class MapResolver {
  @Query(() => GalleryMap, { description: 'A page of the map of a gallery.' })
  async galleryMap(
    @Ctx() context: Context,
    @Arg('probeSet', () => ID, { nullable: true, description: 'The default one when absent.' })
    probeSet: string | null,
    @Arg('from', () => Int, { defaultValue: 0, description: 'How many points come before the page.' })
    from: number,
    @Arg('count', () => Int, {
      defaultValue: MAX_POINTS,
      description: `Points of the page, at most ${MAX_POINTS}.`,
    })
    count: number,
  ) {
    if (from < 0 || count < 1 || count > MAX_POINTS)
      throw new ProbelogError('INPUT_INVALID', `from must be at least 0, and count from 1 to ${MAX_POINTS}.`);
    const { id } = await findProbeSet(context, probeSet);
    const page = await context.search.map(id, { from, first: count });
    return {
      ...page,
      models: page.modelIds.map((model) => globalId('Model', model)),
      points: encoded(page).toString('base64'),
    };
  }
}

function encoded({ points, models, indexes }: MapPage): Buffer {
  const bytes = Buffer.alloc(POINT_BYTES * models.length);
  for (let i = 0; i < models.length; i++) {
    bytes.writeFloatLE(points[2 * i], POINT_BYTES * i);
    bytes.writeFloatLE(points[2 * i + 1], POINT_BYTES * i + 4);
    bytes.writeUInt32LE(models[i], POINT_BYTES * i + 8);
    bytes.writeUInt32LE(indexes[i], POINT_BYTES * i + 12);
  }
  return bytes;
}
