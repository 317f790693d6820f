export { type NetworkIsolation, probeNetworkIsolation } from './client/network-isolation.js';
export { type ProbeModelOptions, type ProbeRun, probeModel } from './client/probe-model.js';
export { parsePreprocessing } from './preprocessing/parse-preprocessing.js';
export type { PartialPreprocessing } from './preprocessing/preprocessing-spec.js';
export { createProbeSet, type NewProbeSet } from './probe-sets/create-probe-set.js';
export { inspectImage } from './probe-sets/inspect-image.js';
export type { DoneProbes, ModelInspection, ProbeFile, ProbePlan } from './protocol.js';
