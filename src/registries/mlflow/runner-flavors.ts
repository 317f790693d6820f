import { ProbelogError } from '../../errors/index.js';
import type { ModelLayout } from './model-layout.js';
import type { MlflowVersion } from './version-uri.js';

const TASK = 'image-classification';
/** MLflow's name for what `mlflow.pyfunc` loads. */
const PYFUNC = 'python_function';

/**
 * The flavors by which a runner can load a version, its own flavor before `mlflow.pyfunc`, which nearly all versions have too.
 *
 * @throws ProbelogError MODEL_NOT_APPLICABLE when its `MLmodel` shows that it classifies no images
 */
export function runnerFlavors(
  { name, version }: Pick<MlflowVersion, 'name' | 'version'>,
  { flavors, task, columns }: Pick<ModelLayout, 'flavors' | 'task' | 'columns'>,
): string[] {
  const not = (why: string) =>
    new ProbelogError('MODEL_NOT_APPLICABLE', `MLflow's ${name} ${version} is no image classifier: ${why}.`);
  if (flavors.length === 0) throw not('its MLmodel has no flavor');
  if (task !== null && task !== TASK) throw not(`its task is ${JSON.stringify(task)}, not "${TASK}"`);
  // The pipelines of transformers take images as columns of text: paths, addresses or base64.
  if (task === null && columns !== null)
    throw not(
      `its signature takes ${columns === 1 ? 'a named column' : `${columns} named columns`}, not an image`,
    );
  const own = flavors.filter((flavor) => flavor !== PYFUNC);
  return [...own.map((flavor) => `mlflow.${flavor}`), ...(flavors.includes(PYFUNC) ? ['mlflow.pyfunc'] : [])];
}
