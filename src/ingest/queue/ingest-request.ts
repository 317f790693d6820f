import { z } from 'zod';
import { VISIBILITY_LABEL } from '../../store/index.js';
import { parseRequest } from './parse-request.js';

/** Printable, on one line, without leading or trailing blanks. */
const name = z
  .string()
  .min(1)
  .max(300)
  .regex(/^\S(.*\S)?$/u)
  .refine((text) => !/\p{Cc}/u.test(text));

const SHARE_OF_PROBES = 'it must be from 0.02 to 1';
const EXPECTED_ERROR = 'it must be from 0 to 1';
const ERROR_FACTOR = 'it must be from 0 to 100';
const probing = z
  .strictObject({
    budget: z.number(SHARE_OF_PROBES).min(0.02, SHARE_OF_PROBES).max(1, SHARE_OF_PROBES).optional(),
    errorBound: z.number(EXPECTED_ERROR).min(0, EXPECTED_ERROR).max(1, EXPECTED_ERROR).optional(),
    errorFactor: z.number(ERROR_FACTOR).min(0, ERROR_FACTOR).max(100, ERROR_FACTOR).optional(),
    full: z.boolean().optional(),
  })
  .refine(
    ({ full, ...bounds }) => !full || Object.values(bounds).every((bound) => bound === undefined),
    'full runs every probe, so it takes neither a budget nor an error bound or factor',
  );

const PRIORITY = 'it must be a whole number from -10 to 10';

const schema = z.strictObject({
  name,
  version: name,
  source: z.string().min(1).max(4_096),
  labels: z.array(z.string().max(1_000)).max(1_000_000).optional(),
  preprocessing: z.unknown().optional(),
  output: z.string().min(1).max(1_000).optional(),
  probeSet: z.string().min(1).max(300).optional(),
  license: name.max(200).optional(),
  licence: name.max(200).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  probing: probing.optional(),
  registry: name.optional(),
  visibility: z
    .string()
    .regex(VISIBILITY_LABEL, 'it must be a label of 1 to 100 letters, digits and . _ : @ / -')
    .optional(),
  priority: z.int(PRIORITY).min(-10, PRIORITY).max(10, PRIORITY).optional(),
});

const registration = schema.pick({
  name: true,
  version: true,
  labels: true,
  license: true,
  licence: true,
  registry: true,
  visibility: true,
  probeSet: true,
});

/** How much of the probe set one model is shown; what is absent is as the settings say. */
export interface ProbingRequest {
  /** Share of the probes to run once the gallery has earned it, 0.02..1. */
  budget?: number;
  /** Ends probing before that when the expected error of the model's logits falls to this, 0..1. */
  errorBound?: number;
  /**
   * Probing goes on after the budget when the expected error is above so many times that of the gallery's own models,
   * 0..100; 0: never, which is also what counts when only the budget or the bound is given.
   */
  errorFactor?: number;
  /** Runs every probe; without the other three. */
  full?: boolean;
}

/** What a caller asks for when registering a model version. */
export interface IngestRequest {
  /** With `version` the identity of the model version; 1–300 characters. */
  name: string;
  version: string;
  /** A path, an http(s) URL or s3://bucket/key of an ONNX file; from a webhook also the URI of a version in its registry. */
  source: string;
  /** One label for each output, in output order. */
  labels?: string[];
  /** A preprocessing description in any form that `parsePreprocessing` reads. */
  preprocessing?: unknown;
  /** The output tensor to use when several qualify. */
  output?: string;
  /** Id or name of a probe set; the default one when absent. */
  probeSet?: string;
  /** SPDX expression or free text, up to 200 characters. */
  license?: string;
  /** @deprecated Use `license`. */
  licence?: string;
  /** SHA-256 that the model file must have, in lower-case hexadecimal. */
  sha256?: string;
  /** How much of the probe set it is shown; as the settings say when absent. */
  probing?: ProbingRequest;
  /** Name of the registry that it comes from, up to 300 characters. */
  registry?: string;
  /** The label without which it is not seen; everybody who may read sees it when absent. */
  visibility?: string;
  /** Higher goes first, −10..10; 0 when absent. */
  priority?: number;
}

/** @throws ProbelogError INPUT_INVALID naming the field and what is wrong with it */
export function validateIngestRequest(request: unknown): IngestRequest {
  return parseRequest('ingest', schema, request);
}

/** What a caller says about a model version that is not probed here; as in {@link IngestRequest}. */
export type ModelRegistration = z.infer<typeof registration>;

/** @throws ProbelogError INPUT_INVALID naming the field and what is wrong with it */
export function validateRegistration(request: ModelRegistration): ModelRegistration {
  return parseRequest('registration', registration, request);
}

/** As for a whole request. @throws ProbelogError INPUT_INVALID naming the field and what is wrong with it */
export function validateProbing(request: ProbingRequest): ProbingRequest {
  return parseRequest('ingest', z.object({ probing }), { probing: request }).probing;
}
