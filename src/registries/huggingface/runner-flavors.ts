import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

/** What the Hub calls the task of an image classifier. */
export const TASK = 'image-classification';

/** The end of the names of transformers' classes for it, `TimmWrapperForImageClassification` included. */
const CLASSIFIER = /ForImageClassification(WithTeacher)?$/;
const WEIGHTS = /\.(safetensors|bin|pt|pth|h5|msgpack)$/;

/** `config.json` of transformers names classes; that of timm, a model of timm's own. */
const config = z.object({
  architectures: z.array(z.string().max(200)).nullish().catch(null),
  architecture: z.string().max(200).nullish().catch(null),
});

/**
 * The flavors by which a runner can load a repository without an ONNX file.
 *
 * @param paths of the files of its commit
 * @param json of its `config.json`; undefined when it has none, or that is not JSON
 * @throws ProbelogError MODEL_MALFORMED when that is not JSON; MODEL_NOT_APPLICABLE when it shows that the repository has no image classifier
 */
export function runnerFlavors(name: string, paths: readonly string[], json: unknown): string[] {
  const not = (why: string) =>
    new ProbelogError('MODEL_NOT_APPLICABLE', `${name} has no image classifier: ${why}.`);
  if (json === undefined && paths.includes('config.json')) {
    throw new ProbelogError(
      'MODEL_MALFORMED',
      `config.json of ${name} is not JSON, so nothing says what its model is. Correct it in a new commit.`,
    );
  }
  if (json === undefined) throw not('it has neither an .onnx file nor a config.json');
  if (!paths.some((path) => WEIGHTS.test(path))) throw not('it has no file of weights');
  const { architectures, architecture } = config.catch({}).parse(json);
  if (architectures?.some((one) => CLASSIFIER.test(one))) {
    const isTimm = architectures.some((one) => one.startsWith('TimmWrapper'));
    return ['huggingface.transformers', ...(isTimm ? ['huggingface.timm'] : [])];
  }
  if (architectures && architectures.length > 0)
    throw not(`its config.json names ${architectures.slice(0, 3).join(', ')}`);
  if (architecture) return ['huggingface.timm'];
  throw not('its config.json names no architecture');
}
