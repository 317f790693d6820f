import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { readImage } from '../flags/read-image.js';
import type { FoundLogit, LogitQuestion } from '../registry.js';
import { filter } from './filter.js';
import { findLogit } from './find-logit.js';
import { findProbeSet } from './find-probe-set.js';
import {
  type FoundLogitFragment as FoundEdge,
  FoundLogitsDocument,
  LogitsAlikeDocument,
} from './generated/operations.js';

/** Of the 50,000 that an operation may cost as shipped (docs/limits.md), what a page's results may take. */
const MAX_COST_OF_PAGE = 25_000;
/** What a result costs without its probes, and what each of these adds. */
const COST_OF_RESULT = 20;
const COST_OF_PROBE = 5;
const MAX_PAGE_SIZE = 100;

/** Logits that recognize something, best first. */
export async function searchLogits(client: ProbelogClient, question: LogitQuestion): Promise<FoundLogit[]> {
  const found: FoundLogit[] = [];
  for await (const edge of await edgesOf(client, question)) found.push(foundLogit(edge));
  return found;
}

async function edgesOf(client: ProbelogClient, question: LogitQuestion): Promise<AsyncIterable<FoundEdge>> {
  const { concept, all, any, none, image, like, metric, probeSet, first, evidence, ...flags } = question;
  const how = {
    filter: await filter(client, flags),
    metric,
    evidence: Math.max(evidence, 1),
    withEvidence: evidence > 0,
  };
  if (like !== undefined) {
    if (probeSet !== undefined)
      throw new ProbelogError(
        'INPUT_INVALID',
        '--like looks into the gallery of its logit, so with --url it takes no --probe-set.',
      );
    const id = await findLogit(client, like);
    return client.edges(LogitsAlikeDocument, { id, ...how }, ({ logit }) => pageOf(logit?.similar, like), {
      first,
      perPage: perPage(evidence),
    });
  }
  const expression = all || any || none ? { all, any, none } : undefined;
  const picture = image === undefined ? undefined : (await readImage(image)).toString('base64');
  const variables = {
    concept,
    expression,
    image: picture,
    probeSet: await findProbeSet(client, probeSet),
    ...how,
  };
  return client.edges(FoundLogitsDocument, variables, ({ logits }) => logits, {
    first,
    perPage: perPage(evidence),
  });
}

/** How many results with so many probes each are asked for at a time. */
function perPage(probes: number): number {
  const cost = COST_OF_RESULT + probes * COST_OF_PROBE;
  return Math.min(MAX_PAGE_SIZE, Math.floor(MAX_COST_OF_PAGE / cost));
}

function pageOf<Found>(page: Found | undefined, like: string): Found {
  if (page !== undefined) return page;
  throw new ProbelogError('NOT_FOUND', `There is no logit ${JSON.stringify(like)}.`);
}

function foundLogit({ node, evidence, ...match }: FoundEdge): FoundLogit {
  return {
    score: match.score,
    distance: match.distance,
    confidence: match.confidence,
    expectedAccuracy: match.expectedAccuracy,
    label: node.label,
    model: node.model.name,
    version: node.model.version,
    index: node.index,
    evidence: evidence?.map(({ probe, contribution, query, response }) => ({
      probe: probe.position,
      contribution,
      query,
      response,
    })),
  };
}
