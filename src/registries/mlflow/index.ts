import type { Registry } from '../registry.js';
import { type MlflowEvent, parse } from './parse.js';
import { toModelChange } from './to-model-change.js';
import { verify } from './verify.js';

/** MLflow 3.3 and later. */
export const mlflow = {
  name: 'mlflow',
  verify,
  parse,
  toModelChange,
} as const satisfies Registry<MlflowEvent>;

export type { MlflowConnection } from './mlflow-api.js';
export { MlflowReader } from './reader.js';
