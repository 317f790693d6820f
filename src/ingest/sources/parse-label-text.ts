import { ProbelogError } from '../../errors/index.js';
import { inOrder, MAX_LABELS } from './parse-labels.js';

const MAX_CHARACTERS = 1_000;

/**
 * Parses a text file with a label in each line, with or without its number before it (`0 cat`, `1: dog`), or a table with a
 * column `name`, `label`, `class` or `tag`.
 *
 * @throws ProbelogError INPUT_INVALID for a text that is not a list
 */
export function parseLabelText(text: string): string[] {
  return checked(labelsOfTable(text) ?? labelsOfLines(text));
}

/**
 * Parses a CSV table, as {@link parseLabelText}. It may also have no heading and a column with the numbers of the outputs, or one
 * column only.
 *
 * @throws ProbelogError INPUT_INVALID
 */
export function parseLabelTable(text: string): string[] {
  const [separator] = SEPARATORS.toSorted((a, b) => text.split(b).length - text.split(a).length);
  return checked(labelsOfTable(text) ?? withoutHeading(tableRows(text, separator)) ?? labelsOfLines(text));
}

function labelsOfTable(text: string): string[] | null {
  for (const separator of SEPARATORS) {
    const column = labelColumn(tableRows(text.split(LINE_END, 1)[0], separator)[0]);
    if (column !== null) return withHeading(tableRows(text, separator), column);
  }
  return null;
}

function labelsOfLines(text: string): string[] {
  const lines = text.trimEnd().split(LINE_END);
  return numbered(lines) ?? lines.map((line) => line.trim());
}

function checked(labels: string[]): string[] {
  const isList = labels.every((label) => label !== '' && label.length <= MAX_CHARACTERS);
  if (isList && labels.length > 0 && labels.length <= MAX_LABELS) return labels;
  throw new ProbelogError(
    'INPUT_INVALID',
    `A list of labels has one label, of up to ${MAX_CHARACTERS.toLocaleString('en')} characters, in each line.`,
  );
}

/** The labels without the numbers before them; null when these do not number the outputs. */
function numbered(lines: readonly string[]): string[] | null {
  const parts = lines.map((line) => /^\s*(\d+)\s*[\s:,.)]\s*(\S.*)$/.exec(line));
  const places = placesOf(parts.map((match) => match?.[1]));
  return (
    places &&
    inPlaces(
      places,
      parts.map((match) => (match?.[2] ?? '').trim()),
    )
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

const LINE_END = /\r\n|\n|\r/;
const SEPARATORS = [',', ';', '\t'];
const LABEL_COLUMNS = ['name', 'label', 'class', 'class_name', 'tag'];
const PLACE_COLUMNS = ['index', 'class_index', 'output'];

/** The place of the column with the labels; null when the first row is no heading of a table. */
function labelColumn(heading: readonly string[]): number | null {
  const columns = heading.map((name) => name.toLowerCase());
  const found = LABEL_COLUMNS.map((name) => columns.indexOf(name)).find((at) => at >= 0);
  return columns.length > 1 ? (found ?? null) : null;
}

function withHeading([heading, ...rows]: string[][], column: number): string[] {
  if (rows.some((row) => row.length !== heading.length))
    throw new ProbelogError(
      'INPUT_INVALID',
      `A row of the table has not ${heading.length} columns, as its heading has.`,
    );
  const columns = heading.map((name) => name.toLowerCase());
  const place = PLACE_COLUMNS.map((name) => columns.indexOf(name)).find((at) => at >= 0);
  const labels = rows.map((row) => row[column]);
  if (place !== undefined)
    return inOrder(new Map(rows.map((row) => [Number(row[place]), row[column]]))) ?? [];
  // An id may number the outputs, or the labels of a larger collection.
  const id = columns.indexOf('id');
  const places = id < 0 ? null : placesOf(rows.map((row) => row[id]));
  return places ? inPlaces(places, labels) : labels;
}

/** One column, or two of which one numbers the outputs; null for any other table. */
function withoutHeading(rows: string[][]): string[] | null {
  const columns = rows[0].length;
  if (columns > 2 || rows.some((row) => row.length !== columns)) return null;
  if (columns === 1) {
    const labels = rows.map(([label]) => label);
    return LABEL_COLUMNS.includes(labels[0].toLowerCase()) ? labels.slice(1) : labels;
  }
  for (const column of [0, 1]) {
    const places = placesOf(rows.map((row) => row[column]));
    if (places)
      return inPlaces(
        places,
        rows.map((row) => row[1 - column]),
      );
  }
  return null;
}

/** Quotes may enclose separators, line breaks and doubled quotes. */
function tableRows(text: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  const cell = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`,
    'gy',
  );
  for (const [, quoted, plain, end] of text.trimEnd().matchAll(cell)) {
    rows.at(-1)?.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (end === '') break;
    if (end !== separator) rows.push([]);
  }
  return rows;
}
