import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Hub, probeImages, synonyms } from './hub.js';
import { zooLabels } from './zoo.js';

/** Images with known classes to search with. */
export interface QueryImages {
  /** The folder under `probes/` that they are from. */
  from: string;
  images: { path: string; names: string[] }[];
}

const ONE_OF_EACH_CLASS = 'inet1000';
const CLASSES = 1_000;

/**
 * Images of classes that the hub's models know by name, from every folder whose classes can be known: one that has a
 * `<folder>.classes.json` of plain names beside it, and `inet1000`, which holds one image of each ImageNet class in
 * the order of the classes (a public classifier of the hub confirms that order for five of six).
 */
export function queryImages(folder: string, hub: Hub): QueryImages[] {
  const known = new Set(hub.models.flatMap(({ logits }) => logits.flatMap(({ label }) => synonyms(label))));
  const sets = [ONE_OF_EACH_CLASS, 'caltech1000'];
  return sets.flatMap((from) => {
    const paths = probeImages(folder, from) ?? [];
    const classes = from === ONE_OF_EACH_CLASS ? imageNetClasses(folder, hub) : listedClasses(folder, from);
    if (classes?.length !== paths.length) return [];
    const images = paths
      .map((path, place) => ({ path, names: synonyms(classes[place]).filter((name) => known.has(name)) }))
      .filter(({ names }) => names.length > 0);
    return images.length > 0 ? [{ from, images }] : [];
  });
}

function imageNetClasses(folder: string, hub: Hub): string[] | null {
  for (const entry of hub.zoo) {
    const labels = zooLabels(folder, entry)?.filter((label) => label !== 'background');
    if (labels?.length === CLASSES) return labels;
  }
  return null;
}

function listedClasses(folder: string, from: string): string[] | null {
  const path = join(folder, 'probes', `${from}.classes.json`);
  if (!existsSync(path)) return null;
  return z
    .array(z.string())
    .parse(JSON.parse(readFileSync(path, 'utf8')))
    .map((name) => name.replaceAll('_', ' '));
}
