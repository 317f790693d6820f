import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { z } from 'zod';
import { EXTERNAL_SOURCE, type ModelRecord } from '../../store/index.js';
import { conceptSubject } from '../concept/concept-subject.js';
import { Logit, ModelLogitConnection } from '../logit/logit-type.js';
import { Recognition } from '../logit/recognition.js';
import { After, First } from '../pagination/page-arguments.js';
import { type PageArguments, readPage } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import { Probing } from '../probe-set/probing-type.js';
import type { Context } from '../schema/context.js';
import { ExpectedAccuracyReason } from '../schema/enums.js';
import { globalId } from '../schema/global-id.js';
import { logitConnection } from '../search/search-connections.js';
import { modelSummary } from './model-summary.js';
import { Model, ModelTag } from './model-type.js';
import { versionResolver } from './version-resolver.js';

@Resolver(() => Model)
export class ModelResolver extends versionResolver(Model) {
  /** A source may be a signed URL: what could let others in is not shown. */
  @FieldResolver(() => String)
  source(@Root() { source }: ModelRecord): string {
    if (!/^https?:/i.test(source) || !URL.canParse(source)) return source;
    const { origin, pathname } = new URL(source);
    return origin + pathname;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Where its responses are sent to by PUT, relative to the server (docs/any-framework.md); null when it is probed here.',
  })
  responsesUrl(@Ctx() { basePath }: Context, @Root() { id, source }: ModelRecord): string | null {
    return source === EXTERNAL_SOURCE ? `${basePath}/models/${globalId('Model', id)}/responses` : null;
  }

  @FieldResolver(() => [ModelTag], { description: 'Its tags in the registry that it came from, by key.' })
  async tags(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord): Promise<ModelTag[]> {
    const notes = await loaders.notes.load(id);
    return Object.entries(notes?.tags ?? {}).map(([key, value]) => ({ key, value }));
  }

  @FieldResolver(() => [String], { description: 'Its aliases in the registry that it came from.' })
  async aliases(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord): Promise<readonly string[]> {
    return (await loaders.notes.load(id))?.aliases ?? [];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'What it recognizes, as one paragraph for a model card, from its responses alone; null before it is searchable.',
  })
  async summary(@Ctx() { search, concepts }: Context, @Root() { id, status, probeSetId }: ModelRecord) {
    if (status !== 'READY') return null;
    const { names, path } = await concepts.vocabulary({ id: probeSetId });
    const named = await search.names(probeSetId, { modelId: id, vocabularyPath: path, first: 1 });
    if (named.length === 0) return null;
    return modelSummary(
      named.map((list) => list && { text: names[list[0].name], confidence: list[0].confidence }),
    );
  }

  @FieldResolver(() => ModelLogitConnection, {
    description:
      'With a concept: those of its logits that recognize it, best first. Without: all, in output order.',
  })
  async logits(
    @Ctx() context: Context,
    @Root() model: ModelRecord,
    @Arg('concept', () => String, {
      nullable: true,
      description: 'A word or short phrase, up to 300 characters.',
    })
    concept: string | null,
    @First() first: number,
    @After() after: string | null,
  ) {
    const page = { first, after };
    return concept === null || concept === undefined
      ? allLogits(context, model, page)
      : recognizingLogits(context, model, concept, page);
  }

  @FieldResolver(() => Logit, {
    nullable: true,
    description: 'Its logit with this index; null when it has no such output, or was not probed yet.',
  })
  logit(
    @Ctx() { loaders }: Context,
    @Root() { id: modelId }: ModelRecord,
    @Arg('index', () => Int, { description: "Place among the model's outputs, from 0." }) index: number,
  ) {
    return loaders.logit.load({ modelId, index });
  }

  @FieldResolver(() => Recognition, {
    nullable: true,
    description:
      'How well it recognizes a concept, by the first of `logits(concept:)`; null when none of its logits can be searched.',
  })
  async recognises(
    @Ctx() context: Context,
    @Root() model: ModelRecord,
    @Arg('concept', () => String, { description: 'A word or short phrase, up to 300 characters.' })
    concept: string,
  ) {
    const { edges } = await recognizingLogits(context, model, concept, { first: 1 });
    return edges.map(({ node, ...match }) => ({ ...match, bestLogit: node })).at(0) ?? null;
  }

  @FieldResolver(() => Probing, { description: 'What probing made of it.' })
  probing(@Root() model: ModelRecord): ModelRecord {
    return model;
  }
}

async function allLogits({ store }: Context, { id, outputs }: ModelRecord, page: PageArguments) {
  const logits = await readPage(page, {
    query: ['model.logits', id],
    place: z.int().min(0),
    placeOf: ({ index }) => index,
    read: (count, place) => store.logits.page(id, { first: count, after: place }),
  });
  const edges = logits.edges.map((edge) => ({
    ...edge,
    expectedAccuracyReason: ExpectedAccuracyReason.NO_CONCEPT,
  }));
  return { ...logits, edges, totalCount: outputs ?? 0 };
}

async function recognizingLogits(context: Context, model: ModelRecord, concept: string, page: PageArguments) {
  const probeSet = await findProbeSet(context, globalId('ProbeSet', model.probeSetId));
  const subject = await conceptSubject(context, concept, probeSet);
  const filter = { models: [globalId('Model', model.id)] };
  return logitConnection(context, probeSet, subject, { ...page, metric: 'SCORE', filter });
}
