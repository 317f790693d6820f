import { parse } from 'yaml';
import { z } from 'zod';
import { isYamlNestedTooDeep } from '../../lib/yaml-nesting.js';
import { parseSidecar } from '../registry-json.js';

/** A path within a version. It cannot lead out of it. */
const path = z
  .string()
  .max(1_000)
  .refine((text) => !text.split(/[\\/]/).includes('..') && !/^[\\/]|\0/.test(text));

const mlmodel = z.object({
  flavors: z
    .looseObject({
      onnx: z
        .object({ data: path.nullable().catch(null) })
        .optional()
        .catch({ data: null }),
      transformers: z
        .object({ task: z.string().max(100) })
        .partial()
        .optional()
        .catch(undefined),
    })
    .catch({}),
  signature: z.object({ inputs: z.string() }).nullish().catch(null),
  saved_input_example_info: z
    .object({ artifact_path: path, type: z.literal('ndarray') })
    .nullish()
    .catch(null),
  metadata: z
    .object({ labels: z.unknown(), id2label: z.unknown(), preprocessing: z.unknown() })
    .partial()
    .nullish()
    .catch(null),
});

/** Columns of a signature: https://mlflow.org/docs/latest/ml/model/signatures */
const columns = z.array(z.object({ type: z.string().refine((type) => type !== 'tensor'), name: z.string() }));

/** The only tensor of a signature. */
const oneTensor = z.tuple([z.object({ 'tensor-spec': z.object({ shape: z.array(z.int()).min(1).max(8) }) })]);

const FLAVOR = /^[a-z][a-z\d_-]{0,50}$/;

/** The parts of a version's `MLmodel` that we use. */
export interface ModelLayout {
  /** Path of its ONNX file; null when it has no ONNX flavor, or that names no file of the version. */
  onnx: string | null;
  /** Names of its flavors, as MLflow has them; `python_function` is among nearly all. */
  flavors: readonly string[];
  /** Task of its transformers pipeline; null when it has none. */
  task: string | null;
  /** Number of named columns that it takes as its input; null when it takes tensors, or does not say. */
  columns: number | null;
  /** Shape of the tensor that it takes, −1 where any size will do; null when it takes several, or does not say. */
  shape: readonly number[] | null;
  /** Path of an example of that tensor, as JSON; null when there is none. */
  example: string | null;
  /** From its `metadata`: labels, or an object with id2label. */
  labels?: unknown;
  /** From its `metadata`. */
  preprocessing?: unknown;
}

/** Reads an untrusted `MLmodel` file; null when it is not one. MLflow writes block style with little nesting. */
export function readModelLayout(text: string): ModelLayout | null {
  if (isYamlNestedTooDeep(text)) return null;
  let json: unknown;
  try {
    // Without a limit on aliases, a document of a few lines could expand to gigabytes. To find repeated keys, the parser
    // compares each with all others: minutes for a file of short keys.
    json = parse(text, { maxAliasCount: 10, uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  } catch {
    return null;
  }
  const read = mlmodel.safeParse(json);
  if (!read.success) return null;
  const { flavors, metadata, signature, saved_input_example_info: example } = read.data;
  const { labels, id2label, preprocessing } = metadata ?? {};
  return {
    onnx: flavors.onnx?.data ?? null,
    flavors: Object.keys(flavors).filter((name) => flavors[name] !== undefined && FLAVOR.test(name)),
    task: flavors.transformers?.task ?? null,
    columns: columnsOf(signature?.inputs),
    shape: shapeOf(signature?.inputs),
    example: example?.artifact_path ?? null,
    labels: labels ?? (id2label === undefined ? undefined : { id2label }),
    preprocessing,
  };
}

/** A tensor has the type "tensor"; a column has a name. */
function columnsOf(inputs: string | undefined): number | null {
  const read = columns.safeParse(parseSidecar(inputs ?? null));
  return read.success && read.data.length > 0 ? read.data.length : null;
}

function shapeOf(inputs: string | undefined): number[] | null {
  const read = oneTensor.safeParse(parseSidecar(inputs ?? null));
  return read.success ? read.data[0]['tensor-spec'].shape : null;
}
