import type { CallOptions, ProbelogClient } from '../../../src/client/index.js';
import type { OutputAddress, OutputPlace } from '../address.js';
import {
  UiEvidenceDocument,
  UiOutputAtDocument,
  UiOutputByIdDocument,
  type UiOutputPageFragment,
  type UiProbeFragment,
} from '../generated/operations.js';
import { queryArguments } from '../query-language.js';
import { MAX_FIRST } from './load-pages.js';

/** Outputs of the model that a query is read to; one that was an answer is among its first. */
const MAX_READ = 24;

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
): Promise<OutputData> {
  const first = Math.min(shown, MAX_FIRST);
  const output = await find(client, of, { ...options, first });
  const wanted = query === undefined ? null : queryArguments(query);
  if (!output || !wanted) return { output, match: null };
  const filter = { modelName: output.model.name };
  const { logits } = await client.query(UiEvidenceDocument, { ...wanted, filter, first: MAX_READ }, options);
  const edge = logits.edges.find(({ node }) => node.id === output.id);
  if (!edge) return { output, match: null };
  // The others speak against the match.
  const images = edge.evidence.filter(({ contribution }) => contribution > 0).map(({ probe }) => probe);
  return { output, match: { confidence: edge.confidence ?? null, images } };
}

async function find(
  client: ProbelogClient,
  of: OutputPlace,
  { first, ...options }: CallOptions & { first: number },
): Promise<UiOutputPageFragment | null> {
  if ('id' in of) return (await client.query(UiOutputByIdDocument, { ...of, first }, options)).logit ?? null;
  return (await client.query(UiOutputAtDocument, { ...of, first }, options)).model?.logit ?? null;
}
