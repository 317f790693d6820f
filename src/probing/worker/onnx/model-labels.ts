import { labelLists } from '../../../lib/parse-labels.js';
import { parseLiteral } from '../../../lib/parse-literal.js';
import type { ModelLabels } from '../../protocol.js';

/** Metadata that exporters write labels to, in order of preference. */
const KEYS = ['names', 'classes', 'class_names', 'labels', 'label_names', 'id2label', 'categories'];
const MAX_LABELS = 100_000;

/**
 * Finds labels in `metadata_props`: JSON, a Python list or dict as text (ultralytics), or one label in each line or between
 * commas.
 */
export function metadataLabels(metadata: ReadonlyMap<string, string>): ModelLabels[] {
  return labelEntries(metadata).flatMap(([key, value]) => {
    const labels = parseMetadata(value);
    return labels ? [{ labels, source: `The model's metadata "${key}"` }] : [];
  });
}

/** Names of metadata that should hold labels, but in no form that is read. */
export function unreadLabels(metadata: ReadonlyMap<string, string>): string[] {
  return labelEntries(metadata).flatMap(([key, value]) => (parseMetadata(value) ? [] : [key]));
}

function labelEntries(metadata: ReadonlyMap<string, string>): [key: string, value: string][] {
  const byKey = new Map([...metadata].map((entry) => [entry[0].toLowerCase(), entry]));
  return KEYS.flatMap((key) => {
    const entry = byKey.get(key);
    return entry ? [entry] : [];
  });
}

function parseMetadata(text: string): string[] | null {
  const literal = parseLiteral(text);
  if (literal !== undefined) return labelLists(literal)[0]?.labels ?? null;
  if (/^\s*[[({]/.test(text)) return null;
  const separator = text.includes('\n') ? '\n' : ',';
  const parts = text.split(separator).map((part) => part.trim());
  while (parts.at(-1) === '') parts.pop();
  return parts.length > 1 && parts.length <= MAX_LABELS && !parts.includes('') ? parts : null;
}
