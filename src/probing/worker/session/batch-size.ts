/**
 * Images per run where the model leaves it open. Measured with the hub's models on 2 cores: at 224 × 224 a batch of 4
 * is fastest (activations stay in the cache), small images gain from larger batches until about 32.
 */
export function batchSize(width: number, height: number): number {
  const pixels = width * height;
  if (pixels >= 192 * 192) return 4;
  return pixels >= 64 * 64 ? 8 : 32;
}
