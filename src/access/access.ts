import { ProbelogError } from '../errors/index.js';
import type { AccessScope, ApiKeys } from '../store/index.js';
import { looksLikeKey } from './key-secret.js';
import { Keys } from './keys.js';
import { ANONYMOUS, type Principal } from './principal.js';
import { SCOPES } from './scopes.js';
import type { Tokens } from './tokens.js';

/** While no key exists, the database is checked for one no more often. */
const KEY_CHECK_INTERVAL_MS = 2_000;

/** The credentials and the origin of a request. */
export interface Credentials {
  /** The header, or its counterpart in the first message of a WebSocket. */
  authorization: string | undefined;
  /** The host name in the request, without the port. */
  host: string | undefined;
  /** Whether a header says that a proxy forwarded it. */
  forwarded: boolean;
}

/** The rules of access. */
export interface AccessOptions {
  keys: Pick<ApiKeys, 'any' | 'byPrefix' | 'recordUse'>;
  /** Null: tokens are refused. */
  tokens: Tokens | null;
  /** Scopes of callers without credentials; undefined: see {@link Access.principalOf}. */
  anonymous: readonly AccessScope[] | undefined;
  /** Whether the server can be reached from this machine only. */
  loopback: boolean;
}

/** Authenticates callers. */
export class Access {
  private readonly keys: Keys;
  private anyKey = false;
  private checkedAt = 0;

  constructor(private readonly options: AccessOptions) {
    this.keys = new Keys(options.keys);
  }

  /**
   * The principal with these credentials. Without credentials it is `ANONYMOUS`, with the scopes of the settings, or none.
   * Only while no key was ever created, no token issuer is set, and only this machine reaches the server, it is the user of
   * this machine (`LOCAL`), who may do everything.
   *
   * @throws ProbelogError UNAUTHENTICATED for invalid credentials; FORBIDDEN for a local request by a foreign host name
   */
  async principalOf({ authorization, ...origin }: Credentials): Promise<Principal> {
    const { anonymous } = this.options;
    if (authorization !== undefined) return this.bearer(authorization);
    if (anonymous === undefined && (await this.isOpen())) return local(origin);
    return { ...ANONYMOUS, scopes: anonymous ?? [] };
  }

  /** Whether these credentials are a key that this process has not seen before, so that checking it takes the database. */
  isNewKey(authorization: string | undefined): boolean {
    const secret = authorization === undefined ? undefined : secretOf(authorization);
    return secret !== undefined && this.keys.isNew(secret);
  }

  /** Call this when a key was created or revoked: it takes effect at once here, and after some seconds in other processes. */
  keyChanged(prefix: string): void {
    this.keys.forget(prefix);
    this.checkedAt = 0;
  }

  /**
   * Checks that a server which other machines can reach is not open by accident.
   *
   * @throws ProbelogError CONFIG_INVALID if it has no key, no token issuer, and no setting for anonymous callers
   */
  async checkExposure(host: string): Promise<void> {
    const { loopback, anonymous, tokens, keys } = this.options;
    if (loopback || anonymous !== undefined || tokens || (await keys.any())) return;
    throw new ProbelogError(
      'CONFIG_INVALID',
      `HOST is ${host}, so other machines could reach the server, and there is no key to authenticate them. Create one (probelog keys create first --scope admin), set PROBELOG_OIDC_ISSUER, listen on 127.0.0.1, or set PROBELOG_ALLOW_ANONYMOUS to what anonymous callers may do.`,
    );
  }

  private async isOpen(): Promise<boolean> {
    const { loopback, tokens, keys } = this.options;
    if (!loopback || tokens || this.anyKey) return false;
    if (Date.now() - this.checkedAt < KEY_CHECK_INTERVAL_MS) return true;
    this.anyKey = await keys.any();
    this.checkedAt = Date.now();
    return !this.anyKey;
  }

  private async bearer(authorization: string): Promise<Principal> {
    const secret = secretOf(authorization);
    if (secret === undefined)
      throw new ProbelogError(
        'UNAUTHENTICATED',
        'The authorization must be "Bearer", a space, and a key or token.',
      );
    if (looksLikeKey(secret) || !this.options.tokens) {
      const principal = await this.keys.principalOf(secret);
      if (principal) return principal;
      throw new ProbelogError('UNAUTHENTICATED', 'The key is unknown, revoked or expired.');
    }
    return this.options.tokens.principalOf(secret);
  }
}

/** RFC 6750, section 2.1. */
function secretOf(authorization: string): string | undefined {
  return /^Bearer +([^\s,]+)$/i.exec(authorization)?.[1];
}

/**
 * The user of this machine.
 *
 * Threat model: a web page may let its host name resolve to 127.0.0.1 (DNS rebinding), which makes it this server's own page
 * to the browser; and a proxy beside this server may let in the whole world. The page uses a foreign host name. Most proxies
 * do too, or show by a header that they forward. A proxy that does neither looks like the user of this machine; docs/access.md
 * says so.
 */
function local({ host, forwarded }: Pick<Credentials, 'host' | 'forwarded'>): Principal {
  if (forwarded)
    throw new ProbelogError(
      'FORBIDDEN',
      'Until there is a key, this server refuses requests through a proxy. Create a key (probelog keys create), or set PROBELOG_ALLOW_ANONYMOUS.',
    );
  if (host === undefined || /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host))
    return { ...ANONYMOUS, kind: 'LOCAL', name: 'local', scopes: SCOPES };
  throw new ProbelogError(
    'FORBIDDEN',
    `Until there is a key, this server accepts requests only by the names of this machine, such as localhost, not by ${JSON.stringify(host.slice(0, 100))}. Create a key (probelog keys create), or set PROBELOG_ALLOW_ANONYMOUS.`,
  );
}
