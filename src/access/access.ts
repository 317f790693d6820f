import { ProbelogError } from '../errors/index.js';
import type { AccessScope, ApiKeys } from '../store/index.js';
import { looksLikeKey } from './key-secret.js';
import { Keys } from './keys.js';
import { ANONYMOUS, type Principal } from './principal.js';
import { SCOPES } from './scopes.js';
import type { Tokens } from './tokens.js';

/** Whether there is a key is asked no more often while there is none. */
const ASKED_EVERY_MS = 2_000;

/** What a request says of who it is from. */
export interface Credentials {
  /** The header, or what a WebSocket's first message has in its place. */
  authorization: string | undefined;
  /** Name of the host that was asked, without the port. */
  host: string | undefined;
  /** Whether it says that it was passed on for somebody else. */
  forwarded: boolean;
}

/** How it is decided who may ask. */
export interface AccessOptions {
  keys: Pick<ApiKeys, 'any' | 'byPrefix' | 'recordUse'>;
  /** Null: no tokens are taken. */
  tokens: Tokens | null;
  /** What those without credentials may do; undefined: as {@link Access.principalOf} says. */
  anonymous: readonly AccessScope[] | undefined;
  /** Whether only this machine can reach the server. */
  loopback: boolean;
}

/** Knows who asks, by whichever door they come. */
export class Access {
  private readonly keys: Keys;
  private anyKey = false;
  private askedAt = 0;

  constructor(private readonly options: AccessOptions) {
    this.keys = new Keys(options.keys);
  }

  /**
   * Who sends these credentials. Without any it is nobody (`ANONYMOUS`), who may do what the settings say, or nothing.
   * Only while there is no way to be somebody, no key was ever made, and only this machine reaches the server, it is this
   * machine's user (`LOCAL`), who may do everything.
   *
   * @throws ProbelogError UNAUTHENTICATED for credentials that are not good; FORBIDDEN for a local request by a foreign name
   */
  async principalOf({ authorization, ...origin }: Credentials): Promise<Principal> {
    const { anonymous } = this.options;
    if (authorization !== undefined) return this.bearer(authorization);
    if (anonymous === undefined && (await this.isOpen())) return local(origin);
    return { ...ANONYMOUS, scopes: anonymous ?? [] };
  }

  /** Whether these credentials are a key that was not seen here before: to find out whose it is takes the database. */
  isNewKey(authorization: string | undefined): boolean {
    const secret = authorization === undefined ? undefined : secretOf(authorization);
    return secret !== undefined && this.keys.isNew(secret);
  }

  /** To be told when a key was made or revoked: it counts at once here, and after some seconds in other processes. */
  keyChanged(prefix: string): void {
    this.keys.forget(prefix);
    this.askedAt = 0;
  }

  /**
   * Whether somebody can be kept out at all.
   *
   * @throws ProbelogError CONFIG_INVALID when a server that others reach would be open to all of them, and nobody said so
   */
  async checkExposure(host: string): Promise<void> {
    const { loopback, anonymous, tokens, keys } = this.options;
    if (loopback || anonymous !== undefined || tokens || (await keys.any())) return;
    throw new ProbelogError(
      'CONFIG_INVALID',
      `HOST is ${host}, so others than this machine could reach the server, and there is no key to tell them by. Make one (probelog keys create first --scope admin), set PROBELOG_OIDC_ISSUER, listen on 127.0.0.1, or say with PROBELOG_ALLOW_ANONYMOUS what everybody may do.`,
    );
  }

  private async isOpen(): Promise<boolean> {
    const { loopback, tokens, keys } = this.options;
    if (!loopback || tokens || this.anyKey) return false;
    if (Date.now() - this.askedAt < ASKED_EVERY_MS) return true;
    this.anyKey = await keys.any();
    this.askedAt = Date.now();
    return !this.anyKey;
  }

  private async bearer(authorization: string): Promise<Principal> {
    const secret = secretOf(authorization);
    if (secret === undefined)
      throw new ProbelogError(
        'UNAUTHENTICATED',
        'The authorization must read: Bearer, a blank, and a key or token.',
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
 * This machine's own user.
 *
 * Threat model: a page of the web may have its host name lead to 127.0.0.1 (DNS rebinding), and is then, to the browser,
 * this server's own page; and a proxy beside this server may carry in the whole world. The one asks by another name than
 * this machine's, and most proxies by another name, or so that it shows that they passed something on. One that does
 * neither looks like this machine's user; the documentation says so.
 */
function local({ host, forwarded }: Pick<Credentials, 'host' | 'forwarded'>): Principal {
  if (forwarded)
    throw new ProbelogError(
      'FORBIDDEN',
      'As long as there is no key, this server answers to nobody who comes through a proxy. Make a key (probelog keys create), or set PROBELOG_ALLOW_ANONYMOUS.',
    );
  if (host === undefined || /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host))
    return { ...ANONYMOUS, kind: 'LOCAL', name: 'local', scopes: SCOPES };
  throw new ProbelogError(
    'FORBIDDEN',
    `As long as there is no key, this server answers only to the names of this machine, such as localhost, and not to ${JSON.stringify(host.slice(0, 100))}. Make a key (probelog keys create), or set PROBELOG_ALLOW_ANONYMOUS.`,
  );
}
