import { ProbelogError } from '../errors/index.js';

/** Most labels of a file. */
export const MAX_LABELS = 1_000_000;
const MAX_CHARACTERS = 1_000;
/** Up to seven digits: what is missing between numbers takes memory. */
const NUMBER = /^\d{1,7}$/;

/** A list of labels in a document. */
export interface LabelList {
  /** The field that holds it; null for the document itself. */
  field: string | null;
  /** In output order; empty where there is none. */
  labels: string[];
}

/** Fields that hold labels, in order of preference. */
const FIELDS = [
  'id2label',
  'label2id',
  'label_names',
  'labels',
  'classes',
  'class_names',
  'names',
  'idx_to_class',
  'class_to_idx',
  'idx2label',
  'label2idx',
  'index_to_name',
  'class_labels',
  'label_list',
  'label_map',
  'categories',
];
/** Those that promise an object; in others, numbers may be any settings. */
const MAPPING = /2id|2label|_to_/;
/** Fields of an entry that hold its label, in order of preference. */
const NAMES = ['name', 'label', 'class_name', 'label_name', 'class', 'display_name', 'title', 'tag'];
/** Fields of an entry that say which output it labels. */
const PLACES = ['index', 'idx', 'class_index', 'class_idx', 'output'];
/** Those that may number the outputs, or the entries of a larger collection. */
const IDS = ['id', 'class_id', 'label_id', 'category_id', 'label', 'class'];

/** @throws ProbelogError INPUT_INVALID when an output has no label */
export function complete(labels: string[]): string[] {
  const gap = labels.indexOf('');
  if (gap < 0) return labels;
  throw new ProbelogError(
    'INPUT_INVALID',
    `There are ${labels.filter((label) => label !== '').length} labels but none for output ${gap}. Number them from 0 without gaps.`,
  );
}

/**
 * All lists of labels in a document, the preferred one first: a list in output order, of texts or of objects with a name and perhaps a
 * number; an object from number to label, or from label to number; or a document that has one of these in a field such as `id2label`,
 * or under timm's `pretrained_cfg` or PaddleX's `PostProcess`.
 */
export function labelLists(document: unknown): LabelList[] {
  if (Array.isArray(document)) return ofField(null, listOf(document));
  if (!isObject(document)) return [];
  const fields = new Map(Object.entries(document));
  const lists = FIELDS.flatMap((name) => ofField(name, listed(fields.get(name), MAPPING.test(name))));
  const nested = [fields.get('pretrained_cfg'), paddleLabels(fields.get('PostProcess'))];
  lists.push(...nested.flatMap(labelLists));
  return lists.length > 0 ? lists : ofField(null, byNumber(document) ?? numbersByLabel(document, false));
}

function ofField(field: string | null, labels: string[] | null): LabelList[] {
  return labels === null ? [] : [{ field, labels }];
}

/** PaddleX: one operation, such as Topk, with a `label_list`. */
function paddleLabels(operations: unknown): unknown {
  if (!isObject(operations)) return undefined;
  return Object.values(operations).flatMap((operation) =>
    isObject(operation) && Array.isArray(operation.label_list) ? [operation.label_list] : [],
  )[0];
}

/** A list, or an object in either direction; null when it is neither. */
function listed(value: unknown, mayLackSome: boolean): string[] | null {
  if (Array.isArray(value)) return listOf(value);
  if (!isObject(value)) return null;
  return byNumber(value) ?? numbersByLabel(value, mayLackSome) ?? onlyList(value);
}

/** Lobe: `{ "Label": ["cat", "dog"] }` */
function onlyList(value: Record<string, unknown>): string[] | null {
  const [list, ...others] = Object.values(value);
  return Array.isArray(list) && others.length === 0 ? listOf(list) : null;
}

function listOf(items: readonly unknown[]): string[] | null {
  if (items.length === 0 || items.length > MAX_LABELS) return null;
  const labels = items.map(labelOf);
  if (!labels.every((label) => label !== null)) return null;
  const places = items.map((item) => placeIn(item, PLACES));
  if (places.every((place) => place !== null)) return inPlaces(places, labels);
  const ids = placesOf(items.map((item) => placeIn(item, IDS)));
  return ids ? inPlaces(ids, labels) : labels;
}

/** `{ "0": "cat" }`, also with an object or ImageNet's pair of synset and name for each label. */
function byNumber(value: Record<string, unknown>): string[] | null {
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => NUMBER.test(key))) return null;
  const labels = keys.map((key) => labelOf(value[key]));
  return labels.every((label) => label !== null) ? inPlaces(keys.map(Number), labels) : null;
}

/** `{ "cat": 0 }`, `{ "cat": "0" }` or `{ "cat": { "id": 0 } }`. */
function numbersByLabel(value: Record<string, unknown>, mayLackSome: boolean): string[] | null {
  const labels = Object.keys(value);
  const places = labels.map((label) => {
    const entry = value[label];
    return isObject(entry) ? placeIn(entry, [...PLACES, ...IDS]) : numberOf(entry);
  });
  const areNumbered = labels.length > 0 && labels.every(isLabel) && places.every((place) => place !== null);
  return areNumbered && (mayLackSome || isComplete(places)) ? inPlaces(places, labels) : null;
}

/** The label of an entry; null when it is none. */
function labelOf(entry: unknown): string | null {
  if (typeof entry === 'number') return String(entry);
  if (typeof entry === 'string') return isLabel(entry) ? entry : null;
  // A pair of synset and name, or of number and label.
  if (Array.isArray(entry))
    return entry.length === 2 && typeof entry[1] === 'string' ? labelOf(entry[1]) : null;
  if (!isObject(entry)) return null;
  const values = NAMES.map((name) => entry[name]);
  return labelOf(
    values.find((value) => typeof value === 'string') ?? values.find((value) => value !== undefined),
  );
}

function isLabel(text: string): boolean {
  return text.length <= MAX_CHARACTERS;
}

function placeIn(entry: unknown, fields: readonly string[]): number | null {
  if (Array.isArray(entry)) return typeof entry[0] === 'number' ? numberOf(entry[0]) : null;
  if (!isObject(entry)) return null;
  return fields.map((field) => numberOf(entry[field])).find((place) => place !== null) ?? null;
}

function numberOf(value: unknown): number | null {
  const isNumber = typeof value === 'number' || typeof value === 'string';
  return isNumber && NUMBER.test(String(value)) ? Number(value) : null;
}

/** The outputs that numbers name, counted from 0 or from 1 without gaps, in any order; null when they do not. */
export function placesOf(numbers: readonly (number | string | null | undefined)[]): number[] | null {
  const places = numbers.map(numberOf).filter((place) => place !== null);
  const first = places.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
  const from = places.map((place) => place - first);
  return places.length === numbers.length && first <= 1 && isComplete(from) ? from : null;
}

/** Whether the numbers are 0, 1, 2, … in any order. */
function isComplete(places: readonly number[]): boolean {
  return new Set(places).size === places.length && places.every((place) => place < places.length);
}

/** Labels at their places, empty where there is none; null when two have the same place, or one is too high. */
export function inPlaces(places: readonly number[], labels: readonly string[]): string[] | null {
  const last = places.reduce((most, place) => Math.max(most, place), -1);
  if (last < 0 || last >= MAX_LABELS || new Set(places).size < places.length) return null;
  const ordered: string[] = new Array(last + 1).fill('');
  for (const [at, place] of places.entries()) ordered[place] = labels[at];
  return ordered;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
