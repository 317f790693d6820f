import { z } from 'zod';
import { ProbelogError } from '../errors/index.js';

/** Printable, on one line, without leading or trailing blanks. */
const name = z
  .string()
  .min(1)
  .max(300)
  .regex(/^\S(.*\S)?$/u)
  .refine((text) => !/\p{Cc}/u.test(text));

const schema = z.strictObject({
  name,
  version: name,
  source: z.string().min(1).max(4_096),
  labels: z.array(z.string().max(1_000)).max(1_000_000).optional(),
  preprocessing: z.unknown().optional(),
  output: z.string().min(1).max(1_000).optional(),
  probeSet: z.string().min(1).max(300).optional(),
  licence: name.max(200).optional(),
  registry: name.optional(),
});

/** What a caller asks for when registering a model version. */
export interface IngestRequest {
  /** With `version` the identity of the model version; 1–300 characters. */
  name: string;
  version: string;
  /** A path or an http(s) URL of an ONNX file. */
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
  licence?: string;
  /** Name of the registry that it comes from, up to 300 characters. */
  registry?: string;
}

/** @throws ProbelogError INPUT_INVALID naming the field and what is wrong with it */
export function validateIngestRequest(request: unknown): IngestRequest {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue.path.join('.') || 'request';
  throw new ProbelogError('INPUT_INVALID', `The ingest's ${field} is not usable: ${issue.message}.`, {
    field,
  });
}
