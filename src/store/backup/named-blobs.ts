import type { Connection } from '../database/connection.js';
import { REFETCHABLE_SOURCE } from '../models/refetchable-source.js';
import { rowsOf } from './snapshot.js';

/** A blob that rows refer to. */
export interface NamedBlob {
  digest: string;
  /** Whether nothing works without it. The file of a model is read again only to probe it again. */
  needed: boolean;
  /** Whether it can be fetched again: such files come and go by themselves. */
  refetchable: boolean;
}

/** Also the blobs of later tables belong here, or they would not go along. */
const NAMED_BLOBS = `
  SELECT "digest", bool_or("needed") AS "needed", bool_and("refetchable") AS "refetchable" FROM (
    SELECT "digest", true AS "needed", false AS "refetchable" FROM "probe"
    UNION ALL SELECT "digest", true, false FROM "probe_embedding"
    UNION ALL SELECT "responses_digest", true, false FROM "model" WHERE "responses_digest" IS NOT NULL
    UNION ALL SELECT "file_digest", false, "source" ~* '${REFETCHABLE_SOURCE}' FROM "model" WHERE "file_digest" IS NOT NULL
  ) "named" GROUP BY "digest"`;

/** The blobs that rows refer to, some at a time, by digest; within a transaction. */
export function namedBlobs(connection: Connection): AsyncGenerator<NamedBlob[], void, undefined> {
  return rowsOf<NamedBlob>(connection, `${NAMED_BLOBS} ORDER BY "digest" COLLATE "C"`);
}

/** How many there are. */
export async function countNamedBlobs(connection: Connection): Promise<number> {
  const [row] = await connection.query(`SELECT count(*)::float8 AS "count" FROM (${NAMED_BLOBS}) "all"`);
  return Number(row.count);
}
