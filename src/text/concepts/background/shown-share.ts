import { conceptContrast, shareAtMost } from '../../../domain/index.js';
import { type ConceptBackground, largest } from './compute-background.js';

/**
 * How well the probes show a text or an image: the share of the vocabulary's texts that they show no better, or the share
 * of the probes that have no nearer neighbor, 0 to 1.
 *
 * @param cosines with the P probes
 */
export function shownShare(
  { levels, textPeaks, imagePeaks }: Pick<ConceptBackground, 'levels' | 'textPeaks' | 'imagePeaks'>,
  of: 'TEXT' | 'IMAGE',
  cosines: Float32Array,
): number {
  return of === 'IMAGE'
    ? shareAtMost(imagePeaks.data, largest(cosines))
    : shareAtMost(textPeaks.data, largest(conceptContrast(cosines, levels.data)));
}
