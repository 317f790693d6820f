import { secretFile, secretList } from '../formats.js';
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
      description: 'File with more of them, beside or instead of PROBELOG_WANDB_SECRETS.',
      allowed: 'the path of a readable file with comma-separated secrets',
      secret: true,
    },
    secretFile().optional(),
  ),
  wandbTokens: option(
    {
      variable: 'PROBELOG_WANDB_TOKENS',
      description:
        'Bearer tokens (access tokens) of Weights & Biases webhooks, without which no delivery is taken.',
      allowed: 'comma-separated tokens',
      secret: true,
    },
    secretList().optional(),
  ),
  wandbTokensFile: option(
    {
      variable: 'PROBELOG_WANDB_TOKENS_FILE',
      description: 'File with more of them, beside or instead of PROBELOG_WANDB_TOKENS.',
      allowed: 'the path of a readable file with comma-separated tokens',
      secret: true,
    },
    secretFile().optional(),
  ),
};
