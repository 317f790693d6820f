import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ChooserOptions,
  encodePrior,
  type PriorFamily,
  ProbeChooser,
  type ResponsePrior,
  random,
} from '../../../src/domain/index.js';
import { temporaryFolder } from './run-model.js';

const RANK = 3;
const EXEMPLARS = 30;

/** A prior of made numbers with two families, the same for the same count. */
export function tinyPrior(probes: number): ResponsePrior {
  const next = random(probes);
  const places = Array.from({ length: probes }, () => next());
  const order = Uint32Array.from(places.keys()).sort((a, b) => places[a] - places[b]);
  const family = (): PriorFamily => ({
    factor: {
      rows: probes,
      columns: RANK,
      data: Float32Array.from({ length: probes * RANK }, () => next() * 2 - 1),
    },
    noise: new Float32Array(probes).fill(0.5),
    order,
  });
  return {
    version: 'tiny',
    probes,
    logits: 100,
    shape: { directions: RANK, ridge: 0 },
    expectedError: 0.5,
    families: [family(), family()],
    exemplars: {
      count: EXEMPLARS,
      values: Int8Array.from({ length: EXEMPLARS * probes }, () => next() * 255 - 127),
    },
  };
}

export async function priorFile(prior: ResponsePrior): Promise<string> {
  const path = join(await temporaryFolder(), `${randomUUID()}.prior`);
  await writeFile(path, encodePrior(prior));
  return path;
}

/**
 * The rounds that a model with these responses is run in, each ascending.
 *
 * @param rows of all probes, as the chooser is to see them
 */
export function expectedRounds(
  prior: ResponsePrior,
  options: ChooserOptions,
  rows: readonly number[][],
): number[][] {
  const chooser = new ProbeChooser(prior, options);
  const rounds: number[][] = [];
  for (;;) {
    const probes = rounds.flat();
    const responses = Float32Array.from(probes.flatMap((probe) => rows[probe]));
    const round = chooser.next(Uint32Array.from(probes), responses);
    if (!round) return rounds;
    rounds.push([...round.toSorted()]);
  }
}
