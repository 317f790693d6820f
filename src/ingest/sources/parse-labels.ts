import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

const labelList = z.array(z.string().max(1_000)).max(1_000_000);
const idToLabel = z.object({ id2label: z.record(z.string().regex(/^\d+$/), z.string().max(1_000)) });

/**
 * Parses labels: a JSON list of strings in output order, or a Hugging Face `config.json` with `id2label`.
 *
 * @throws ProbelogError INPUT_INVALID when it is neither, or `id2label` has gaps
 */
export function parseLabels(json: unknown): string[] {
  const list = labelList.safeParse(json);
  if (list.success) return list.data;
  const map = idToLabel.safeParse(json);
  if (!map.success) {
    throw new ProbelogError(
      'INPUT_INVALID',
      'Labels must be a JSON list of strings, or an object with id2label.',
    );
  }
  const count = Object.keys(map.data.id2label).length;
  return Array.from({ length: count }, (_, index) => {
    const label = map.data.id2label[index];
    if (label !== undefined) return label;
    throw new ProbelogError(
      'INPUT_INVALID',
      `id2label has ${count} entries but none for output ${index}. Number them from 0 without gaps.`,
    );
  });
}
