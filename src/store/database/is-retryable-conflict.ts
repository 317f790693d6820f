/** PostgreSQL's code for a transaction that it gave up because it and another one wait for each other. */
const DEADLOCK = '40P01';

/** What a driver's adapter says of an error of the database. */
interface AdapterCause {
  kind?: string;
  code?: string;
}

/** Whether a transaction failed only because another one was quicker, so that it is worth another try. */
export function isRetryableConflict(thrown: unknown): boolean {
  const { code, meta, cause } = thrown as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: AdapterCause } };
    cause?: AdapterCause;
  };
  if (code === 'P2002' || code === 'P2025' || code === 'P2034') return true;
  // Of a raw statement, and of what Prisma has no code for.
  return isOutrunCause(meta?.driverAdapterError?.cause) || isOutrunCause(cause);
}

/** A write conflict is also what the adapter of a server calls a deadlock; that of the embedded database has no word for it. */
function isOutrunCause({ kind, code }: AdapterCause = {}): boolean {
  if (kind === 'UniqueConstraintViolation' || kind === 'TransactionWriteConflict') return true;
  return kind === 'postgres' && code === DEADLOCK;
}
