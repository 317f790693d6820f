import { byteSize, decimalNumber, wholeNumber } from '../formats.js';
import { option } from './option.js';

/** Settings of how models are run on probes. */
export const PROBING_OPTIONS = {
  probingBudget: option(
    {
      variable: 'PROBELOG_PROBING_BUDGET',
      description:
        'Share of the probes that a model is run on once the gallery has earned it (docs/collaborative-probing.md); 1 runs all of them, always.',
      allowed: 'a number from 0.02 to 1',
      fallback: '0.34',
    },
    decimalNumber(0.02, 1),
  ),
  probingErrorBound: option(
    {
      variable: 'PROBELOG_PROBING_ERROR_BOUND',
      description:
        "Probing ends before the budget is used up when the expected error of a model's logits falls to this; 0 never ends it early.",
      allowed: 'a number from 0 to 1',
      fallback: '0',
    },
    decimalNumber(0, 1),
  ),
  probingErrorFactor: option(
    {
      variable: 'PROBELOG_PROBING_ERROR_FACTOR',
      description:
        "A model is run on all probes when the expected error of its logits after the budget is above so many times that of the gallery's own models; 0: never.",
      allowed: 'a number from 0 to 100',
      fallback: '2',
    },
    decimalNumber(0, 100),
  ),
  maxProbePixels: option(
    {
      variable: 'PROBELOG_MAX_PROBE_PIXELS',
      description: 'Largest probe image accepted, in pixels.',
      allowed: 'a whole number from 1,024 to 1,000,000,000',
      fallback: '25000000',
    },
    wholeNumber(1_024, 1_000_000_000),
  ),
  pixelCacheBytes: option(
    {
      variable: 'PROBELOG_PIXEL_CACHE',
      description: 'Disk space for resized probe images, shared by models with the same input geometry.',
      allowed: 'a size from 0 to 1,024 GiB',
      fallback: '2GiB',
    },
    byteSize(0, 2 ** 40),
  ),
  modelMemoryBytes: option(
    {
      variable: 'PROBELOG_MODEL_MEMORY',
      description: 'Memory that a model under probing may take before its process is ended.',
      allowed: 'a size from 256 MiB to 1,024 GiB',
      fallback: '4GiB',
    },
    byteSize(2 ** 28, 2 ** 40),
  ),
  modelStallSeconds: option(
    {
      variable: 'PROBELOG_MODEL_STALL_SECONDS',
      description: 'Time without a finished batch after which a model counts as hanging.',
      allowed: 'a whole number from 1 to 86400',
      fallback: '120',
    },
    wholeNumber(1, 86_400),
  ),
};
