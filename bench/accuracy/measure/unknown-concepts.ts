import { random } from '../../../src/domain/index.js';
import { EVERYDAY_VOCABULARY } from '../../../src/text/index.js';
import { type Hub, synonyms } from '../data/hub.js';
import { zooLabels } from '../data/zoo.js';

const SEED = 7;

/** Concepts of which no model of the hub has a class: names of the zoo's classes, or of the vocabulary. */
export function unknownConcepts(hub: Hub, folder: string, count: number): string[] {
  const known = new Set(hub.models.flatMap(({ logits }) => logits.flatMap(({ label }) => synonyms(label))));
  const labels = hub.zoo.flatMap((entry) => zooLabels(folder, entry) ?? []);
  const names = [...new Set(labels.length > 0 ? labels : EVERYDAY_VOCABULARY)].filter(
    (label) => label !== 'background' && !synonyms(label).some((name) => known.has(name)),
  );
  const next = random(SEED);
  const drawn: string[] = [];
  while (drawn.length < count && names.length > 0) {
    const [label] = names.splice(Math.floor(next() * names.length), 1);
    drawn.push(label.split(',')[0]);
  }
  return drawn;
}
