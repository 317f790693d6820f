import { nonEmptyList, secretFile, secretList } from './formats.js';
import { option } from './option.js';

/** Settings of Weights & Biases. */
export const WANDB_OPTIONS = {
  wandbSecrets: option(
    {
      variable: 'PROBELOG_WANDB_SECRETS',
      description:
        'Secrets that sign Weights & Biases webhooks; several may be valid at once. Unset: the receiver is off.',
      allowed: 'comma-separated secrets',
      secret: true,
    },
    secretList().optional(),
  ),
  wandbSecretsFile: option(
    {
      variable: 'PROBELOG_WANDB_SECRETS_FILE',
      description: 'File with more secrets, in addition to PROBELOG_WANDB_SECRETS or instead of it.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  wandbTokens: option(
    {
      variable: 'PROBELOG_WANDB_TOKENS',
      description:
        'Bearer tokens (access tokens) of Weights & Biases webhooks. Required: without them every delivery is refused.',
      allowed: 'comma-separated tokens',
      secret: true,
    },
    secretList().optional(),
  ),
  wandbTokensFile: option(
    {
      variable: 'PROBELOG_WANDB_TOKENS_FILE',
      description: 'File with more tokens, in addition to PROBELOG_WANDB_TOKENS or instead of it.',
      allowed: 'the path of a readable file with comma-separated tokens',
      secret: true,
    },
    secretFile().optional(),
  ),
  wandbModels: option(
    {
      variable: 'PROBELOG_WANDB_MODELS',
      description: 'Only models of Weights & Biases with these names are taken. Unset: all.',
      allowed: 'comma-separated names, where * stands for any text',
    },
    nonEmptyList().optional(),
  ),
  wandbAliases: option(
    {
      variable: 'PROBELOG_WANDB_ALIASES',
      description: 'Only events that give one of these aliases register a version. Unset: all events.',
      allowed: 'comma-separated aliases',
    },
    nonEmptyList().optional(),
  ),
};
