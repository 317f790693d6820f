import { ANIMALS } from './animals.js';
import { FOOD_AND_PLANTS } from './food-and-plants.js';
import { PLACES_AND_PEOPLE, THINGS } from './things-and-places.js';

/**
 * Everyday concepts that a photograph can show: the background against which a concept stands out, and the names that
 * an output can be given. Written by hand for this project; Apache-2.0 like the rest of it.
 *
 * Many names coincide with classes of common image data sets. Exactly as written, 724 of the 2,298 name one of 705 of
 * ImageNet's 1,000 classes, 170 of them one of the 200 classes of the hub that the accuracy benchmark asks for, and 60
 * name one of Caltech-101's. That is more than everyday words would by chance, and some (gyromitra, cellular
 * telephone) are hardly everyday words: the vocabulary was written with ImageNet's classes known. docs/accuracy.md says
 * what its figures owe to that.
 */
export const EVERYDAY_VOCABULARY: readonly string[] = [
  ANIMALS,
  FOOD_AND_PLANTS,
  THINGS,
  PLACES_AND_PEOPLE,
].flatMap((topic) => topic.trim().split(/,\s*/));
