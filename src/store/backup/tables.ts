/** A table that goes along in a backup. */
export interface BackedUpTable {
  name: string;
  /** Its primary key: in this order its rows are written. */
  key: string[];
}

/**
 * What goes along in a backup, each table behind those that it refers to.
 *
 * `lease` stays: it says what processes do at the moment, and on another machine nobody does it.
 */
export const BACKED_UP_TABLES: readonly BackedUpTable[] = [
  { name: 'probe_set', key: ['id'] },
  { name: 'probe', key: ['id'] },
  { name: 'probe_embedding', key: ['probe_set_id', 'encoder_id'] },
  { name: 'model', key: ['id'] },
  { name: 'model_notes', key: ['model_id'] },
  { name: 'model_tag', key: ['model_id', 'key'] },
  { name: 'model_alias', key: ['model_id', 'alias'] },
  { name: 'logit', key: ['model_id', 'index'] },
  { name: 'ingest', key: ['id'] },
  { name: 'webhook_delivery', key: ['source', 'delivery_id'] },
  { name: 'api_key', key: ['id'] },
  { name: 'audit_entry', key: ['id'] },
  { name: 'registry_sweep', key: ['registry'] },
];
