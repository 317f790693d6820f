import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Matrix, sharpen, timesVector } from '../../../src/domain/index.js';
import { embedConcepts, IMAGE_SHARPNESS, shownShare } from '../../../src/text/index.js';
import type { Bench } from '../data/bench.js';
import { type ConceptSpace, conceptRows } from '../data/concepts.js';
import type { GalleryLogit } from '../data/gallery.js';
import { queryImages } from '../data/query-images.js';
import { BROAD_CONCEPTS } from './broad-concepts.js';
import { namesOfImageNet } from './names-of-imagenet.js';
import { offTopicDrawings } from './off-topic-images.js';
import { OFF_TOPIC_TEXTS } from './off-topic-texts.js';

/** What a question is to the models. */
export type Presence =
  /** Some know it. */
  | 'PRESENT'
  /** Some know classes of it. */
  | 'BROAD'
  /** Some know it, but their outputs for it are taken out. */
  | 'ABSENT'
  /** A class of ImageNet that none knows. */
  | 'UNKNOWN'
  /** No photo shows it. */
  | 'OFF_TOPIC';

/** One question. */
export interface Question {
  presence: Presence;
  /** P weights. */
  weights: Float32Array;
  /** See `AnswerSignals`. */
  shown: number;
  isRight(logit: GalleryLogit): boolean;
}

export type Half = 'choosing' | 'reporting';

const never = () => false;

/** Questions in words: each class, present and taken out; words for several; unknown names; off-topic things. */
export async function textQuestions(bench: Bench, space: ConceptSpace, half: Half): Promise<Question[]> {
  const { hub, encoder } = bench;
  const classes = new Map(hub.models.flatMap(({ logits }) => logits.map(({ wnid, label }) => [wnid, label])));
  const asked: { text: string; presence: Presence; isRight: Question['isRight'] }[] = [];
  for (const [wnid, text] of classes) {
    const isRight = (logit: GalleryLogit) => logit.wnid === wnid;
    asked.push({ text, presence: 'PRESENT', isRight }, { text, presence: 'ABSENT', isRight });
  }
  for (const [text, names] of Object.entries(BROAD_CONCEPTS)) {
    const covered = new Set(names.map((name) => name.toLowerCase()));
    const isRight = (logit: GalleryLogit) => logit.names.some((name) => covered.has(name));
    asked.push({ text, presence: 'BROAD', isRight });
  }
  // Other names for each half, so that nothing is learned from those that are reported on.
  const unknown = namesOfImageNet(hub, bench.folder).filter(
    (_, place) => (place % 2 === 0) === (half === 'choosing'),
  );
  for (const text of unknown) asked.push({ text, presence: 'UNKNOWN', isRight: never });
  for (const text of OFF_TOPIC_TEXTS[half]) asked.push({ text, presence: 'OFF_TOPIC', isRight: never });
  const rows = conceptRows(
    space,
    await embedConcepts(
      encoder,
      asked.map(({ text }) => text),
    ),
  );
  return asked.map(({ presence, isRight }, place) => ({
    presence,
    isRight,
    weights: rowAt(rows.ours, place),
    shown: shownShare(space.background, 'TEXT', rowAt(rows.cosines, place)),
  }));
}

/** Questions by image: photos of classes that models know, present and taken out; and drawings. */
export async function imageQuestions(
  { folder, hub, encoder }: Bench,
  probeSet: string,
  space: ConceptSpace,
  half: Half,
): Promise<Question[]> {
  const photos = queryImages(folder, hub)
    .filter(({ from }) => from !== probeSet)
    .flatMap(({ images }) => images);
  const asked: { path: string; presence: Presence; isRight: Question['isRight'] }[] = photos.flatMap(
    ({ path, names }) => {
      const isRight = (logit: GalleryLogit) => logit.names.some((name) => names.includes(name));
      return [
        { path, presence: 'PRESENT', isRight },
        { path, presence: 'ABSENT', isRight },
      ];
    },
  );
  const drawn = mkdtempSync(join(tmpdir(), 'probelog-drawings-'));
  try {
    for (const [place, svg] of offTopicDrawings(half).entries()) {
      const path = join(drawn, `${place}.png`);
      writeFileSync(path, await sharp(Buffer.from(svg)).png().toBuffer());
      asked.push({ path, presence: 'OFF_TOPIC', isRight: never });
    }
    const embedded = new Map<string, Float32Array>();
    const questions: Question[] = [];
    for (const { path, presence, isRight } of asked) {
      const embedding = embedded.get(path) ?? (await encoder.embedImages([path]))[0];
      embedded.set(path, embedding);
      const cosines = timesVector(space.images, embedding);
      const weights = sharpen(cosines, IMAGE_SHARPNESS);
      if (weights)
        questions.push({ presence, isRight, weights, shown: shownShare(space.background, 'IMAGE', cosines) });
    }
    return questions;
  } finally {
    rmSync(drawn, { recursive: true });
  }
}

function rowAt({ columns, data }: Matrix, row: number): Float32Array {
  return data.slice(row * columns, (row + 1) * columns);
}
