import { byteSize, decimalNumber, wholeNumber } from './formats.js';
import { option } from './option.js';

/** Settings of probing. */
export const PROBING_OPTIONS = {
  probingBudget: option(
    {
      variable: 'PROBELOG_PROBING_BUDGET',
      description:
        'Share of the probes a model is run on once the gallery allows it (docs/collaborative-probing.md); 1 always runs all probes.',
      allowed: 'a number from 0.02 to 1',
      fallback: '0.34',
    },
    decimalNumber(0.02, 1),
  ),
  probingErrorBound: option(
    {
      variable: 'PROBELOG_PROBING_ERROR_BOUND',
      description:
        "Probing stops before the budget is spent when the expected error of a model's logits falls to this value; 0 never stops early.",
      allowed: 'a number from 0 to 1',
      fallback: '0',
    },
    decimalNumber(0, 1),
  ),
  probingErrorFactor: option(
    {
      variable: 'PROBELOG_PROBING_ERROR_FACTOR',
      description:
        "A model is run on all probes when, after the budget, the expected error of its logits exceeds this many times that of the gallery's own models; 0 turns this off.",
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
  maxOutputs: option(
    {
      variable: 'PROBELOG_MAX_OUTPUTS',
      description: 'Most outputs of a model, whether it is probed here or its responses are uploaded.',
      allowed: 'a whole number from 1 to 1,000,000',
      fallback: '100000',
    },
    wholeNumber(1, 1_000_000),
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
  thumbnailCacheBytes: option(
    {
      variable: 'PROBELOG_THUMBNAIL_CACHE',
      description: 'Disk space for thumbnails of probe images; 0 makes them again each time.',
      allowed: 'a size from 0 to 1,024 GiB',
      fallback: '256MiB',
    },
    byteSize(0, 2 ** 40),
  ),
  modelMemoryBytes: option(
    {
      variable: 'PROBELOG_MODEL_MEMORY',
      description: 'Memory a model may use while it is probed; beyond it, its process is killed.',
      allowed: 'a size from 256 MiB to 1,024 GiB',
      fallback: '4GiB',
    },
    byteSize(2 ** 28, 2 ** 40),
  ),
  modelStallSeconds: option(
    {
      variable: 'PROBELOG_MODEL_STALL_SECONDS',
      description: 'Seconds without a finished batch after which probing fails as stalled.',
      allowed: 'a whole number from 1 to 86400',
      fallback: '120',
    },
    wholeNumber(1, 86_400),
  ),
};
