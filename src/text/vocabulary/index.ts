import { ANIMALS } from './animals.js';
import { FOOD_AND_PLANTS } from './food-and-plants.js';
import { PLACES_AND_PEOPLE } from './places-and-people.js';
import { THINGS } from './things.js';

/**
 * Everyday concepts that a photograph can show: the background against which a concept stands out, and the names that
 * an output can be given. Written for this project; Apache-2.0 like the rest of it.
 */
export const EVERYDAY_VOCABULARY: readonly string[] = [
  ANIMALS,
  FOOD_AND_PLANTS,
  THINGS,
  PLACES_AND_PEOPLE,
].flatMap((topic) => topic.trim().split(/,\s*/));
