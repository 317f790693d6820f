export type { ModelInspection } from './model-inspection.js';
export { parsePreprocessing } from './preprocessing/parse-preprocessing.js';
export type {
  PartialPreprocessing,
  PreprocessingSpec,
  Resample,
  ResizeMode,
} from './preprocessing/preprocessing-spec.js';
export {
  type ProbeFile,
  type ProbeLimits,
  type ProbeModelOptions,
  type ProbeRun,
  probeModel,
} from './probe-model.js';
export {
  type CreateProbeSetOptions,
  createProbeSet,
  type NewProbeSet,
  type ProbeSetStore,
} from './probe-set/create-probe-set.js';
export type { ProbeImageLimits } from './probe-set/probe-image-limits.js';
export { readProbeImages, type SourceImage } from './probe-set/read-probe-images.js';
