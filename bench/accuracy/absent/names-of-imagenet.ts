import { type Hub, synonyms } from '../data/hub.js';
import { zooLabels } from '../data/zoo.js';

const CLASSES = 1_000;

/** Names of ImageNet's classes of which no model of the hub has one, each class by its first name. */
export function namesOfImageNet(hub: Hub, folder: string): string[] {
  const known = new Set(hub.models.flatMap(({ logits }) => logits.flatMap(({ label }) => synonyms(label))));
  for (const entry of hub.zoo) {
    const labels = zooLabels(folder, entry)?.filter((label) => label !== 'background');
    if (labels?.length !== CLASSES) continue;
    return labels
      .filter((label) => !synonyms(label).some((name) => known.has(name)))
      .map((label) => label.split(',')[0]);
  }
  return [];
}
