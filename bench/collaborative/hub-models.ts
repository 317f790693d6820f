import type { ModelResponses } from '../accuracy/gallery.js';
import { type Hub, readResponses } from '../accuracy/hub.js';

/** All models of a hub with their responses to one probe set. */
export function modelsOfHub(folder: string, { models }: Hub, probeSet: string): ModelResponses[] {
  const { columns, data } = readResponses(folder, probeSet);
  return models.map((model) => {
    const rows = model.logits.length;
    const first = model.firstRow * columns;
    return { model, raw: { rows, columns, data: data.slice(first, first + rows * columns) } };
  });
}
