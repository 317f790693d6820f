import {
  headerSecret,
  headerSecretFile,
  hubNames,
  nonEmptyList,
  secretFile,
  secretList,
  serverUrl,
} from './formats.js';
import { option } from './option.js';

/** Settings of the Hugging Face Hub. */
export const HUGGINGFACE_OPTIONS = {
  huggingfaceSecrets: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_SECRETS',
      description:
        'Secrets of Hugging Face webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets',
      secret: true,
    },
    secretList().optional(),
  ),
  huggingfaceSecretsFile: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_SECRETS_FILE',
      description: 'File with more secrets, in addition to PROBELOG_HUGGINGFACE_SECRETS or instead of it.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  huggingfaceUrl: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_URL',
      description: 'Hugging Face Hub, or a mirror, to read models from; it may have a private address.',
      allowed: 'an http(s) URL without user and password',
      fallback: 'https://huggingface.co',
    },
    serverUrl(),
  ),
  huggingfaceRepositories: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_REPOSITORIES',
      description: 'Owners or single repositories that a sweep lists on the Hub. Unset: none.',
      allowed: 'comma-separated owner or owner/name',
    },
    hubNames().optional(),
  ),
  huggingfaceModels: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_MODELS',
      description: 'Only repositories of the Hub with these names are taken. Unset: all.',
      allowed: 'comma-separated owner/name, where * stands for any text',
    },
    nonEmptyList().optional(),
  ),
  huggingfaceToken: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_TOKEN',
      description: 'Access token for private and gated repositories; sent to PROBELOG_HUGGINGFACE_URL only.',
      allowed: 'printable ASCII',
      secret: true,
    },
    headerSecret().optional(),
  ),
  huggingfaceTokenFile: option(
    {
      variable: 'PROBELOG_HUGGINGFACE_TOKEN_FILE',
      description: 'File with the token, instead of PROBELOG_HUGGINGFACE_TOKEN.',
      allowed: 'the path of a readable file with one token',
      secret: true,
    },
    headerSecretFile().optional(),
  ),
};
