import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import {
  type ModelPlace,
  type ModelRecord,
  placeOf,
  type ModelFilter as StoredModelFilter,
} from '../../store/index.js';
import { conceptQuery, conceptsQuery } from '../concept/named-query.js';
import { ExpectedAccuracyReason } from '../logit/logit-type.js';
import { type PageArguments, readPage } from '../pagination/pages.js';
import { findProbeSet } from '../probe-set/find-probe-set.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import {
  checkFilter,
  checkText,
  conditionsOf,
  type LogitFilter,
  minCoverage,
  namedModelsOf,
} from '../search/logit-filter.js';
import { modelConnection } from '../search/search-connections.js';
import type { ModelFilter, ModelSort } from './model-input.js';

/** The arguments of `models`. */
export interface ModelsArguments extends PageArguments {
  concept: string | null;
  concepts: string[] | null;
  text: string | null;
  filter: ModelFilter | null;
  matching: LogitFilter | null;
  probeSetId: string | null;
  sort: ModelSort | null;
}

/**
 * Models that recognize a concept or several, best first; without a concept all models, sorted.
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
  if ((args.sort ?? null) !== null) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'With a concept, models come in the order in which they recognize it. Leave out sort.',
      { argument: 'sort' },
    );
  }
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
  if ((matching?.modelText ?? null) !== null) throw textTwice();
  checkText(text, (what) => {
    throw new ProbelogError('INPUT_INVALID', `The argument text ${what}.`, { argument: 'text' });
  });
  return { ...matching, modelText: text };
}

async function listModels(
  { store, cursors }: Context,
  { first, after, text, filter, matching, probeSetId, sort }: ModelsArguments,
) {
  const order = sort ?? 'OLDEST';
  const { modelText, ...others } = matching ? checkFilter(matching, 'matching') : {};
  if ((text ?? null) !== null && (modelText ?? null) !== null) throw textTwice();
  for (const field of ['minExpectedAccuracy', 'minConfidence'] as const)
    if ((others[field] ?? null) !== null) throw needsConcept(field);
  const conditions: StoredModelFilter = {
    ...conditionsOf(others),
    ...namedModelsOf(others),
    ...standing(filter),
    text: text ?? modelText ?? undefined,
    minCoverage: minCoverage(filter, matching),
    probeSetId: probeSetId ? keyOf('ProbeSet', probeSetId) : undefined,
  };
  const page = await readPage<ModelRecord, ModelPlace>(
    cursors,
    { first, after },
    {
      query: ['models', conditions, order],
      place: modelPlace,
      placeOf: (model) => placeOf(order, model),
      read: (count, place) => store.models.page({ ...conditions, order, first: count, after: place }),
    },
  );
  const edges = page.edges.map((edge) => ({
    ...edge,
    expectedAccuracyReason: ExpectedAccuracyReason.NO_CONCEPT,
  }));
  return {
    ...page,
    edges,
    conditions,
    // Counted only for callers who want it.
    get totalCount() {
      return store.models.count(conditions);
    },
  };
}

/** The store checks what it means in its order. */
const modelPlace = z.tuple([z.union([z.string(), z.number(), z.null()]), z.string()]);

function textTwice(): ProbelogError {
  return new ProbelogError('INPUT_INVALID', 'text and matching.modelText say the same; give one of them.', {
    arguments: ['text', 'matching.modelText'],
  });
}

function needsConcept(field: string): ProbelogError {
  return new ProbelogError(
    'INPUT_INVALID',
    `matching.${field} is about an answer to a concept: give concept or concepts too, or leave it out.`,
    { argument: 'matching', field },
  );
}
