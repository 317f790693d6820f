import { ProbelogClientError, type ProbelogErrorCode } from './client-error.js';

/** The first of a list of GraphQL errors. */
export function errorOfList(errors: unknown, response?: Response): ProbelogClientError {
  const [first] = Array.isArray(errors) ? errors : [];
  if (!isObject(first)) return badAnswer('The response has errors that are not GraphQL errors.', response);
  const { code, remedy, ...details } = isObject(first.extensions) ? first.extensions : {};
  const facts = { remedy, details: first.path ? { ...details, path: first.path } : details };
  return errorOf(code, first.message, facts, response);
}

/** The error of a response without success, whether ProbeLog sent it or a proxy. */
export async function errorOfResponse(response: Response): Promise<ProbelogClientError> {
  const body = jsonOrNothing(await response.text());
  if (isObject(body) && Array.isArray(body.errors)) return errorOfList(body.errors, response);
  if (isObject(body) && isObject(body.error)) {
    const { code, message, remedy } = body.error;
    return errorOf(code, message, { remedy, details: {} }, response);
  }
  return badAnswer(`The response has status ${response.status} and is not ProbeLog's.`, response);
}

/** The error of a response that cannot be ProbeLog's. */
export function badAnswer(message: string, response?: Response, cause?: unknown): ProbelogClientError {
  return new ProbelogClientError('BAD_ANSWER', message, { ...factsOf(response), cause });
}

function errorOf(
  code: unknown,
  message: unknown,
  { remedy, details }: { remedy: unknown; details: Record<string, unknown> },
  response?: Response,
): ProbelogClientError {
  if (typeof code !== 'string')
    return badAnswer(`The response has an error without a code: ${message}`, response);
  // A newer server may send a code that is not in the type.
  return new ProbelogClientError(code as ProbelogErrorCode, String(message), {
    details,
    // A server of an earlier release sends none.
    remedy: typeof remedy === 'string' ? remedy : undefined,
    ...factsOf(response),
  });
}

function factsOf(response: Response | undefined): { status?: number; retryAfterSeconds?: number } {
  if (!response) return {};
  return { status: response.status, retryAfterSeconds: secondsOf(response.headers.get('retry-after')) };
}

/** RFC 9110, section 10.2.3: a number of seconds or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(seconds, 0);
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
