import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { normalizeConcept } from '../../text/index.js';
import type { ConceptRoot } from '../concept/concept-resolver.js';
import { subjectOf } from '../concept/concept-subject.js';
import { Concept } from '../concept/concept-type.js';
import { Gallery } from '../gallery/gallery-type.js';
import { Ingest, IngestConnection } from '../ingest/ingest-type.js';
import { Logit, LogitConnection } from '../logit/logit-type.js';
import { findModels } from '../model/find-models.js';
import { Model, ModelConnection } from '../model/model-type.js';
import { After, First } from '../pagination/page-arguments.js';
import { readCreated } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import { ProbeSet } from '../probe-set/probe-type.js';
import { logitConnection } from '../search/search-connections.js';
import type { Context } from './context.js';
import { IngestState, SearchMetric } from './enums.js';
import { keyOf, logitKeyOf } from './global-id.js';
import { ConceptInput, LogitFilter, ModelFilter } from './inputs.js';

@Resolver()
export class QueryResolver {
  @Query(() => LogitConnection, {
    description:
      'Logits that recognize a concept, an expression of several, or what a picture shows, whichever model they belong to.',
  })
  async logits(
    @Ctx() context: Context,
    @Arg('concept', () => String, {
      nullable: true,
      description: 'A word or short phrase, up to 300 characters.',
    })
    concept: string | null,
    @Arg('expression', () => ConceptInput, { nullable: true, description: 'Several concepts as one.' })
    expression: ConceptInput | null,
    @Arg('image', () => String, {
      nullable: true,
      description: 'A picture of what is looked for: the file in base64, or a data: URL; at most 10 MiB.',
    })
    image: string | null,
    @First() first: number,
    @After() after: string | null,
    @Arg('metric', () => SearchMetric, { defaultValue: SearchMetric.SCORE }) metric: SearchMetric,
    @Arg('filter', () => LogitFilter, { nullable: true }) filter: LogitFilter | null,
    @Arg('probeSet', () => ID, {
      nullable: true,
      description: 'The gallery to search; the default one when absent.',
    })
    probeSetId: string | null,
  ) {
    const probeSet = await findProbeSet(context, probeSetId);
    const subject = await subjectOf(context, { concept, expression, image }, probeSet);
    return logitConnection(context, probeSet, subject, { first, after, metric, filter });
  }

  @Query(() => ModelConnection, {
    description: 'With a concept: models that recognize it, best first. Without: all models, oldest first.',
  })
  models(
    @Ctx() context: Context,
    @Arg('concept', () => String, {
      nullable: true,
      description: 'A word or short phrase, up to 300 characters.',
    })
    concept: string | null,
    @Arg('concepts', () => [String], {
      nullable: true,
      description: 'Several, at most 20: models that know many of them, well, come first.',
    })
    concepts: string[] | null,
    @Arg('text', () => String, {
      nullable: true,
      description: 'Only models whose name, version or a label contains this, in any case.',
    })
    text: string | null,
    @First() first: number,
    @After() after: string | null,
    @Arg('filter', () => ModelFilter, { nullable: true }) filter: ModelFilter | null,
    @Arg('matching', () => LogitFilter, {
      nullable: true,
      description:
        'With a concept: which logits, and so which models, may be found. Refused without a concept, and with `modelText` beside `text`.',
    })
    matching: LogitFilter | null,
    @Arg('probeSet', () => ID, {
      nullable: true,
      description: 'With a concept: the gallery to search; the default one when absent.',
    })
    probeSetId: string | null,
  ) {
    return findModels(context, { concept, concepts, text, first, after, filter, matching, probeSetId });
  }

  @Query(() => Logit, { nullable: true, description: 'The logit with this id.' })
  logit(@Ctx() { loaders }: Context, @Arg('id', () => ID) id: string) {
    return loaders.logit.load(logitKeyOf(id));
  }

  @Query(() => Model, {
    nullable: true,
    description: 'The model with this id, or with this name and version. Give `id` or `name`.',
  })
  model(
    @Ctx() { loaders }: Context,
    @Arg('id', () => ID, { nullable: true }) id: string | null,
    @Arg('name', () => String, { nullable: true, description: 'Its exact name.' }) name: string | null,
    @Arg('version', () => String, {
      nullable: true,
      description: 'With `name`; when absent, the newest version that can be searched, or else the newest.',
    })
    version: string | null,
  ) {
    const isById = (id ?? null) !== null;
    if (isById === ((name ?? null) !== null) || (isById && (version ?? null) !== null)) {
      throw new ProbelogError('INPUT_INVALID', 'Give either id, or name and, if you like, version.', {
        arguments: ['id', 'name', 'version'],
      });
    }
    if (isById) return loaders.model.load(keyOf('Model', id ?? ''));
    return loaders.modelByKey.load({ name: name ?? '', ...(typeof version === 'string' && { version }) });
  }

  @Query(() => Concept, { description: 'Something that a text names, to be asked about.' })
  async concept(
    @Ctx() context: Context,
    @Arg('text', { description: 'A word or short phrase, up to 300 characters.' }) text: string,
    @Arg('probeSet', () => ID, { nullable: true, description: 'The default one when absent.' })
    probeSetId: string | null,
  ): Promise<ConceptRoot> {
    return { text: normalizeConcept(text), probeSet: await findProbeSet(context, probeSetId) };
  }

  @Query(() => Ingest, { nullable: true, description: 'The ingest with this id.' })
  ingest(@Ctx() { loaders }: Context, @Arg('id', () => ID) id: string) {
    return loaders.ingest.load(keyOf('Ingest', id));
  }

  @Query(() => IngestConnection, { description: 'Ingests, newest first.' })
  ingests(
    @Ctx() { store }: Context,
    @Arg('status', () => [IngestState], { nullable: true, description: 'Only those that stand here.' })
    states: IngestState[] | null,
    @Arg('registry', () => String, {
      nullable: true,
      description: 'Only of models that were registered as coming from exactly this registry.',
    })
    registry: string | null,
    @First() first: number,
    @After() after: string | null,
  ) {
    return readCreated(
      { first, after },
      {
        query: ['ingests', states, registry],
        read: (count, place) =>
          store.ingests.page({
            states: states ?? undefined,
            registry: registry ?? undefined,
            first: count,
            after: place,
          }),
      },
    );
  }

  @Query(() => [ProbeSet], { description: 'All probe sets, oldest first.' })
  probeSets(@Ctx() { store }: Context) {
    return store.probeSets.list();
  }

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
    if (!stats) throw new ProbelogError('SEARCH_UNAVAILABLE', 'This gallery is not open yet. Try again.');
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
