/** PostgreSQL's code for a transaction that it aborted because of a deadlock. */
const DEADLOCK = '40P01';

/** The cause that a database adapter reports. */
interface AdapterCause {
  kind?: string;
  code?: string;
}

/** Whether a transaction failed only because of a concurrent one, so that it can be retried. */
export function isRetryableConflict(thrown: unknown): boolean {
  const { code, meta, cause } = thrown as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: AdapterCause } };
    cause?: AdapterCause;
  };
  if (code === 'P2002' || code === 'P2025' || code === 'P2034') return true;
  // Raw statements, and errors for which Prisma has no code.
  return isRetryableCause(meta?.driverAdapterError?.cause) || isRetryableCause(cause);
}

/** A server's adapter reports a deadlock as a write conflict; the embedded database's adapter passes PostgreSQL's code on. */
function isRetryableCause({ kind, code }: AdapterCause = {}): boolean {
  if (kind === 'UniqueConstraintViolation' || kind === 'TransactionWriteConflict') return true;
  return kind === 'postgres' && code === DEADLOCK;
}
