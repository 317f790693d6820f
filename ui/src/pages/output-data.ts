import type { CallOptions, ProbelogClient } from '../../../src/client/index.js';
import type { OutputAddress, OutputPlace } from '../address.js';
import {
  UiEvidenceDocument,
  UiOutputAtDocument,
  UiOutputByIdDocument,
  type UiOutputPageFragment,
  type UiProbeFragment,
  UiSimilarDocument,
} from '../generated/operations.js';
import type { Memory } from '../memory.js';
import { queryArguments } from '../query-language.js';
import { MAX_FIRST } from './load-pages.js';

/** Outputs of the model that a query is read to; one that was an answer is among its first. */
const MAX_READ = 24;

/** Of an output that was removed meanwhile. */
const NO_SIMILAR: UiOutputPageFragment['similar'] = {
  fit: null,
  pageInfo: { hasNextPage: false, endCursor: null },
  edges: [],
};

/** What the output page shows. */
export interface OutputData {
  /** Null when there is none that the caller may see. */
  output: UiOutputPageFragment | null;
  /** Why it matched the query of the address; null without a query, or where the query does not lead here. */
  match: { confidence: number | null; images: UiProbeFragment[] } | null;
}

/** Loads what the address of an output shows. */
export async function loadOutput(
  client: ProbelogClient,
  { of, query, shown }: OutputAddress,
  options: CallOptions,
  memory: Memory,
): Promise<OutputData> {
  const output = await findOutput(client, of, { shown, ...options }, memory);
  const wanted = query === undefined ? null : queryArguments(query);
  if (!output || !wanted) return { output, match: null };
  const filter = { modelName: output.model.name };
  const { logits } = await memory.once(`evidence ${JSON.stringify([wanted, filter])}`, () =>
    client.query(UiEvidenceDocument, { ...wanted, filter, first: MAX_READ }, options),
  );
  const edge = logits.edges.find(({ node }) => node.id === output.id);
  if (!edge) return { output, match: null };
  // The others speak against the match.
  const images = edge.evidence.filter(({ contribution }) => contribution > 0).map(({ probe }) => probe);
  return { output, match: { confidence: edge.confidence ?? null, images } };
}

/** The output, with as many similar ones as are shown. */
async function findOutput(
  client: ProbelogClient,
  of: OutputPlace,
  { shown, ...options }: CallOptions & { shown: number },
  memory: Memory,
): Promise<UiOutputPageFragment | null> {
  const output = await memory.once(`output ${JSON.stringify(of)}`, () =>
    find(client, of, { ...options, first: Math.min(shown, MAX_FIRST) }),
  );
  if (!output) return null;
  const { id } = output;
  const similar = await memory.pages(
    `similar ${id}`,
    shown,
    async ({ first, after }) => {
      if (typeof after !== 'string') return output.similar;
      const { logit } = await client.query(UiSimilarDocument, { id, first, after }, options);
      return logit?.similar ?? NO_SIMILAR;
    },
    (list) => list,
  );
  return { ...output, similar };
}

async function find(
  client: ProbelogClient,
  of: OutputPlace,
  { first, ...options }: CallOptions & { first: number },
): Promise<UiOutputPageFragment | null> {
  if ('id' in of) return (await client.query(UiOutputByIdDocument, { ...of, first }, options)).logit ?? null;
  return (await client.query(UiOutputAtDocument, { ...of, first }, options)).model?.logit ?? null;
}
