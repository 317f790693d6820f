import { parse } from 'yaml';
import { z } from 'zod';

/** A path within a version, from which nobody gets out. */
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

/** What a version's `MLmodel` says about it. */
export interface ModelLayout {
  /** Where its ONNX file is; null when it has no ONNX flavour. */
  onnx: string | null;
  /** From its `metadata`: labels, or an object with id2label. */
  labels?: unknown;
  /** From its `metadata`. */
  preprocessing?: unknown;
}

/** Flow collections that may be open at once, and explicit keys (`? `) in all. */
const MAX_OPEN = 32;
const MAX_EXPLICIT_KEYS = 32;

/**
 * Reads an `MLmodel` file, whoever wrote it; null when it is none.
 *
 * Threat model: the YAML parser takes time that grows with the fourth power of how deep flow collections and explicit
 * keys are nested, so five hundred bytes could stop this process. MLflow writes block style and nests little.
 */
export function readModelLayout(text: string): ModelLayout | null {
  if (isNestedDeep(text)) return null;
  let json: unknown;
  try {
    // Few aliases: a document of a few lines could stand for gigabytes otherwise.
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

/** Whether more flow collections or explicit keys are open at once than a file of MLflow's has, strings not told apart. */
function isNestedDeep(text: string): boolean {
  let open = 0;
  let keys = 0;
  for (let place = 0; place < text.length; place++) {
    const sign = text[place];
    if (sign === '{' || sign === '[') open++;
    else if ((sign === '}' || sign === ']') && open > 0) open--;
    else if (sign === '?' && /\s/.test(text[place + 1] ?? ' ')) keys++;
    if (open > MAX_OPEN || keys > MAX_EXPLICIT_KEYS) return true;
  }
  return false;
}
