import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '../app/index.js';
import { ProbelogError } from '../errors/index.js';
import { globalId } from '../graphql/index.js';
import { createProbeSet } from '../probing/index.js';
import { ensureProbeEmbeddings } from '../text/index.js';
import { followIngest, queueAllAndFollow } from './follow-ingest.js';
import { QueueIngestDocument } from './generated/operations.js';
import { localClient } from './in-process-fetch.js';
import { ingestRequests } from './options/ingest-requests.js';
import type { ProgressDisplay } from './output/progress.js';
import { PACKAGE_ROOT } from './package-root.js';

/** `encoder/`, `models/` and `probes/` of the demo. They are in the repository, not in the package. */
const DEMO_FOLDER = join(PACKAGE_ROOT, 'demo');

/** The demo's text encoder, for machines that cannot reach the Hugging Face Hub. */
export const DEMO_ENCODER = join(DEMO_FOLDER, 'encoder');

/** @throws ProbelogError INPUT_INVALID if the demo is not here */
export function checkDemo(): void {
  if (existsSync(DEMO_FOLDER)) return;
  throw new ProbelogError(
    'INPUT_INVALID',
    'The demo (59 MB of models, images and an encoder) comes with the repository, not with the package: --demo works in a clone of it.',
  );
}

/**
 * Fills an empty data folder with the demo's probe set and models, through the same pipeline as any other. A folder that has
 * models is not changed, but unfinished ingests of an earlier start are waited for.
 */
export async function seedDemo(
  service: Service,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<void> {
  const { store } = service;
  const client = localClient(service);
  const waiting = await store.ingests.page({ states: ['QUEUED', 'RUNNING'], first: 100 });
  if ((await store.models.count({})) === 0) {
    await createDemoProbes(service, display);
    const requests = await ingestRequests([join(DEMO_FOLDER, 'models')], {});
    await queueAllAndFollow({ client, signal, givesUp: true }, requests, display, async (input) => {
      const { ingestModel } = await client.query(QueueIngestDocument, { input }, { signal });
      return ingestModel.id;
    });
  }
  const models = await store.models.byIds(waiting.map(({ modelId }) => modelId));
  await Promise.all(
    waiting.map(({ id, modelId }) => {
      const model = models.find((one) => one.id === modelId);
      const line = display.line(`${model?.name} ${model?.version}`);
      return followIngest({ client, signal, givesUp: false }, globalId('Ingest', id), line);
    }),
  );
}

async function createDemoProbes(
  { store, encoder, config }: Service,
  display: ProgressDisplay,
): Promise<void> {
  const line = display.line('demo probes');
  const probeSet = await createProbeSet(store, {
    name: 'demo',
    source: join(DEMO_FOLDER, 'probes'),
    limits: { maxPixels: config.maxProbePixels },
    onProgress: (done, total) => line.update(done, total, 'reading'),
  });
  await ensureProbeEmbeddings({ store, encoder }, probeSet, (done, total) =>
    line.update(done, total, 'embedding'),
  );
  line.finish(`${probeSet.size} images`);
}

const QUERY = '{ logits(concept: "cat", first: 6) { edges { confidence node { label model { name } } } } }';

interface Answer {
  data: {
    logits: {
      edges: { confidence: number | null; node: { label: string | null; model: { name: string } } }[];
    };
  };
}

/** A first query to try, and the running server's results. */
export async function introduceDemo(url: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY }),
  });
  const { data } = (await response.json()) as Answer;
  const results = data.logits.edges.map(
    ({ confidence, node }) =>
      `  ${percent(confidence)}  ${node.label ?? '(no label)'}  –  ${node.model.name}`,
  );
  return `
Which classifiers recognize cats, and how sure is that? ProbeLog finds out without reading a label:

  curl -s ${url}/graphql -H 'content-type: application/json' \\
    -d '${JSON.stringify({ query: QUERY })}'

${results.join('\n')}

Open ${url} in a browser to try your own queries; GraphQL is at ${url}/graphql. Ctrl-C ends the server.
`;
}

function percent(share: number | null): string {
  return share === null ? '   ?' : `${Math.round(100 * share)} %`.padStart(4);
}
