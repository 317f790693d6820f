import { parse } from 'yaml';
import { z } from 'zod';

/** A path within a version. It cannot lead out of it. */
const path = z
  .string()
  .max(1_000)
  .refine((text) => !text.split(/[\\/]/).includes('..') && !/^[\\/]|\0/.test(text));

const mlmodel = z.object({
  flavors: z.object({ onnx: z.object({ data: path }).optional().catch(undefined) }).catch({}),
  metadata: z
    .object({ labels: z.unknown(), id2label: z.unknown(), preprocessing: z.unknown() })
    .partial()
    .nullish()
    .catch(null),
});

/** The parts of a version's `MLmodel` that we use. */
export interface ModelLayout {
  /** Path of its ONNX file; null when it has no ONNX flavor. */
  onnx: string | null;
  /** From its `metadata`: labels, or an object with id2label. */
  labels?: unknown;
  /** From its `metadata`. */
  preprocessing?: unknown;
}

/** Limits for flow collections open at once, and for explicit keys (`? `) in total. */
const MAX_OPEN = 32;
const MAX_EXPLICIT_KEYS = 32;

/**
 * Reads an untrusted `MLmodel` file; null when it is not one.
 *
 * Threat model: the YAML parser's time grows with the fourth power of the nesting depth of flow collections and explicit
 * keys, so five hundred bytes could stop this process. MLflow writes block style with little nesting.
 */
export function readModelLayout(text: string): ModelLayout | null {
  if (isNestedTooDeep(text)) return null;
  let json: unknown;
  try {
    // Without a limit on aliases, a document of a few lines could expand to gigabytes.
    json = parse(text, { maxAliasCount: 10, logLevel: 'silent', prettyErrors: false });
  } catch {
    return null;
  }
  const read = mlmodel.safeParse(json);
  if (!read.success) return null;
  const { flavors, metadata } = read.data;
  const { labels, id2label, preprocessing } = metadata ?? {};
  return {
    onnx: flavors.onnx?.data ?? null,
    labels: labels ?? (id2label === undefined ? undefined : { id2label }),
    preprocessing,
  };
}

/** Whether the nesting exceeds that of any file MLflow writes. It also counts brackets inside strings. */
function isNestedTooDeep(text: string): boolean {
  let open = 0;
  let keys = 0;
  for (let index = 0; index < text.length; index++) {
    const sign = text[index];
    if (sign === '{' || sign === '[') open++;
    else if ((sign === '}' || sign === ']') && open > 0) open--;
    else if (sign === '?' && /\s/.test(text[index + 1] ?? ' ')) keys++;
    if (open > MAX_OPEN || keys > MAX_EXPLICIT_KEYS) return true;
  }
  return false;
}
