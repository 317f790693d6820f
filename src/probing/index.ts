export type { ModelInspection } from './model-inspection.js';
export { type NetworkIsolation, probeNetworkIsolation } from './network-isolation.js';
export { parsePreprocessing } from './preprocessing/parse-preprocessing.js';
export type { PartialPreprocessing } from './preprocessing/preprocessing-spec.js';
export type { DoneProbes, ProbeFile, ProbePlan } from './probe-input.js';
export { type ProbeModelOptions, type ProbeRun, probeModel } from './probe-model.js';
export { createProbeSet, type NewProbeSet } from './probe-sets/create-probe-set.js';
export { inspectImage } from './probe-sets/inspect-image.js';
