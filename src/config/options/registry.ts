import { wholeNumber } from '../formats.js';
import { HUGGINGFACE_OPTIONS } from './huggingface.js';
import { MLFLOW_OPTIONS } from './mlflow.js';
import { option } from './option.js';
import { STANDARD_OPTIONS } from './standard.js';
import { WANDB_OPTIONS } from './wandb.js';

/** Settings of the registries that models come from. */
export const REGISTRY_OPTIONS = {
  sweepMinutes: option(
    {
      variable: 'PROBELOG_SWEEP_MINUTES',
      description:
        'How often the server lists the registries that can be listed (PROBELOG_MLFLOW_URL, PROBELOG_HUGGINGFACE_REPOSITORIES) and makes up for what their webhooks did not tell; 0 is never.',
      allowed: 'a whole number from 0 to 10080',
      fallback: '15',
    },
    wholeNumber(0, 10_080),
  ),
  ...MLFLOW_OPTIONS,
  ...HUGGINGFACE_OPTIONS,
  ...WANDB_OPTIONS,
  ...STANDARD_OPTIONS,
};
