export { listDataFiles } from './client/list-data-files.js';
export { type NetworkIsolation, probeNetworkIsolation } from './client/network-isolation.js';
export { type ProbeModelOptions, type ProbeRun, probeModel } from './client/probe-model.js';
export type { DataReference } from './data-location.js';
export { parsePreprocessing } from './preprocessing/parse-preprocessing.js';
export type { PartialPreprocessing } from './preprocessing/preprocessing-spec.js';
export { createProbeSet, type NewProbeSet } from './probe-sets/create-probe-set.js';
export { inspectImage } from './probe-sets/inspect-image.js';
export type { DoneProbes, ModelData, ModelInspection, ProbeFile, ProbePlan } from './protocol.js';
