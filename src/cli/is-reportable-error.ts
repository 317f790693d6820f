import { ProbelogError } from '../errors/index.js';

/** An error that says by itself what was wrong: ours, or a server's. */
export type ReportableError = Error & { code: string };

/** Those of a server are known by their name, as the client is loaded by the commands that use it alone. */
export function isReportableError(thrown: unknown): thrown is ReportableError {
  if (thrown instanceof ProbelogError) return true;
  return thrown instanceof Error && thrown.name === 'ProbelogClientError' && 'code' in thrown;
}
