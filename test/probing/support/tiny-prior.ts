import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodePrior,
  type Matrix,
  ProbeChooser,
  type ResponsePrior,
  random,
} from '../../../src/domain/index.js';
import { temporaryFolder } from './run-model.js';

const RANK = 3;

/** A prior of made numbers, the same for the same count. */
export function tinyPrior(probes: number, version = 'tiny'): ResponsePrior {
  const next = random(probes);
  const factor: Matrix = {
    rows: probes,
    columns: RANK,
    data: Float32Array.from({ length: probes * RANK }, () => next() * 2 - 1),
  };
  return { version, probes, logits: 100, families: [{ factor, noise: new Float32Array(probes).fill(0.1) }] };
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
  options: { budget: number; errorBound: number },
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
