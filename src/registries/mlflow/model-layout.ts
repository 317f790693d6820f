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

/** Reads an `MLmodel` file, whoever wrote it; null when it is none. */
export function readModelLayout(text: string): ModelLayout | null {
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
