import { z } from 'zod';
import { type ModelFacts, VISIBILITY_LABEL } from '../../store/index.js';
import { parseRequest } from './parse-request.js';

/** Printable, on one line, without blanks at either end. */
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

/** Characters of JSON. Descriptions have some hundreds, and a Hugging Face file a few thousands. */
const MAX_PREPROCESSING_LENGTH = 2 ** 16;

function isShort(description: unknown): boolean {
  return (JSON.stringify(description) ?? '').length <= MAX_PREPROCESSING_LENGTH;
}

const PRIORITY = 'it must be a whole number from -10 to 10';

const facts = {
  labels: z.array(z.string().max(1_000)).max(1_000_000).optional(),
  license: name.max(200).optional(),
  registry: name.optional(),
  visibility: z
    .string()
    .regex(VISIBILITY_LABEL, 'it must be a label of 1 to 100 letters, digits and . _ : @ / -')
    .optional(),
} satisfies Record<keyof ModelFacts, z.ZodType>;

const registrationFields = z.strictObject({
  name,
  version: name,
  ...facts,
  licence: facts.license,
  probeSet: z.string().min(1).max(300).optional(),
});

const ingestFields = registrationFields.extend({
  source: z.string().min(1).max(4_096),
  preprocessing: z
    .unknown()
    .refine(isShort, `it must not be longer than ${MAX_PREPROCESSING_LENGTH} characters of JSON`)
    .optional(),
  output: z.string().min(1).max(1_000).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  probing: probing.optional(),
  priority: z.int(PRIORITY).min(-10, PRIORITY).max(10, PRIORITY).optional(),
} satisfies Record<Exclude<keyof IngestRequest, keyof ModelRegistration>, z.ZodType>);

const registration = registrationFields.transform(withLicense);
const ingest = ingestFields.transform(withLicense);

/** Moves the older spelling to the newer one. */
function withLicense<T extends { license?: string; licence?: string }>({ licence, ...request }: T) {
  return { ...request, license: request.license ?? licence };
}

/** How much of the probe set one model is run on. Absent fields take their value from the settings. */
export interface ProbingRequest {
  /** Share of the probes to run once the gallery has earned it, 0.02..1. */
  budget?: number;
  /** Ends probing sooner, when the expected error of the model's logits falls to this, 0..1. */
  errorBound?: number;
  /**
   * Continues probing after the budget while the expected error is more than this many times that of the gallery's own
   * models, 0..100; 0: never. When only the budget or the bound is given, 0.
   */
  errorFactor?: number;
  /** Runs every probe. Excludes the other three. */
  full?: boolean;
}

/** A request to register and probe a model version. An interface, not `z.infer`: the package's API report lists its fields. */
export interface IngestRequest {
  /** With `version` the identity of the model version; 1–300 characters. */
  name: string;
  version: string;
  /** A path, an http(s) URL or s3://bucket/key of an ONNX file; from a webhook also the URI of a version in its registry. */
  source: string;
  /** One label per output, in output order. */
  labels?: string[];
  /** A preprocessing description in any form that `parsePreprocessing` reads. */
  preprocessing?: unknown;
  /** The output tensor to use when several qualify. */
  output?: string;
  /** Id or name of a probe set; the default one when absent. */
  probeSet?: string;
  /** SPDX expression or free text, up to 200 characters. */
  license?: string;
  /**
   * The older spelling of `license`.
   *
   * @deprecated Use `license`.
   */
  licence?: string;
  /** SHA-256 that the model file must have, in lowercase hexadecimal. */
  sha256?: string;
  /** How much of the probe set the model is run on. */
  probing?: ProbingRequest;
  /** Name of the registry that the model comes from, up to 300 characters. */
  registry?: string;
  /** Principals need this label to see the model; without it, every principal that may read does. */
  visibility?: string;
  /** Higher goes first, −10..10; 0 when absent. */
  priority?: number;
}

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function validateIngestRequest(request: unknown): Omit<IngestRequest, 'licence'> {
  return parseRequest('ingest', ingest, request);
}

/** A request to register a model version whose responses are uploaded. Fields as in {@link IngestRequest}. */
export type ModelRegistration = z.input<typeof registrationFields>;

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function validateRegistration(request: ModelRegistration): z.output<typeof registration> {
  return parseRequest('registration', registration, request);
}

/** The facts of a checked request. */
export function factsOf(request: Pick<IngestRequest, keyof ModelFacts>): ModelFacts {
  const { labels, license, registry, visibility } = request;
  return {
    labels: labels ?? null,
    license: license ?? null,
    registry: registry ?? null,
    visibility: visibility ?? null,
  };
}

/** @throws ProbelogError INPUT_INVALID naming the bad field and its problem */
export function validateProbing(request: ProbingRequest): ProbingRequest {
  return parseRequest('ingest', z.object({ probing }), { probing: request }).probing;
}
