import { z } from 'zod';
import type { ErrorCode } from '../../errors/index.js';
import { parseRequest } from '../queue/parse-request.js';

/** A registry and what it calls the kind of a model, such as `mlflow.pytorch` or `huggingface.timm`. */
const flavor = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_-]*\.[a-z0-9_-]+$/, 'it must be of the form registry.flavor, such as mlflow.pytorch');

const line = (max: number) => z.string().trim().min(1).max(max);

const announcement = z.strictObject({
  name: line(100),
  flavors: z.array(flavor).min(1).max(50),
  software: line(500)
    .nullish()
    .transform((text) => text ?? null),
});

/** What a runner says about itself. */
export type RunnerAnnouncement = z.infer<typeof announcement>;

/** More than any description of preprocessing has. */
const MAX_PREPROCESSING_CHARACTERS = 2 ** 16;

const result = z.strictObject({
  /** What the responses are; with UNKNOWN their values tell. */
  kind: z.enum([
    'UNKNOWN',
    'LOGITS',
    'LOG_PROBABILITIES',
    'PROBABILITIES',
    'MULTI_LABEL_LOGITS',
    'MULTI_LABEL_PROBABILITIES',
  ]),
  labels: z.array(z.string().max(1_000)).max(1_000_000).nullish(),
  inputShape: z.array(z.int().min(0).nullable()).max(10).nullish(),
  outputName: line(200).nullish(),
  preprocessing: z
    .record(z.string(), z.unknown())
    .refine(
      (json) => JSON.stringify(json).length <= MAX_PREPROCESSING_CHARACTERS,
      'it must have at most 64 KiB',
    )
    .nullish(),
  notes: z.array(line(500)).max(20).nullish(),
  peakMemoryBytes: z
    .number()
    .min(0)
    .max(2 ** 50)
    .transform(Math.round)
    .nullish(),
});

/** How a runner ran a model. */
export type RunnerResult = z.infer<typeof result>;

/** Why a runner could not run a model, and the code of the ingest that ends with it. */
export const FAILURE_CODES = {
  NOT_APPLICABLE: 'MODEL_NOT_APPLICABLE',
  REFUSED: 'RUNNER_REFUSED',
  LOAD_FAILED: 'RUNNER_LOAD_FAILED',
  RUN_FAILED: 'RUNNER_RUN_FAILED',
  SOURCE_UNAVAILABLE: 'SOURCE_UNREACHABLE',
  KILLED: 'INFERENCE_CRASHED',
} as const satisfies Record<string, ErrorCode>;

export type RunnerFailureReason = keyof typeof FAILURE_CODES;

const failure = z.strictObject({
  reason: z.enum(Object.keys(FAILURE_CODES) as [RunnerFailureReason, ...RunnerFailureReason[]]),
  message: line(2_000),
});

/** Why a runner could not run a model. */
export type RunnerFailure = z.infer<typeof failure>;

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function parseAnnouncement(input: unknown): RunnerAnnouncement {
  return parseRequest('runner', announcement, input);
}

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function parseResult(input: unknown): RunnerResult {
  return parseRequest('result', result, input);
}

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function parseFailure(input: unknown): RunnerFailure {
  return parseRequest('failure', failure, input);
}
