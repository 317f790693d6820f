import { z } from 'zod';
import { parseYaml } from './read-labels.js';
import type { RegisteredModel } from './remote-sources.js';
import type { SidecarFiles } from './sidecar-files.js';

const mlmodel = z.object({
  metadata: z
    .object({ labels: z.unknown(), id2label: z.unknown(), preprocessing: z.unknown() })
    .partial()
    .nullish(),
});

/**
 * What the `MLmodel` beside a model says of it, as MLflow's registry would; null when there is none. Its `metadata` is where
 * `log_model` keeps what a user adds (docs/registries/mlflow.md).
 */
export async function mlflowMetadata(
  files: SidecarFiles,
): Promise<Pick<RegisteredModel, 'preprocessing' | 'labels'> | null> {
  if (!(await files.names()).includes('MLmodel')) return null;
  const document = await parseYaml((await files.read('MLmodel')) ?? '').catch(() => null);
  const { labels, id2label, preprocessing } = mlmodel.safeParse(document).data?.metadata ?? {};
  return { labels: labels ?? (id2label == null ? undefined : { id2label }), preprocessing };
}
