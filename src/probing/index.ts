export { listDataFiles } from './client/list-data-files.js';
export { type NetworkIsolation, probeNetworkIsolation } from './client/network-isolation.js';
export { nextProbes } from './client/next-probes.js';
export { type ProbeModelOptions, type ProbeRun, probeModel } from './client/probe-model.js';
export { type DataReference, locationProblem, MAX_DATA_FILES } from './data-location.js';
export { parsePreprocessing } from './preprocessing/parse-preprocessing.js';
export type { PixelFields, PreprocessingAlternative } from './preprocessing/preprocessing-alternatives.js';
export { preprocessingDifferences } from './preprocessing/preprocessing-differences.js';
export type { PartialPreprocessing, PreprocessingSpec } from './preprocessing/preprocessing-spec.js';
export { isTimmConfig } from './preprocessing/timm.js';
export { type Preview, Previews } from './previews/previews.js';
export { createProbeSet, type NewProbeSet } from './probe-sets/create-probe-set.js';
export { inspectImage } from './probe-sets/inspect-image.js';
export type { DoneProbes, ModelData, ModelInspection, ProbeFile, ProbePlan } from './protocol.js';
export {
  THUMBNAIL_SIZES,
  type ThumbnailSize,
  Thumbnails,
} from './thumbnails/thumbnails.js';
