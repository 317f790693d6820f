import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

/** Most labels of a file. */
export const MAX_LABELS = 1_000_000;
const label = z.union([z.string().max(1_000), z.number()]).transform(String);
const index = z.int().min(0).max(MAX_LABELS);

const labelList = z.array(label).max(MAX_LABELS);
/** ImageNet's usual form: the synset before the name. */
const synsetList = z.tuple([z.string(), label]).transform(([, name]) => name);
/** Up to seven digits: what is missing between numbers takes memory. */
const byIndex = z.record(z.string().regex(/^\d{1,7}$/), z.union([label, synsetList]));
const toIndex = z.record(
  z.string().max(1_000),
  z.union([
    index,
    z
      .string()
      .regex(/^\d{1,7}$/)
      .transform(Number),
  ]),
);

/** Labels were found, but not one for each output. */
export class LabelGap extends ProbelogError {
  /** In output order; empty where there is none. */
  readonly partial: string[];

  constructor(byPlace: ReadonlyMap<number, string>) {
    const last = [...byPlace.keys()].reduce((most, place) => Math.max(most, place), 0);
    const partial = Array.from({ length: last + 1 }, (_, place) => byPlace.get(place) ?? '');
    super(
      'INPUT_INVALID',
      `There are ${byPlace.size} labels but none for output ${partial.indexOf('')}. Number them from 0 without gaps.`,
    );
    this.partial = partial;
  }
}

/** Fields that hold labels, in order of preference. */
const FIELDS = ['id2label', 'label2id', 'label_names', 'labels', 'classes', 'class_names', 'names'];

/**
 * Parses labels: a list in output order; an object from index to label, or from label to index; or a document that has one of
 * these under `id2label`, `label2id`, `label_names`, `labels`, `classes`, `class_names` or `names`, or under timm's `pretrained_cfg` or
 * PaddleX's `PostProcess`.
 *
 * @throws ProbelogError INPUT_INVALID when it is none of these, or indexes have gaps
 */
export function parseLabels(document: unknown): string[] {
  const labels = findLabels(document);
  if (labels) return labels;
  throw new ProbelogError(
    'INPUT_INVALID',
    'Labels must be a JSON list of strings, or an object with id2label.',
  );
}

function findLabels(document: unknown): string[] | null {
  const list = labelList.safeParse(document);
  if (list.success) return list.data;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null;
  const fields = new Map(Object.entries(document));
  for (const name of FIELDS) {
    const labels = listed(fields.get(name));
    if (labels) return labels;
  }
  const nested = fields.get('pretrained_cfg') ?? paddleLabels(fields.get('PostProcess'));
  return nested ? findLabels(nested) : listed(document);
}

/** PaddleX: one operation, such as Topk, with a `label_list`. */
function paddleLabels(operations: unknown): unknown {
  const parsed = z
    .record(z.string(), z.looseObject({ label_list: labelList.optional() }))
    .safeParse(operations);
  return parsed.success
    ? Object.values(parsed.data).find(({ label_list }) => label_list)?.label_list
    : undefined;
}

/** A list, or an object in either direction; null when it is neither. */
function listed(value: unknown): string[] | null {
  const list = labelList.safeParse(value);
  if (list.success) return list.data;
  const indexed = byIndex.safeParse(value);
  if (indexed.success)
    return inOrder(new Map(Object.entries(indexed.data).map(([key, name]) => [Number(key), name])));
  const reversed = toIndex.safeParse(value);
  if (reversed.success)
    return inOrder(new Map(Object.entries(reversed.data).map(([name, place]) => [place, name])));
  return null;
}

/** The labels from place 0 on; null without any. @throws LabelGap; ProbelogError INPUT_INVALID */
export function inOrder(byPlace: ReadonlyMap<number, string>): string[] | null {
  if (byPlace.size === 0) return null;
  const labels = Array.from({ length: byPlace.size }, (_, place) => byPlace.get(place));
  if (labels.every((name) => name !== undefined)) return labels;
  for (const place of byPlace.keys())
    if (!Number.isInteger(place) || place > MAX_LABELS)
      throw new ProbelogError(
        'INPUT_INVALID',
        'Labels are numbered from 0, by whole numbers below a million.',
      );
  throw new LabelGap(byPlace);
}
