import { registerEnum } from '../schema/register-enum.js';

export enum Fit {
  GOOD = 'GOOD',
  WEAK = 'WEAK',
  NOT_REPRESENTED = 'NOT_REPRESENTED',
}

registerEnum(Fit, 'Fit', 'How well a gallery answers a query.', {
  GOOD: 'The first result is probably right.',
  WEAK: 'The first result may be right. Look at its evidence.',
  NOT_REPRESENTED:
    'Probably no model recognizes what was searched for; the results are only what comes nearest.',
});

export enum FitReason {
  PROBES_DO_NOT_SHOW_IT = 'PROBES_DO_NOT_SHOW_IT',
  NOTHING_STANDS_OUT = 'NOTHING_STANDS_OUT',
}

registerEnum(FitReason, 'FitReason', 'Why a gallery does not answer a query well.', {
  PROBES_DO_NOT_SHOW_IT:
    'No image of the probe set is near it, so responses cannot tell. Another probe set may help.',
  NOTHING_STANDS_OUT:
    'The probes show it or something like it, but no logit responds as one that recognizes it.',
});
