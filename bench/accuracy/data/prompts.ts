/** Twelve sentences in place of the product's two: what an ensemble of prompts is worth. */
export const TWELVE_PROMPTS: readonly string[] = [
  '{}',
  'a photo of a {}',
  'a photo of the {}',
  'a picture of a {}',
  'a close-up photo of a {}',
  'a bright photo of a {}',
  'a blurry photo of a {}',
  'a cropped photo of a {}',
  'a photo of one {}',
  'a photo of a large {}',
  'a photo of a small {}',
  'this is a {}',
];
