import { expect, it } from 'vitest';
import { MAX_IMAGE_BYTES } from '../../src/cli/commands/search.js';
import * as text from '../../src/text/index.js';

it('search --image takes files up to the size that the server takes', () => {
  expect(MAX_IMAGE_BYTES).toBe(text.MAX_IMAGE_BYTES);
});
