import { ProbelogError } from '../../errors/index.js';
import type { ConceptTerm, SearchQuery } from '../../search/index.js';
import type { ProbeSetRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { readImage } from '../search/read-image.js';
import type { ConceptInput } from './concept-type.js';

/** A query as numbers, and a stable name for cursors. */
export interface NamedQuery {
  query: SearchQuery;
  /** The same query in a form that a cursor can be bound to. */
  named: unknown;
}

/** Concepts that one query may have; each costs a product with every logit. */
const MAX_CONCEPTS = 20;

/** What to search with; exactly one is given. */
export interface QueryArguments {
  concept?: string | null;
  expression?: ConceptInput | null;
  image?: string | null;
}

/**
 * The query of a search's arguments.
 *
 * @throws ProbelogError INPUT_INVALID, CONCEPT_EMPTY, CONCEPT_TOO_LONG, PROBE_IMAGE_INVALID, TEXT_ENCODER_UNAVAILABLE
 */
export async function namedQueryOf(
  context: Pick<Context, 'concepts'>,
  { concept, expression, image }: QueryArguments,
  probeSet: ProbeSetRecord,
): Promise<NamedQuery> {
  const given = [concept, expression, image].filter(
    (argument) => argument !== null && argument !== undefined,
  );
  if (given.length !== 1) {
    throw new ProbelogError(
      'INPUT_INVALID',
      `Exactly one of concept, expression and image must be given, not ${given.length}.`,
    );
  }
  if (typeof concept === 'string') return conceptQuery(context, concept, probeSet);
  if (typeof image === 'string') return imageQuery(context, image, probeSet);
  return expressionQuery(context, expression ?? {}, probeSet);
}

/** The query of one concept. @throws ProbelogError CONCEPT_EMPTY, CONCEPT_TOO_LONG, TEXT_ENCODER_UNAVAILABLE */
export async function conceptQuery(
  context: Pick<Context, 'concepts'>,
  text: string,
  probeSet: ProbeSetRecord,
): Promise<NamedQuery> {
  return {
    query: { kind: 'CONCEPT', ...(await context.concepts.vectors(text, probeSet)) },
    named: text,
  };
}

/** Several concepts, each of which a model should recognize. @throws ProbelogError as `conceptQuery`, INPUT_INVALID */
export async function conceptsQuery(
  context: Pick<Context, 'concepts'>,
  texts: string[],
  probeSet: ProbeSetRecord,
): Promise<NamedQuery> {
  checkCount(texts.length);
  const concepts = await termsOf(context, texts, probeSet);
  return { query: { kind: 'CONCEPTS', concepts }, named: ['concepts', texts] };
}

async function expressionQuery(
  context: Pick<Context, 'concepts'>,
  { all, any, none }: ConceptInput,
  probeSet: ProbeSetRecord,
): Promise<NamedQuery> {
  const texts = { all: all ?? [], any: any ?? [], none: none ?? [] };
  if (texts.all.length + texts.any.length === 0) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The expression is empty. Give at least one concept in `all` or `any`.',
    );
  }
  checkCount(texts.all.length + texts.any.length + texts.none.length);
  const [allTerms, anyTerms, noneTerms] = await Promise.all([
    termsOf(context, texts.all, probeSet),
    termsOf(context, texts.any, probeSet),
    termsOf(context, texts.none, probeSet),
  ]);
  return {
    query: { kind: 'EXPRESSION', all: allTerms, any: anyTerms, none: noneTerms },
    named: ['expression', texts],
  };
}

async function imageQuery(
  context: Pick<Context, 'concepts'>,
  image: string,
  probeSet: ProbeSetRecord,
): Promise<NamedQuery> {
  const queryImage = await readImage(image);
  return {
    query: { kind: 'CONCEPT', ...(await context.concepts.imageVectors(queryImage, probeSet)) },
    named: ['image', queryImage.digest],
  };
}

function termsOf(
  context: Pick<Context, 'concepts'>,
  texts: string[],
  probeSet: ProbeSetRecord,
): Promise<ConceptTerm[]> {
  return Promise.all(texts.map((text) => context.concepts.vectors(text, probeSet)));
}

function checkCount(count: number): void {
  if (count >= 1 && count <= MAX_CONCEPTS) return;
  throw new ProbelogError('INPUT_INVALID', `There are ${count} concepts; give 1 to ${MAX_CONCEPTS}.`);
}
