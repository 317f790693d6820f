import { ProbelogError } from '../errors/index.js';

/** An error whose message says what happened and what to do: the command line's own, the server's, or the client's. */
export type ReportableError = Error & { code: string };

/** The client's errors are known by their name, as commands that need no client do not load it. */
export function isReportableError(thrown: unknown): thrown is ReportableError {
  if (thrown instanceof ProbelogError) return true;
  return thrown instanceof Error && thrown.name === 'ProbelogClientError' && 'code' in thrown;
}
