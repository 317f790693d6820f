import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import type { Context } from '../schema/context.js';
import { Gallery } from './gallery-type.js';

@Resolver()
export class GalleryResolver {
  @Query(() => Gallery, { description: 'The state of a gallery.' })
  async gallery(
    @Ctx() context: Context,
    @Arg('probeSet', () => ID, { nullable: true, description: 'The default one when absent.' })
    probeSetId: string | null,
  ): Promise<Omit<Gallery, 'probeSet'> & { probeSet: unknown }> {
    const probeSet = await findProbeSet(context, probeSetId);
    const [stats, coverage] = await Promise.all([
      context.search.stats(probeSet.id),
      context.store.models.galleryCoverage(probeSet.id),
    ]);
    if (!stats) throw new ProbelogError('SEARCH_UNAVAILABLE', 'This gallery is still opening. Try again.');
    return {
      probeSet,
      models: stats.models,
      logits: stats.logits,
      degenerate: stats.degenerate,
      ...coverage,
      prior: stats.prior && { ...stats.prior, budget: context.ingest.earnedBudget(stats.prior) },
      index: {
        kind: stats.index as Gallery['index']['kind'],
        faissAvailable: stats.faissAvailable,
        basisVersion: stats.basis?.version ?? null,
        rank: stats.basis?.rank ?? null,
        rebuilding: stats.rebuilding,
      },
    };
  }
}
