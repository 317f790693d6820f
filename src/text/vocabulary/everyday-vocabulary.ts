import { ANIMALS } from './animals.js';
import { FOOD_AND_PLANTS } from './food-and-plants.js';
import { PLACES_AND_PEOPLE, THINGS } from './things-and-places.js';

/**
 * Everyday concepts that a photograph can show: the background that concepts are contrasted with, and the names for
 * outputs. Written by hand for this project, under Apache-2.0 like the rest of it.
 *
 * Many names are also classes of common image data sets. Spelled exactly the same, 724 of the 2,298 name one of 705 of
 * ImageNet's 1,000 classes (170 of them one of the hub's 200 classes that the accuracy benchmark searches for), and 60
 * name a class of Caltech-101. That is more than by chance, and some (gyromitra, cellular telephone) are hardly everyday
 * words: the authors knew ImageNet's classes. docs/accuracy.md measures the effect on its figures.
 */
export const EVERYDAY_VOCABULARY: readonly string[] = [
  ANIMALS,
  FOOD_AND_PLANTS,
  THINGS,
  PLACES_AND_PEOPLE,
].flatMap((topic) => topic.trim().split(/,\s*/));
