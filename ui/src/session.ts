import { createClient, isProbelogError, type ProbelogClient } from '../../src/client/index.js';
import { formatAddress, type KnownAddress } from './address.js';
import { signInForm } from './parts/sign-in-form.js';

const KEY = 'probelog-key';

/** A connection to a server. */
export interface Session {
  client: ProbelogClient;
  /** Asks a person for a key; null where the page around an element gives it. */
  askForKey: typeof signInForm | null;
  hasKey(): boolean;
  /** Keeps a key until the tab is closed; null forgets it. */
  useKey(key: string | null): void;
  /** URL of something whose URL the server gave relative to itself. */
  urlOf(relative: string): string;
  /** URL of a page of the UI. */
  linkTo(address: KnownAddress): string;
}

/** The session of this tab, with the server that this page came from. */
export function openTabSession(server: URL): Session {
  let key = read();
  return {
    ...connect(server, () => key),
    askForKey: signInForm,
    // Relative, for a server behind a path of a proxy.
    linkTo: formatAddress,
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
  };
}

/** Gives the key for a request; null or an empty text for none. */
export type KeySource = () => string | null | Promise<string | null>;

/** The session of an element in a page of another application, which knows the key. */
export function openElementSession(server: URL, getKey: KeySource): Session {
  return {
    ...connect(server, getKey),
    askForKey: null,
    linkTo: (address) => new URL(formatAddress(address), server).href,
    hasKey: () => false,
    useKey: () => undefined,
  };
}

function connect(server: URL, getKey: KeySource): Pick<Session, 'client' | 'urlOf'> {
  return {
    client: createClient({
      url: server,
      // The page counts down and offers to try again; it never waits without a word.
      retries: 0,
      // The header is only sent with a key: an open server needs none.
      fetch: async (address, init) => {
        const key = await getKey();
        const headers = new Headers(init.headers);
        if (key) headers.set('authorization', `Bearer ${key}`);
        return fetch(address, { ...init, headers });
      },
    }),
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

/** The code of the error behind it. */
export function codeOf(trouble: Trouble): string {
  return trouble.kind === 'ERROR' ? trouble.code : CODES[trouble.kind];
}

const CODES: Readonly<Record<Exclude<Trouble['kind'], 'ERROR'>, string>> = {
  OFFLINE: 'NETWORK',
  SIGNED_OUT: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  RATE_LIMITED: 'RATE_LIMITED',
  BUSY: 'SERVER_BUSY',
};

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
