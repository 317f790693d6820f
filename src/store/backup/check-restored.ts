import { open } from 'node:fs/promises';
import { parseNpyHeader } from '../../domain/index.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { referencedBlobs } from '../blobs/referenced-blobs.js';
import type { Connection } from '../database/database.js';
import { readRows } from '../database/snapshot.js';
import { backupInvalid } from './backup-format.js';

/** Queries for rows that the tables' constraints allow, but that no valid store contains. */
const RULES: readonly { problem: string; sql: string }[] = [
  {
    problem: 'refers to a file by an invalid SHA-256',
    sql: `SELECT "id"::text FROM "model" WHERE "responses_digest" !~ '^[0-9a-f]{64}$' OR "file_digest" !~ '^[0-9a-f]{64}$'
      UNION ALL SELECT "id"::text FROM "probe" WHERE "digest" !~ '^[0-9a-f]{64}$'
      UNION ALL SELECT "probe_set_id"::text FROM "probe_embedding" WHERE "digest" !~ '^[0-9a-f]{64}$'`,
  },
  {
    problem: 'is a probe set without all of its probes',
    sql: `SELECT s."id"::text FROM "probe_set" s WHERE s."size" <> (
      SELECT count(*) FROM "probe" p WHERE p."probe_set_id" = s."id" AND p."position" >= 0 AND p."position" < s."size")`,
  },
  {
    problem: 'is a probe set whose digest does not match its probes',
    sql: `SELECT s."id"::text FROM "probe_set" s WHERE s."digest" <> (
      SELECT encode(sha256(convert_to(COALESCE(string_agg(p."digest" || E'\\n', '' ORDER BY p."position"), ''), 'UTF8')), 'hex')
      FROM "probe" p WHERE p."probe_set_id" = s."id")`,
  },
  {
    problem: 'is a searchable model without all of its responses, logits or labels',
    sql: `SELECT m."id"::text FROM "model" m WHERE m."status" = 'READY' AND (
      m."outputs" IS NULL OR m."responses_digest" IS NULL OR m."response_kind" IS NULL
      OR (m."has_labels" AND COALESCE(array_length(m."labels", 1), 0) <> m."outputs")
      OR m."outputs" <> (SELECT count(*) FROM "logit" l WHERE l."model_id" = m."id" AND l."index" >= 0 AND l."index" < m."outputs"))`,
  },
];

const READY_MODELS = `
  SELECT m."id"::text, m."responses_digest" AS "digest", m."outputs", s."size" AS "probes"
  FROM "model" m JOIN "probe_set" s ON s."id" = m."probe_set_id" WHERE m."status" = 'READY'`;
/** Our own `.npy` headers have 128 bytes. */
const HEADER_BYTES = 4096;

/**
 * Checks that restored rows and blobs form a valid store, within the transaction that restored them.
 *
 * Threat model: all sums may be right although the archive is forged. This check rejects inconsistent data. It cannot tell a
 * real backup from a consistent forgery.
 *
 * @throws ProbelogError BACKUP_INVALID
 */
export async function checkRestored(connection: Connection, blobs: BlobStore): Promise<void> {
  for (const { problem, sql } of RULES) {
    const [found] = await connection.query(`${sql} LIMIT 1`);
    if (found) throw backupInvalid(String(found.id ?? Object.values(found)[0]), `this row ${problem}`);
  }
  for await (const batch of referencedBlobs(connection)) {
    for (const { digest, required } of batch)
      if (required && !(await blobs.has(digest)))
        throw backupInvalid(digest, 'this file is missing from the backup');
  }
  for await (const batch of readRows<StoredResponses>(connection, READY_MODELS))
    for (const model of batch) await checkResponses(blobs, model);
}

interface StoredResponses {
  id: string;
  digest: string;
  outputs: number;
  probes: number;
}

async function checkResponses(
  blobs: BlobStore,
  { id, digest, outputs, probes }: StoredResponses,
): Promise<void> {
  const file = await open(blobs.path(digest));
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const { dtype, fortranOrder, shape, dataOffset } = parseHeader(buffer.subarray(0, bytesRead), id);
    const isExpected = dtype === '<f2' && !fortranOrder && shape[0] === outputs && shape[1] === probes;
    if (!isExpected || shape.length !== 2 || size !== dataOffset + 2 * outputs * probes)
      throw backupInvalid(id, "the model's responses are not outputs × probes float16");
  } finally {
    await file.close();
  }
}

function parseHeader(bytes: Buffer, id: string) {
  try {
    return parseNpyHeader(bytes);
  } catch (thrown) {
    throw backupInvalid(id, "the model's responses are not a .npy file", thrown);
  }
}
