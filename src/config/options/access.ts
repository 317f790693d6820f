import { z } from 'zod';
import { addressRanges, commaList, commaPairs, originList, serverUrl, wholeNumber } from '../formats.js';
import { option } from './option.js';

const scope = z.enum(['READ', 'INGEST', 'ADMIN']);
const scopeByName = z.string().toUpperCase().pipe(scope);

/** Settings of who may ask, and what is kept of who did. */
export const ACCESS_OPTIONS = {
  allowAnonymous: option(
    {
      variable: 'PROBELOG_ALLOW_ANONYMOUS',
      description:
        'What may be done without a key or token. Unset: nothing; but everything while there is no key, no issuer, and HOST is a loopback address.',
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
      description: 'Issuer of tokens (OpenID Connect) that are taken beside keys. Unset: none are.',
      allowed: 'an http(s) URL without user and password, exactly as the tokens have it',
    },
    serverUrl().optional(),
  ),
  oidcAudience: option(
    {
      variable: 'PROBELOG_OIDC_AUDIENCE',
      description: 'Audience that a token must be for, one of these.',
      allowed: 'comma-separated names',
      fallback: 'probelog',
    },
    commaList().refine((names) => names.length > 0),
  ),
  oidcJwksUrl: option(
    {
      variable: 'PROBELOG_OIDC_JWKS_URL',
      description: "Where the issuer's keys are. Unset: where its discovery document says.",
      allowed: 'an http(s) URL without user and password',
    },
    serverUrl().optional(),
  ),
  oidcScopeClaim: option(
    {
      variable: 'PROBELOG_OIDC_SCOPE_CLAIM',
      description: 'Claim of a token that has its scopes: a list, or a text with blanks between.',
      allowed: 'the name of a claim',
      fallback: 'scope',
    },
    z.string().min(1),
  ),
  oidcScopeValues: option(
    {
      variable: 'PROBELOG_OIDC_SCOPE_VALUES',
      description: 'Which values of that claim mean which scope.',
      allowed: 'comma-separated value=scope, with the scopes read, ingest, admin',
      fallback: 'probelog:read=read,probelog:ingest=ingest,probelog:admin=admin',
    },
    commaPairs().pipe(z.record(z.string(), scopeByName)),
  ),
  oidcLabelsClaim: option(
    {
      variable: 'PROBELOG_OIDC_LABELS_CLAIM',
      description:
        'Claim of a token that has the labels of the private models that it sees. Unset: it sees none.',
      allowed: 'the name of a claim, such as groups',
    },
    z.string().min(1).optional(),
  ),
  oidcClockToleranceSeconds: option(
    {
      variable: 'PROBELOG_OIDC_CLOCK_TOLERANCE_SECONDS',
      description: "How far the issuer's clock may be off.",
      allowed: 'a whole number from 0 to 300',
      fallback: '30',
    },
    wholeNumber(0, 300),
  ),
  registryVisibility: option(
    {
      variable: 'PROBELOG_REGISTRY_VISIBILITY',
      description:
        'Labels of the private models that webhooks and sweeps of a registry bring. Unset: everybody who may read sees them.',
      allowed: 'comma-separated registry=label, such as mlflow=team-a',
      fallback: '',
    },
    commaPairs().pipe(z.record(z.string(), z.string().regex(/^[\p{L}\p{N}._:@/-]{1,100}$/u))),
  ),
  trustedProxies: option(
    {
      variable: 'PROBELOG_TRUSTED_PROXIES',
      description: 'Proxies whose X-Forwarded-For and X-Forwarded-Host headers are believed.',
      allowed: 'comma-separated IP addresses or CIDR ranges',
      fallback: '',
    },
    addressRanges(),
  ),
  corsOrigins: option(
    {
      variable: 'PROBELOG_CORS_ORIGINS',
      description: "Other sites whose pages may use this server, with a key or token of their reader's.",
      allowed: 'comma-separated origins, such as https://models.example.org',
      fallback: '',
    },
    originList(),
  ),
  auditDays: option(
    {
      variable: 'PROBELOG_AUDIT_DAYS',
      description: 'How long it is kept who changed what; 0 is for ever.',
      allowed: 'a whole number from 0 to 36500',
      fallback: '365',
    },
    wholeNumber(0, 36_500),
  ),
};
