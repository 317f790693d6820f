import { ProbelogError } from '../../errors/index.js';
import type { ConceptTerm, SearchQuery } from '../../search/index.js';
import type { ProbeSetRecord } from '../../store/index.js';
import type { Context } from '../schema/context.js';
import { readPicture } from '../search/read-picture.js';
import type { ConceptInput } from './concept-type.js';

/** What is looked for, in numbers and by name. */
export interface NamedSubject {
  subject: SearchQuery;
  /** The same in a form that a cursor can be bound to. */
  named: unknown;
}

/** Concepts that one question may hold; each costs a product with every logit. */
const MAX_CONCEPTS = 20;

/** The ways to say what is looked for; exactly one is given. */
export interface Question {
  concept?: string | null;
  expression?: ConceptInput | null;
  image?: string | null;
}

/**
 * A question as a subject.
 *
 * @throws ProbelogError INPUT_INVALID, CONCEPT_EMPTY, CONCEPT_TOO_LONG, PROBE_IMAGE_INVALID, TEXT_ENCODER_UNAVAILABLE
 */
export async function subjectOf(
  context: Pick<Context, 'concepts'>,
  { concept, expression, image }: Question,
  probeSet: ProbeSetRecord,
): Promise<NamedSubject> {
  const given = [concept, expression, image].filter((one) => one !== null && one !== undefined);
  if (given.length !== 1) {
    throw new ProbelogError(
      'INPUT_INVALID',
      `Exactly one of concept, expression and image must be given, not ${given.length}.`,
    );
  }
  if (typeof concept === 'string') return conceptSubject(context, concept, probeSet);
  if (typeof image === 'string') return imageSubject(context, image, probeSet);
  return expressionSubject(context, expression ?? {}, probeSet);
}

/** A concept as a subject. @throws ProbelogError CONCEPT_EMPTY, CONCEPT_TOO_LONG, TEXT_ENCODER_UNAVAILABLE */
export async function conceptSubject(
  context: Pick<Context, 'concepts'>,
  text: string,
  probeSet: ProbeSetRecord,
): Promise<NamedSubject> {
  return {
    subject: { kind: 'CONCEPT', ...(await context.concepts.vectors(text, probeSet)) },
    named: text,
  };
}

/** Several concepts, each of which a model shall know. @throws ProbelogError as `conceptSubject`, INPUT_INVALID */
export async function conceptsSubject(
  context: Pick<Context, 'concepts'>,
  texts: string[],
  probeSet: ProbeSetRecord,
): Promise<NamedSubject> {
  checkCount(texts.length);
  const concepts = await termsOf(context, texts, probeSet);
  return { subject: { kind: 'CONCEPTS', concepts }, named: ['concepts', texts] };
}

async function expressionSubject(
  context: Pick<Context, 'concepts'>,
  { all, any, none }: ConceptInput,
  probeSet: ProbeSetRecord,
): Promise<NamedSubject> {
  const texts = { all: all ?? [], any: any ?? [], none: none ?? [] };
  if (texts.all.length + texts.any.length === 0) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'The expression asks for nothing: give at least one concept in `all` or `any`.',
    );
  }
  checkCount(texts.all.length + texts.any.length + texts.none.length);
  const [allTerms, anyTerms, noneTerms] = await Promise.all([
    termsOf(context, texts.all, probeSet),
    termsOf(context, texts.any, probeSet),
    termsOf(context, texts.none, probeSet),
  ]);
  return {
    subject: { kind: 'EXPRESSION', all: allTerms, any: anyTerms, none: noneTerms },
    named: ['expression', texts],
  };
}

async function imageSubject(
  context: Pick<Context, 'concepts'>,
  image: string,
  probeSet: ProbeSetRecord,
): Promise<NamedSubject> {
  const picture = readPicture(image);
  return {
    subject: { kind: 'CONCEPT', ...(await context.concepts.imageVectors(picture, probeSet)) },
    named: ['image', picture.digest],
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
