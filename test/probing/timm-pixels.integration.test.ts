import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';
import { testAgainst } from './support/compare-pixels.js';

const SCRIPT = fileURLToPath(new URL('../python/timm_pixels.py', import.meta.url));

const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const config = (fields: object) => ({
  architecture: 'resnet18',
  num_classes: 1000,
  pretrained_cfg: { input_size: [3, 64, 64], ...fields },
});

/** By name. Sizes are small, so that the files are. */
const CASES: Record<string, object> = {
  'defaults that are left out': config({ input_size: [3, 224, 224] }),
  bicubic: config({ interpolation: 'bicubic', crop_pct: 0.9, ...HALF }),
  bilinear: config({ interpolation: 'bilinear', crop_pct: 0.875 }),
  nearest: config({ interpolation: 'nearest', crop_pct: 0.875 }),
  lanczos: config({ interpolation: 'lanczos', crop_pct: 0.96 }),
  'the whole image': config({ interpolation: 'bicubic', crop_pct: 1 }),
  'an odd size': config({ input_size: [3, 75, 75], interpolation: 'bicubic', crop_pct: 0.95 }),
  squashed: config({ interpolation: 'bicubic', crop_pct: 1, crop_mode: 'squash' }),
  'squashed and cropped': config({ interpolation: 'bicubic', crop_pct: 0.9, crop_mode: 'squash' }),
  'with a border': config({ interpolation: 'bicubic', crop_pct: 1, crop_mode: 'border' }),
  'with a border, of two sides': config({ input_size: [3, 64, 97], crop_pct: 1, crop_mode: 'border' }),
  'of two sides': config({ input_size: [3, 64, 48], interpolation: 'bicubic', crop_pct: 0.9 }),
};

describe.runIf(requires('runner'))('the pixels of a model, against timm’s own code', () => {
  testAgainst({ python: RUNNER_PYTHON, script: SCRIPT, cases: CASES });
});
