import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

const labelList = z.array(z.string().max(1_000)).max(1_000_000);
const idToLabel = z.object({ id2label: z.record(z.string().regex(/^\d+$/), z.string().max(1_000)) });

/**
 * Labels from JSON: a list of strings in output order, or a Hugging Face `config.json` with `id2label`.
 *
 * @throws ProbelogError INPUT_INVALID when it is neither, or when `id2label` has gaps
 */
export function parseLabels(json: unknown): string[] {
  const list = labelList.safeParse(json);
  if (list.success) return list.data;
  const map = idToLabel.safeParse(json);
  if (!map.success) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'Labels must be a JSON list of strings or an object with id2label.',
    );
  }
  const entries = Object.entries(map.data.id2label);
  return entries.map((_, index) => {
    const label = map.data.id2label[index];
    if (label === undefined) {
      throw new ProbelogError(
        'INPUT_INVALID',
        `id2label has ${entries.length} entries but none for output ${index}.`,
      );
    }
    return label;
  });
}
