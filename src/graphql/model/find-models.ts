import { ProbelogError } from '../../errors/index.js';
import { conceptQuery, conceptsQuery } from '../concept/named-query.js';
import { ExpectedAccuracyReason } from '../logit/logit-type.js';
import { type PageArguments, readCreated } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { checkText, type LogitFilter, minCoverage } from '../search/logit-filter.js';
import { modelConnection } from '../search/search-connections.js';
import type { ModelFilter } from './model-input.js';

/** The arguments of `models`. */
export interface ModelsArguments extends PageArguments {
  concept: string | null;
  concepts: string[] | null;
  text: string | null;
  filter: ModelFilter | null;
  matching: LogitFilter | null;
  probeSetId: string | null;
}

/**
 * Models that recognize a concept or several, best first; without a concept all models, oldest first.
 *
 * @throws ProbelogError INPUT_INVALID, CURSOR_INVALID, ID_INVALID, PROBE_SET_UNKNOWN, and as `conceptQuery`
 */
export async function findModels(context: Context, args: ModelsArguments) {
  const concept = args.concept ?? null;
  const concepts = args.concepts ?? null;
  if (concept !== null && concepts !== null) {
    throw new ProbelogError('INPUT_INVALID', 'Give concept or concepts, not both.', {
      arguments: ['concept', 'concepts'],
    });
  }
  if (concept === null && concepts === null) return listModels(context, args);
  const probeSet = await findProbeSet(context, args.probeSetId);
  const query = await (concepts
    ? conceptsQuery(context, concepts, probeSet)
    : conceptQuery(context, concept ?? '', probeSet));
  return modelConnection(context, probeSet, query, {
    first: args.first,
    after: args.after,
    metric: 'SCORE',
    filter: { ...matchingFilter(args), minCoverage: minCoverage(args.filter, args.matching) },
    filterName: 'matching',
    models: standing(args.filter),
  });
}

/** What a filter asks of models besides their responses. */
function standing(filter: ModelFilter | null | undefined) {
  const { name, status, tag, alias } = filter ?? {};
  for (const text of [name, tag?.key, alias]) {
    checkText(text, (what) => {
      throw new ProbelogError('INPUT_INVALID', `A name, key or alias of the filter ${what}.`, {
        argument: 'filter',
      });
    });
  }
  return {
    exactName: name ?? undefined,
    status: status ?? undefined,
    tag: tag ? { key: tag.key, value: tag.value ?? undefined } : undefined,
    alias: alias ?? undefined,
  };
}

/** `text` is short for `matching.modelText`. */
function matchingFilter({ text, matching }: ModelsArguments): LogitFilter | null {
  if ((text ?? null) === null) return matching;
  if ((matching?.modelText ?? null) !== null) {
    throw new ProbelogError('INPUT_INVALID', 'text and matching.modelText say the same; give one of them.', {
      arguments: ['text', 'matching.modelText'],
    });
  }
  checkText(text, (what) => {
    throw new ProbelogError('INPUT_INVALID', `The argument text ${what}.`, { argument: 'text' });
  });
  return { ...matching, modelText: text };
}

async function listModels(
  { store, cursors }: Context,
  { first, after, text, filter, matching, probeSetId }: ModelsArguments,
) {
  if ((matching ?? null) !== null) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'matching says which logits may answer a concept: give concept or concepts too, or leave it out.',
      { argument: 'matching' },
    );
  }
  const conditions = {
    ...standing(filter),
    text: text ?? undefined,
    minCoverage: minCoverage(filter),
    probeSetId: probeSetId ? keyOf('ProbeSet', probeSetId) : undefined,
  };
  const page = await readCreated(
    cursors,
    { first, after },
    {
      query: ['models', conditions],
      read: (count, place) => store.models.page({ ...conditions, first: count, after: place }),
    },
  );
  const edges = page.edges.map((edge) => ({
    ...edge,
    expectedAccuracyReason: ExpectedAccuracyReason.NO_CONCEPT,
  }));
  return { ...page, edges, totalCount: await store.models.count(conditions) };
}
