import { z } from 'zod';
import {
  addressRanges,
  commaList,
  commaPairs,
  frameAncestorList,
  originList,
  serverUrl,
  wholeNumber,
} from './formats.js';
import { option } from './option.js';

const scope = z.enum(['READ', 'INGEST', 'ADMIN']);
const scopeByName = z.string().toUpperCase().pipe(scope);

/** Settings of access control and the audit log. */
export const ACCESS_OPTIONS = {
  allowAnonymous: option(
    {
      variable: 'PROBELOG_ALLOW_ANONYMOUS',
      description:
        'What a caller without a key or token may do. Unset: nothing, except that everything is allowed while no API key and no issuer exists and HOST is a loopback address.',
      allowed: 'none, or comma-separated scopes: read, ingest, admin',
    },
    commaList()
      .transform((names) => names.filter((name) => name !== 'none'))
      .pipe(z.array(scopeByName))
      .optional(),
  ),
  oidcIssuer: option(
    {
      variable: 'PROBELOG_OIDC_ISSUER',
      description:
        'OpenID Connect issuer of tokens that are accepted besides API keys. Unset: tokens are refused.',
      allowed: 'an http(s) URL without user and password, exactly as in the tokens',
    },
    serverUrl().optional(),
  ),
  oidcAudience: option(
    {
      variable: 'PROBELOG_OIDC_AUDIENCE',
      description: 'Accepted audiences; a token must name one of them.',
      allowed: 'comma-separated names',
      fallback: 'probelog',
    },
    commaList().refine((names) => names.length > 0),
  ),
  oidcJwksUrl: option(
    {
      variable: 'PROBELOG_OIDC_JWKS_URL',
      description: "Address of the issuer's public keys. Unset: taken from its discovery document.",
      allowed: 'an http(s) URL without user and password',
    },
    serverUrl().optional(),
  ),
  oidcScopeClaim: option(
    {
      variable: 'PROBELOG_OIDC_SCOPE_CLAIM',
      description: 'Claim with the scopes of a token: a list, or a string of words separated by spaces.',
      allowed: 'the name of a claim',
      fallback: 'scope',
    },
    z.string().min(1),
  ),
  oidcScopeValues: option(
    {
      variable: 'PROBELOG_OIDC_SCOPE_VALUES',
      description: 'Which values of that claim grant which scope.',
      allowed: 'comma-separated value=scope, with the scopes read, ingest, admin',
      fallback: 'probelog:read=read,probelog:ingest=ingest,probelog:admin=admin',
    },
    commaPairs().pipe(z.record(z.string(), scopeByName)),
  ),
  oidcLabelsClaim: option(
    {
      variable: 'PROBELOG_OIDC_LABELS_CLAIM',
      description:
        'Claim with the visibility labels of a token, which decide the private models it sees. Unset: it sees none.',
      allowed: 'the name of a claim, such as groups',
    },
    z.string().min(1).optional(),
  ),
  oidcClockToleranceSeconds: option(
    {
      variable: 'PROBELOG_OIDC_CLOCK_TOLERANCE_SECONDS',
      description: "Allowed difference between the issuer's clock and this machine's, in seconds.",
      allowed: 'a whole number from 0 to 300',
      fallback: '30',
    },
    wholeNumber(0, 300),
  ),
  registryVisibility: option(
    {
      variable: 'PROBELOG_REGISTRY_VISIBILITY',
      description:
        'Visibility labels for the models that webhooks and sweeps of a registry register. Unset: the models are public to every caller with the READ scope.',
      allowed: 'comma-separated registry=label, such as mlflow=team-a',
      fallback: '',
    },
    commaPairs().pipe(z.record(z.string(), z.string().regex(/^[\p{L}\p{N}._:@/-]{1,100}$/u))),
  ),
  trustedProxies: option(
    {
      variable: 'PROBELOG_TRUSTED_PROXIES',
      description: 'Proxies whose X-Forwarded-For and X-Forwarded-Host headers are trusted.',
      allowed: 'comma-separated IP addresses or CIDR ranges',
      fallback: '',
    },
    addressRanges(),
  ),
  corsOrigins: option(
    {
      variable: 'PROBELOG_CORS_ORIGINS',
      description: "Other sites whose pages may call this server, with their visitor's key or token.",
      allowed: 'comma-separated origins, such as https://models.example.org',
      fallback: '',
    },
    originList(),
  ),
  frameAncestors: option(
    {
      variable: 'PROBELOG_FRAME_ANCESTORS',
      description:
        'Sites whose pages may show `/embed` in a frame. No other page of the server is ever in one.',
      allowed:
        'comma-separated origins, such as https://models.example.org or https://*.example.org, or self',
      fallback: '',
    },
    frameAncestorList(),
  ),
  auditDays: option(
    {
      variable: 'PROBELOG_AUDIT_DAYS',
      description: 'Days that audit entries are kept; 0 keeps them forever.',
      allowed: 'a whole number from 0 to 36500',
      fallback: '365',
    },
    wholeNumber(0, 36_500),
  ),
};
