const PAGE = 100;
const PATIENCE_MS = 10_000;
const MODELS = `query($after: String) {
  models(first: ${PAGE}, after: $after) {
    edges { node { name status outputs logits(first: ${PAGE}) { edges { node { status } } } ingest { id state } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A model as a client sees it. */
export interface SeenModel {
  name: string;
  status: string;
  outputs: number | null;
  logits: { edges: unknown[] };
  ingest: { id: string; state: string } | null;
}

/** Asks a GraphQL server. @throws Error when it does not answer, or with errors */
export async function ask<T>(url: string, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
  if (errors) throw new Error(errors[0].message);
  return data;
}

/** Every model that a client of this server sees. */
export async function seenModels(url: string): Promise<SeenModel[]> {
  const seen: SeenModel[] = [];
  let after: string | null = null;
  do {
    const { models }: { models: ModelPage } = await ask(url, MODELS, { after });
    seen.push(...models.edges.map(({ node }) => node));
    after = models.pageInfo.hasNextPage ? models.pageInfo.endCursor : null;
  } while (after !== null);
  return seen;
}

/**
 * Whether a client sees some of a model: never, whatever was killed. A READY one has all its logits. One that becomes READY
 * while a request is answered may still show its status of before, beside all its logits.
 *
 * @param all how many logits it has when it is whole
 */
export function isHalfVisible({ status, outputs, logits }: SeenModel, all: number): boolean {
  const seen = logits.edges.length;
  return status === 'READY' ? seen !== all || outputs !== all : seen !== 0 && seen !== all;
}

interface ModelPage {
  edges: { node: SeenModel }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}
