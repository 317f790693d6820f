import { parseJson } from '../../lib/parse-json.js';
import { parseLabelTable, parseLabelText } from './parse-label-text.js';
import { parseLabels } from './parse-labels.js';

/**
 * The labels in a file: its name tells the form, or its content.
 *
 * @throws SyntaxError when it is not the JSON or YAML that its name promises; ProbelogError INPUT_INVALID
 */
export async function readLabels(name: string, text: string): Promise<string[]> {
  if (/\.json$/i.test(name)) return parseLabels(parseJson(text));
  if (/\.ya?ml$/i.test(name)) return parseLabels(await parseYaml(text));
  if (/\.[ct]sv$/i.test(name)) return parseLabelTable(text);
  return parseLabels(jsonOrNull(text) ?? parseLabelText(text));
}

function jsonOrNull(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** YAML of a stranger. Few models have a file of it, so the parser is loaded on demand. */
export async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(text, { maxAliasCount: 0 });
}
