import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { z } from 'zod';
import { allows } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { shownSource, sourceForReaders } from '../../lib/shown-source.js';
import { EXTERNAL_SOURCE, type ModelRecord, VISIBILITY_LABEL } from '../../store/index.js';
import { conceptQuery } from '../concept/named-query.js';
import { ExpectedAccuracyReason, Logit, ModelLogitConnection, Recognition } from '../logit/logit-type.js';
import { After, First } from '../pagination/page-arguments.js';
import { type PageArguments, readPage } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import { Probing } from '../probe-set/probing-type.js';
import type { Context } from '../schema/context.js';
import { globalId, keyOf } from '../schema/global-id.js';
import { LogitFilter } from '../search/logit-filter.js';
import { logitConnection } from '../search/search-connections.js';
import { findModels } from './find-models.js';
import { ModelFilter, ModelSort, newVersion, RegisterModelInput } from './model-input.js';
import { modelSummary } from './model-summary.js';
import { Model, ModelConnection, ModelDataFile, ModelTag, OutputName } from './model-type.js';
import { versionResolver } from './version-resolver.js';

/** Outputs that one call names. */
const MAX_NAMED = 2_000;

@Resolver(() => Model)
export class ModelResolver extends versionResolver(Model) {
  @FieldResolver(() => String)
  source(@Ctx() { principal }: Context, @Root() { source }: ModelRecord): string {
    return allows(principal, ['INGEST']) ? shownSource(source) : sourceForReaders(source);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Old name of `license`.',
    deprecationReason: 'Use license.',
  })
  licence(@Root() { license }: ModelRecord): string | null {
    return license;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'URL, relative to the server, that takes the responses by PUT (docs/any-framework.md); null when the model is probed here.',
  })
  responsesUrl(@Ctx() { basePath }: Context, @Root() { id, source }: ModelRecord): string | null {
    return source === EXTERNAL_SOURCE ? `${basePath}/models/${globalId('Model', id)}/responses` : null;
  }

  @FieldResolver(() => [ModelDataFile], {
    description: 'Files that the model keeps weights in, beside its own file, ordered by location.',
  })
  dataFiles(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord) {
    return loaders.dataFiles.load(id);
  }

  @FieldResolver(() => [ModelTag], { description: 'Tags of the model in its registry, ordered by key.' })
  async tags(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord): Promise<ModelTag[]> {
    const annotations = await loaders.annotations.load(id);
    return Object.entries(annotations?.tags ?? {}).map(([key, value]) => ({ key, value }));
  }

  @FieldResolver(() => [String], { description: 'Aliases of the model in its registry.' })
  async aliases(@Ctx() { loaders }: Context, @Root() { id }: ModelRecord): Promise<readonly string[]> {
    return (await loaders.annotations.load(id))?.aliases ?? [];
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'What the model recognizes, judged by its responses alone: one paragraph for a model card. Null before the model is searchable.',
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

  @FieldResolver(() => [OutputName], {
    description:
      'The best name of each output, from the vocabulary, in output order: all of a model with up to 2,000 outputs at once. Empty before the model is searchable. Names are kept until the gallery changes.',
  })
  async outputNames(
    @Ctx() { search, concepts }: Context,
    @Root() { id, status, probeSetId, outputs }: ModelRecord,
    @Arg('from', () => Int, { defaultValue: 0, description: 'The first output, from 0.' }) from: number,
    @Arg('count', () => Int, { defaultValue: MAX_NAMED, description: 'Outputs to name, 0 to 2,000.' })
    count: number,
  ): Promise<OutputName[]> {
    if (!(from >= 0 && count >= 0 && count <= MAX_NAMED))
      throw new ProbelogError(
        'INPUT_INVALID',
        `from is ${from} and count is ${count}; they must be 0 or more, and count at most ${MAX_NAMED}.`,
        { arguments: ['from', 'count'], most: MAX_NAMED },
      );
    const length = Math.min(count, (outputs ?? 0) - from);
    if (status !== 'READY' || length <= 0) return [];
    const indexes = Array.from({ length }, (_, place) => from + place);
    const { names, path } = await concepts.vocabulary({ id: probeSetId });
    const named = await search.names(probeSetId, { modelId: id, indexes, vocabularyPath: path, first: 1 });
    return indexes.map((index, place) => {
      const [best] = named[place] ?? [];
      return { index, text: best ? names[best.name] : null, confidence: best?.confidence ?? null };
    });
  }

  @FieldResolver(() => ModelLogitConnection, {
    description:
      'With a concept: its logits that recognize the concept, best first. Without: all its logits, in output order.',
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
    description:
      'The logit with this index; null when there is no such output, or the model is not probed yet.',
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
      'How well the model recognizes a concept: its best logit in `logits(concept:)`, with the same score and confidence. Null when none of its logits can be searched.',
  })
  recognizes(
    @Ctx() context: Context,
    @Root() model: ModelRecord,
    @Arg('concept', () => String, { description: 'A word or short phrase, up to 300 characters.' })
    concept: string,
  ) {
    return recognition(context, model, concept);
  }

  @FieldResolver(() => Recognition, {
    nullable: true,
    description: 'Old name of `recognizes`.',
    deprecationReason: 'Use recognizes.',
  })
  recognises(
    @Ctx() context: Context,
    @Root() model: ModelRecord,
    @Arg('concept', () => String) concept: string,
  ) {
    return recognition(context, model, concept);
  }

  @FieldResolver(() => Probing, { description: 'The result of probing the model.' })
  probing(@Root() model: ModelRecord): ModelRecord {
    return model;
  }

  @Query(() => ModelConnection, {
    description:
      'With a concept: models that recognize it, best first. Without: all models, oldest first or as `sort` says. The filters are the same.',
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
      description: 'Up to 20 concepts: models that recognize many of them well come first.',
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
        'Which logits, and so which models, are found. Without a concept, its conditions on models hold, and `minExpectedAccuracy` and `minConfidence` are refused. So are both `text` and `modelText`.',
    })
    matching: LogitFilter | null,
    @Arg('probeSet', () => ID, {
      nullable: true,
      description: 'With a concept: the gallery to search; the default one when absent.',
    })
    probeSetId: string | null,
    @Arg('sort', () => ModelSort, {
      nullable: true,
      description: 'Without a concept: the order; OLDEST when absent. Refused with a concept.',
    })
    sort: ModelSort | null,
  ) {
    return findModels(context, { concept, concepts, text, first, after, filter, matching, probeSetId, sort });
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

  @Mutation(() => Model, {
    description:
      'Registers a model that its owner runs. It is PENDING until its responses are uploaded to its `responsesUrl`.',
  })
  registerModel(
    @Ctx() { uploads }: Context,
    @Arg('input', () => RegisterModelInput) input: RegisterModelInput,
  ) {
    return uploads.register(newVersion(input));
  }

  @Mutation(() => Model, { description: "Replaces a model's labels; null removes them." })
  async setLabels(
    @Ctx() { store, loaders }: Context,
    @Arg('id', () => ID) id: string,
    @Arg('labels', () => [String], {
      nullable: true,
      description:
        'One label for each output, in output order; an empty text leaves an output without a label.',
    })
    labels: string[] | null,
  ) {
    const key = keyOf('Model', id);
    const model = await loaders.model.load(key);
    if (!model) throw new ProbelogError('NOT_FOUND', 'There is no model with this id.');
    if (labels && model.outputs !== null && labels.length !== model.outputs) {
      throw new ProbelogError(
        'MODEL_LABELS_MISMATCH',
        `There are ${labels.length} labels for ${model.outputs} outputs; give one label for each output.`,
        { labels: labels.length, outputs: model.outputs },
      );
    }
    await store.models.setLabels(key, labels ?? null);
    return loaders.model.clear(key).load(key);
  }

  @Mutation(() => Model, {
    description:
      'Makes a model visible only to principals with a label, or to all callers who may read; for administrators.',
  })
  async setVisibility(
    @Ctx() { store }: Context,
    @Arg('id', () => ID) id: string,
    @Arg('visibility', () => String, {
      nullable: true,
      description: 'The visibility label; null makes the model visible to all callers who may read.',
    })
    visibility: string | null,
  ) {
    if (typeof visibility === 'string' && !VISIBILITY_LABEL.test(visibility))
      throw new ProbelogError(
        'INPUT_INVALID',
        'A visibility label has 1 to 100 letters, digits and . _ : @ / -',
        {
          argument: 'visibility',
        },
      );
    const model = await store.models.setVisibility(keyOf('Model', id), visibility ?? null);
    if (model) return model;
    throw new ProbelogError('NOT_FOUND', 'There is no model with this id.');
  }

  @Mutation(() => Boolean, {
    description: 'Removes a model with its logits and responses. False when there is no such model.',
  })
  removeModel(@Ctx() { ingest }: Context, @Arg('id', () => ID) id: string) {
    return ingest.remove(keyOf('Model', id));
  }
}

async function allLogits({ store, cursors }: Context, { id, outputs }: ModelRecord, page: PageArguments) {
  const logits = await readPage(cursors, page, {
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
  const query = await conceptQuery(context, concept, probeSet);
  const filter = { models: [globalId('Model', model.id)] };
  return logitConnection(context, probeSet, query, { ...page, metric: 'SCORE', filter, galleryWindow: true });
}

async function recognition(context: Context, model: ModelRecord, concept: string) {
  const { edges, fit, reason } = await recognizingLogits(context, model, concept, { first: 1 });
  return edges.map(({ node, ...match }) => ({ ...match, bestLogit: node, fit, reason })).at(0) ?? null;
}
