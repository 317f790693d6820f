import type { CallOptions, ProbelogClient } from '../../../src/client/index.js';
import type { NameAddress } from '../address.js';
import { UiModelOutputsDocument, UiNamingDocument, type UiNamingQuery } from '../generated/operations.js';
import { type OutputName, outputName } from '../strength.js';
import { loadPages } from './load-pages.js';

/** The server names so many outputs at once. */
export const MAX_NAMED = 2_000;

/** An output with what is proposed for it. */
export interface Nameable {
  id: string;
  index: number;
  label: string | null;
  proposal: OutputName;
  /** 0 to 1; null where the proposal is a label, or there is none. */
  confidence: number | null;
}

export interface NamingData {
  /** Null when there is none that the caller may see. */
  model: UiNamingQuery['model'];
  maySave: boolean;
  /** All of the model, in order; none of a model with too many. */
  outputs: Nameable[];
}

/** Loads all outputs of a model with their labels and proposed names. */
export async function loadNaming(
  client: ProbelogClient,
  { name, version }: Pick<NameAddress, 'name' | 'version'>,
  options: CallOptions,
): Promise<NamingData> {
  const { model, viewer } = await client.query(UiNamingDocument, { name, version }, options);
  const maySave = viewer.scopes.includes('INGEST');
  const count = model?.outputs ?? 0;
  if (!model || count > MAX_NAMED) return { model, maySave, outputs: [] };
  const list = await loadPages(
    count,
    (page) => client.query(UiModelOutputsDocument, { name, version: model.version, ...page }, options),
    (result) => result.model?.logits,
  );
  const outputs = (list.model?.logits.edges ?? []).map(({ node: { id, index, label = null } }) => {
    const named = model.outputNames[index];
    const concepts = named?.text ? [{ text: named.text, confidence: named.confidence ?? null }] : [];
    const proposal = outputName({ label, index, concepts });
    const isOurs = proposal.kind === 'NAME' || proposal.kind === 'GUESS';
    return { id, index, label, proposal, confidence: isOurs ? (named?.confidence ?? null) : null };
  });
  return { model, maySave, outputs };
}
