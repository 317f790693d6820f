import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTokens } from '../../src/access/index.js';

/** An issuer on loopback, whose keys change. */
let server: Server;
let issuer: string;
let published: JWK[] = [];
const keys = new Map<string, CryptoKey>();

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const answer = url?.startsWith('/.well-known/')
      ? { issuer, jwks_uri: `${issuer}/keys` }
      : { keys: published };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await publish('first');
});
afterAll(() => server.close());

async function publish(kid: string): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  keys.set(kid, privateKey);
  published = [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }];
}

interface Claims {
  kid?: string;
  audience?: string;
  from?: string;
  expires?: number;
  claims?: Record<string, unknown>;
}

function token({
  kid = 'first',
  audience = 'probelog',
  from = issuer,
  expires = 60,
  claims = {},
}: Claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ scope: 'openid probelog:read', groups: ['team-a', 'not a label'], ...claims })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setSubject('ada')
    .setIssuer(from)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + expires)
    .sign(keys.get(kid) as CryptoKey);
}

const open = () =>
  openTokens({
    issuer,
    audience: ['probelog'],
    jwksUrl: undefined,
    scopeClaim: 'scope',
    scopeValues: { 'probelog:read': 'READ', 'probelog:admin': 'ADMIN' },
    labelsClaim: 'groups',
    clockToleranceSeconds: 5,
  });

it('a token of the issuer is a principal with the scopes and labels of its claims', async () => {
  expect(await open().principalOf(await token())).toMatchObject({
    kind: 'TOKEN',
    name: 'oidc:ada',
    scopes: ['READ'],
    labels: ['team-a'],
  });
});

it('scopes may be a list, and names of prototypes are none', async () => {
  const claims = { scope: ['probelog:admin', '__proto__', 'constructor', 7] };
  expect((await open().principalOf(await token({ claims }))).scopes).toEqual(['ADMIN']);
});

it.each([
  ['of another issuer', { from: 'https://elsewhere.example' }],
  ['for another audience', { audience: 'another' }],
  ['that expired', { expires: -60 }],
])('a token %s is refused', async (_, claims) => {
  await expect(open().principalOf(await token(claims))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('a token "signed" with a public key as a secret, or not at all, is refused', async () => {
  const forged = await new SignJWT({ scope: 'probelog:admin' })
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .setSubject('eve')
    .setIssuer(issuer)
    .setAudience('probelog')
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(JSON.stringify(published[0])));
  const [, payload] = (await token()).split('.');
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  for (const bad of [forged, unsigned, 'a.b.c', `${await token()}x`])
    await expect(open().principalOf(bad)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('is within the tolerance of clocks', async () => {
  expect((await open().principalOf(await token({ expires: -3 }))).name).toBe('oidc:ada');
});

it('a key that the issuer published since is found, and one that it withdrew is not', async () => {
  await publish('second');
  const tokens = open();
  expect((await tokens.principalOf(await token({ kid: 'second' }))).name).toBe('oidc:ada');
  await expect(tokens.principalOf(await token({ kid: 'first' }))).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

it('an issuer that does not answer is no fault of the token', async () => {
  const tokens = openTokens({
    issuer: 'http://127.0.0.1:9',
    audience: ['probelog'],
    jwksUrl: undefined,
    scopeClaim: 'scope',
    scopeValues: {},
    labelsClaim: undefined,
    clockToleranceSeconds: 0,
  });
  await expect(tokens.principalOf(await token({ kid: 'second' }))).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
});
