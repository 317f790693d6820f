import type { ModelModel } from '../generated/models.js';
import type { ModelRecord } from '../records.js';

/** A row of the table as the store shows it. */
export function modelRecord({ hasLabels, ...row }: ModelModel): ModelRecord {
  return {
    ...row,
    labels: hasLabels ? row.labels : null,
    fileBytes: row.fileBytes === null ? null : Number(row.fileBytes),
  };
}
