import { createClient, isProbelogError, type ProbelogClient } from '../../src/client/index.js';

const KEY = 'probelog-key';

/** The connection of this tab. */
export interface Session {
  client: ProbelogClient;
  hasKey(): boolean;
  /** Keeps a key until the tab is closed; null forgets it. */
  useKey(key: string | null): void;
  /** URL of something whose URL the server gave relative to itself. */
  urlOf(relative: string): string;
}

/** @param server address of the server that this page came from */
export function openSession(server: URL): Session {
  let key = read();
  const client = createClient({
    url: server,
    // The page counts down and offers to try again; it never waits without a word.
    retries: 0,
    // The header is only sent with a key: an open server needs none.
    fetch: (address, init) => {
      const headers = new Headers(init.headers);
      if (key !== null) headers.set('authorization', `Bearer ${key}`);
      return fetch(address, { ...init, headers });
    },
  });
  return {
    client,
    hasKey: () => key !== null,
    useKey(next) {
      key = next;
      try {
        if (next === null) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, next);
      } catch {
        // A browser may refuse storage; then a reload asks for the key again.
      }
    },
    urlOf: (relative) => new URL(relative.replace(/^\//, ''), server).href,
  };
}

/** A browser may refuse storage. */
function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** What went wrong, as far as the page needs to know. */
export type Trouble =
  | { kind: 'OFFLINE' }
  | { kind: 'SIGNED_OUT' }
  | { kind: 'FORBIDDEN' }
  | { kind: 'RATE_LIMITED'; seconds: number }
  | { kind: 'BUSY'; seconds: number }
  | { kind: 'ERROR'; code: string; message: string; remedy?: string };

/** What a thrown value means; null for an abort, which is no trouble. */
export function troubleOf(thrown: unknown): Trouble | null {
  if (!isProbelogError(thrown)) return { kind: 'ERROR', code: 'INTERNAL', message: String(thrown) };
  switch (thrown.code) {
    case 'ABORTED':
      return null;
    case 'NETWORK':
    case 'TIMEOUT':
      return { kind: 'OFFLINE' };
    case 'UNAUTHENTICATED':
      return { kind: 'SIGNED_OUT' };
    case 'FORBIDDEN':
      return { kind: 'FORBIDDEN' };
    case 'RATE_LIMITED':
      return { kind: 'RATE_LIMITED', seconds: Math.ceil(thrown.retryAfterSeconds ?? 60) };
    default:
      if (thrown.retryAfterSeconds !== undefined)
        return { kind: 'BUSY', seconds: Math.ceil(thrown.retryAfterSeconds) };
      return { kind: 'ERROR', code: thrown.code, message: thrown.message, remedy: thrown.remedy };
  }
}
