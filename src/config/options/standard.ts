import { isStandardSecret, nonEmptyList, secretFile, secretList } from './formats.js';
import { option } from './option.js';

/** Settings of any other registry. */
export const STANDARD_OPTIONS = {
  standardSecrets: option(
    {
      variable: 'PROBELOG_STANDARD_SECRETS',
      description:
        'Secrets of any other registry that follows Standard Webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets in base64, with or without whsec_',
      secret: true,
    },
    secretList(isStandardSecret).optional(),
  ),
  standardSecretsFile: option(
    {
      variable: 'PROBELOG_STANDARD_SECRETS_FILE',
      description: 'File with more secrets, in addition to PROBELOG_STANDARD_SECRETS or instead of it.',
      allowed: 'the path of a readable file with comma-separated secrets in base64, with or without whsec_',
      secret: true,
    },
    secretFile(isStandardSecret).optional(),
  ),
  standardModels: option(
    {
      variable: 'PROBELOG_STANDARD_MODELS',
      description: 'Only models of the standard receiver with these names are taken. Unset: all.',
      allowed: 'comma-separated names, where * stands for any text',
    },
    nonEmptyList().optional(),
  ),
};
