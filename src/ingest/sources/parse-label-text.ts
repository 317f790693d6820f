import { ProbelogError } from '../../errors/index.js';
import { inPlaces, MAX_LABELS, placesOf } from '../../lib/parse-labels.js';

const MAX_CHARACTERS = 1_000;
/** ImageNet's number of a class, before its name: `n01440764 tench, Tinca tinca`. */
const SYNSET = /^(n\d{8})[\s,:]+(\S.*)$/;

/**
 * Parses a text file with a label in each line, with or without its number or ImageNet's synset before it (`0 cat`, `1: dog`), all
 * labels in one line, or a table with a column `name`, `label`, `class` or `tag`.
 *
 * @returns in output order; empty where a table that numbers them has none
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
  const lines = withoutQuotes(text.trim().split(LINE_END));
  if (lines.length === 1 && lines[0].includes(',')) return filled(lines[0].split(','));
  const labels = numbered(lines) ?? lines.map((line) => line.trim());
  const names = labels.map((label) => SYNSET.exec(label)?.[2]);
  return filled(names.every((name) => name !== undefined) ? names : labels);
}

/** The lines as they are, unless each is in quotes, as in a program: `"cat",`. */
function withoutQuotes(lines: readonly string[]): readonly string[] {
  const inside = lines.map((line) => /^\s*(["'])(.*)\1\s*,?\s*$/.exec(line)?.[2]);
  return inside.every((text) => text !== undefined) ? inside : lines;
}

/** @throws ProbelogError INPUT_INVALID for an empty line, or numbers that are no labels, such as weights */
function filled(lines: readonly string[]): string[] {
  const labels = lines.map((line) => line.trim());
  if (!labels.includes('') && !labels.every((label) => /^[-+]?\d*\.\d+(e[-+]?\d+)?$/i.test(label)))
    return labels;
  throw notAList();
}

function checked(labels: string[]): string[] {
  const isList =
    labels.some((label) => label !== '') && labels.every(({ length }) => length <= MAX_CHARACTERS);
  if (isList && labels.length <= MAX_LABELS) return labels;
  throw notAList();
}

function notAList(): ProbelogError {
  return new ProbelogError(
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
    return byColumn(
      rows.map((row) => row[place]),
      labels,
    );
  // An id may number the outputs, or the labels of a larger collection.
  const id = columns.indexOf('id');
  const places = id < 0 ? null : placesOf(rows.map((row) => row[id]));
  return (places && inPlaces(places, labels)) ?? labels;
}

/** The labels of a table that numbers the outputs; none when two have the same number. */
function byColumn(numbers: readonly string[], labels: readonly string[]): string[] {
  const places = numbers.map((number) =>
    /^\d{1,7}$/.test(number) ? Number(number) : Number.POSITIVE_INFINITY,
  );
  return inPlaces(places, labels) ?? [];
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
