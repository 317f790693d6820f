import { subjectOf } from '../graphql/index.js';
import type { SearchSubject } from '../search/index.js';
import type { ProbeSetRecord } from '../store/index.js';
import type { Concepts } from '../text/index.js';
import { pictureOf } from './picture-of.js';

/** What a command line may look for. */
export interface SubjectFlags {
  all?: string[];
  any?: string[];
  none?: string[];
  image?: string;
  like?: string;
}

/** How many subjects a command line names; one is right. */
export function subjectsIn(
  concept: string | undefined,
  { all, any, none, image, like }: SubjectFlags,
): number {
  return [concept, all ?? any ?? none, image, like].filter((one) => one !== undefined).length;
}

/**
 * The subject of a command line: a concept, an expression, or a picture.
 *
 * @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND, and as `subjectOf`
 */
export async function searchSubject(
  concepts: Concepts,
  concept: string | undefined,
  { all, any, none, image }: Omit<SubjectFlags, 'like'>,
  probeSet: ProbeSetRecord,
): Promise<SearchSubject> {
  const expression = all || any || none ? { all, any, none } : null;
  const picture = image === undefined ? null : (await pictureOf(image)).toString('base64');
  const { subject } = await subjectOf({ concepts }, { concept, expression, image: picture }, probeSet);
  return subject;
}
