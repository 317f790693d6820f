import { ProbelogError } from '../../errors/index.js';
import { parseJson } from '../../lib/parse-json.js';
import { complete, type LabelList, labelLists } from '../../lib/parse-labels.js';
import { parseLiteral } from '../../lib/parse-literal.js';
import { isYamlNestedTooDeep } from '../../lib/yaml-nesting.js';
import { parseLabelMap } from './parse-label-map.js';
import { parseLabelTable, parseLabelText } from './parse-label-text.js';

/**
 * The labels in a file that is given for a model: its name tells the form, or its content.
 *
 * @throws SyntaxError when it is not the JSON or YAML that its name promises; ProbelogError INPUT_INVALID when an output has no label
 */
export async function readLabels(name: string, text: string): Promise<string[]> {
  const [first] = await readLabelLists(name, text);
  return complete(first.labels);
}

/**
 * All lists of labels in a file, the preferred one first; at least one.
 *
 * @throws SyntaxError when it is not the JSON or YAML that its name promises; ProbelogError INPUT_INVALID
 */
export async function readLabelLists(name: string, text: string): Promise<LabelList[]> {
  if (/\.json$/i.test(name)) return inDocument(parseJson(text));
  if (/\.ya?ml$/i.test(name)) return inDocument(await parseYaml(text));
  if (/\.[ct]sv$/i.test(name)) return [{ field: null, labels: parseLabelTable(text) }];
  if (/\.pbtxt$/i.test(name)) return found(parseLabelMap(text));
  const document = jsonOrNull(text) ?? parseLiteral(text);
  return document == null ? [{ field: null, labels: parseLabelText(text) }] : inDocument(document);
}

function inDocument(document: unknown): LabelList[] {
  return found(labelLists(document));
}

function found(lists: LabelList[]): LabelList[] {
  if (lists.length > 0) return lists;
  throw new ProbelogError(
    'INPUT_INVALID',
    'Labels must be a list of texts, an object from number to label, or a document with such a list, such as id2label.',
  );
}

function jsonOrNull(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** Enough for the labels of 30,000 outputs; the parser takes a second for it. */
const MAX_YAML_CHARACTERS = 2 ** 20;

/** YAML of a stranger. Few models have a file of it, so the parser is loaded on demand. @throws SyntaxError; as the parser */
export async function parseYaml(text: string): Promise<unknown> {
  if (text.length > MAX_YAML_CHARACTERS) throw new SyntaxError('a YAML file of more than 1 MiB');
  if (isYamlNestedTooDeep(text)) throw new SyntaxError('nested too deep');
  const { parse } = await import('yaml');
  // To find repeated keys, the parser compares each with all others: minutes for a file of short keys.
  return parse(text, { maxAliasCount: 0, uniqueKeys: false, logLevel: 'error' });
}
