import type { CallOptions, ProbelogClient } from '../../../src/client/index.js';
import type { OutputAddress } from '../address.js';
import {
  UiEvidenceDocument,
  UiOutputPageDocument,
  type UiOutputPageQuery,
  type UiProbeFragment,
} from '../generated/operations.js';
import { queryArguments } from '../query-language.js';
import { MAX_FIRST } from './load-pages.js';

/** Outputs of the model that a query is read to; one that was an answer is among its first. */
const MAX_READ = 24;

/** What the output page shows. */
export interface OutputData {
  /** Null when there is none that the caller may see. */
  output: UiOutputPageQuery['logit'];
  /** Why it matched the query of the address; null without a query, or where the query does not lead here. */
  match: { confidence: number | null; images: UiProbeFragment[] } | null;
}

/** Loads what the address of an output shows. */
export async function loadOutput(
  client: ProbelogClient,
  { id, query, shown }: OutputAddress,
  options: CallOptions,
): Promise<OutputData> {
  const first = Math.min(shown, MAX_FIRST);
  const { logit: output } = await client.query(UiOutputPageDocument, { id, first }, options);
  const wanted = query === undefined ? null : queryArguments(query);
  if (!output || !wanted) return { output, match: null };
  const filter = { modelName: output.model.name };
  const { logits } = await client.query(UiEvidenceDocument, { ...wanted, filter, first: MAX_READ }, options);
  const edge = logits.edges.find(({ node }) => node.id === id);
  if (!edge) return { output, match: null };
  // The others speak against the match.
  const images = edge.evidence.filter(({ contribution }) => contribution > 0).map(({ probe }) => probe);
  return { output, match: { confidence: edge.confidence ?? null, images } };
}
