import { subjectOf } from '../../graphql/index.js';
import type { SearchQuery } from '../../search/index.js';
import type { ProbeSetRecord } from '../../store/index.js';
import type { ConceptEncoder } from '../../text/index.js';
import { readImage } from '../flags/read-image.js';
import type { SubjectFlags } from '../flags/subject-flags.js';

/**
 * The subject of a command line: a concept, an expression, or a picture.
 *
 * @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND, and as `subjectOf`
 */
export async function searchSubject(
  concepts: ConceptEncoder,
  concept: string | undefined,
  { all, any, none, image }: Omit<SubjectFlags, 'like'>,
  probeSet: ProbeSetRecord,
): Promise<SearchQuery> {
  const expression = all || any || none ? { all, any, none } : null;
  const picture = image === undefined ? null : (await readImage(image)).toString('base64');
  const { subject } = await subjectOf({ concepts }, { concept, expression, image: picture }, probeSet);
  return subject;
}
