import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

const MAX_LABELS = 1_000_000;
const label = z.union([z.string().max(1_000), z.number()]).transform(String);
const index = z.int().min(0).max(MAX_LABELS);

const labelList = z.array(label).max(MAX_LABELS);
/** ImageNet's usual form: the synset before the name. */
const synsetList = z.tuple([z.string(), label]).transform(([, name]) => name);
const byIndex = z.record(z.string().regex(/^\d+$/), z.union([label, synsetList]));
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
  constructor(labels: number, place: number) {
    super(
      'INPUT_INVALID',
      `There are ${labels} labels but none for output ${place}. Number them from 0 without gaps.`,
    );
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

function inOrder(byPlace: ReadonlyMap<number, string>): string[] | null {
  if (byPlace.size === 0) return null;
  return Array.from({ length: byPlace.size }, (_, place) => {
    const name = byPlace.get(place);
    if (name !== undefined) return name;
    throw new LabelGap(byPlace.size, place);
  });
}

/**
 * Parses a text file with a label in each line, with or without its number before it (`0 cat`, `1: dog`), or a CSV table with a
 * column `name`, `label`, `class` or `tag`.
 *
 * @throws ProbelogError INPUT_INVALID for a table without such a column, and for a text that is not a list
 */
export function parseLabelText(text: string): string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  if (lines.length > MAX_LABELS || lines.some((line) => line.trim() === '' || line.length > 1_000))
    throw new ProbelogError(
      'INPUT_INVALID',
      'A list of labels has one label, of up to 1,000 characters, in each line.',
    );
  const table = tableLabels(lines);
  if (table) return table;
  const numbered = lines.map((line) => /^\s*(\d+)\s*[\s:,.)]\s*(\S.*)$/.exec(line));
  const places = placesOf(numbered.map((match) => match?.[1]));
  if (!places) return lines.map((line) => line.trim());
  return inPlaces(
    places,
    numbered.map((match) => (match?.[2] ?? '').trim()),
  );
}

/** The outputs that numbers name, counted from 0 or from 1 without gaps, in any order; null when they do not. */
function placesOf(numbers: readonly (string | undefined)[]): number[] | null {
  const places = numbers.map((number) => (/^\d{1,7}$/.test(number ?? '') ? Number(number) : Number.NaN));
  const first = places.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
  const isComplete =
    new Set(places).size === places.length && places.every((place) => place < first + places.length);
  return (first === 0 || first === 1) && isComplete ? places.map((place) => place - first) : null;
}

function inPlaces(places: readonly number[], labels: readonly string[]): string[] {
  const ordered: string[] = new Array(labels.length);
  for (const [at, place] of places.entries()) ordered[place] = labels[at];
  return ordered;
}

/** Null when the first line is no heading of a table. */
function tableLabels([heading, ...rows]: string[]): string[] | null {
  const columns = cells(heading).map((name) => name.toLowerCase());
  if (columns.length < 2 || rows.length === 0) return null;
  const column = ['name', 'label', 'class', 'class_name', 'tag']
    .map((name) => columns.indexOf(name))
    .find((at) => at >= 0);
  if (column === undefined) return null;
  const place = ['index', 'class_index', 'output'].map((name) => columns.indexOf(name)).find((at) => at >= 0);
  const table = rows.map(cells);
  if (table.some((row) => row.length !== columns.length))
    throw new ProbelogError(
      'INPUT_INVALID',
      `A row of the table has not ${columns.length} columns, as its heading has.`,
    );
  if (place === undefined) {
    const labels = table.map((row) => row[column]);
    // An id may number the outputs, or the labels of a larger collection.
    const id = columns.indexOf('id');
    const places = id < 0 ? null : placesOf(table.map((row) => row[id]));
    return places ? inPlaces(places, labels) : labels;
  }
  return inOrder(new Map(table.map((row) => [Number(row[place]), row[column]]))) ?? [];
}

/** The cells of a line of CSV; quotes may enclose commas and doubled quotes (RFC 4180, without line breaks inside cells). */
function cells(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain).trim(),
  );
}
