import { wholeNumber } from './formats.js';
import { HUGGINGFACE_OPTIONS } from './huggingface.js';
import { MLFLOW_OPTIONS } from './mlflow.js';
import { option } from './option.js';
import { STANDARD_OPTIONS } from './standard.js';
import { WANDB_OPTIONS } from './wandb.js';

/** Settings of the model registries. */
export const REGISTRY_OPTIONS = {
  sweepMinutes: option(
    {
      variable: 'PROBELOG_SWEEP_MINUTES',
      description:
        'Minutes between sweeps of the registries that can be listed (PROBELOG_MLFLOW_URL, PROBELOG_HUGGINGFACE_REPOSITORIES). A sweep applies the changes that webhooks missed; 0 turns sweeps off.',
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
