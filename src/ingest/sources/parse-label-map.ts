import { type LabelList, labelLists } from '../../lib/parse-labels.js';

/** An item of a TensorFlow label map, which has no messages inside. Spaces are few, so that a stranger's file is read in a moment. */
const ITEM = /\bitem\s{0,20}:?\s{0,20}\{([^{}]*)\}/g;
const FIELD = /\b(id|name|display_name)\s*:\s*(?:(\d+)|"([^"\n]*)"|'([^'\n]*)')/g;

/**
 * Reads a TensorFlow label map, a text of protobuf: `item { id: 1 name: "n02119789" display_name: "kit fox" }`. The name for people
 * counts, where there is one.
 *
 * @returns none for any other text
 */
export function parseLabelMap(text: string): LabelList[] {
  const items = Array.from(text.matchAll(ITEM), ([, content]) => {
    const fields = Array.from(
      content.matchAll(FIELD),
      ([, field, number, double, single]) => [field, number ?? double ?? single] as const,
    );
    const { id, name, display_name: shown } = Object.fromEntries(fields);
    return { id, name: shown ?? name };
  });
  return labelLists(items);
}
