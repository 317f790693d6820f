import { basisRank, descriptors, fitBasis, type Matrix, random, rowOf } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { blockwiseGram } from '../../src/search/snapshot/build/blockwise-gram.js';
import type { PriorTask } from '../../src/search/snapshot/build/fit-families.js';

/** What a gallery's responses are made of. */
export interface MadeGallery {
  models: number;
  /** Of each model. */
  outputs: number;
  probes: number;
  /** Directions that all models have. */
  shared: number;
  /** Share of the variance along a direction that one model alone has, 0..1; 0 when absent. */
  ownShare?: number;
  /** Share of the variance that is no direction's, 0..1. */
  noise: number;
  seed?: number;
}

/** The responses of each model: sums over directions with weights of their own, and noise, normally distributed. */
export function madeResponses(gallery: MadeGallery): Matrix[] {
  const { models, outputs, probes, shared, ownShare = 0, noise, seed = 1 } = gallery;
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const vector = (length: number) => Float32Array.from({ length }, normal);
  const directions = Array.from({ length: shared }, () => vector(probes));
  const [ofShared, ofOwn, ofNoise] = [(1 - ownShare - noise) / shared, ownShare, noise].map(Math.sqrt);
  return Array.from({ length: models }, () => {
    const own = vector(probes);
    const responses = { rows: outputs, columns: probes, data: vector(outputs * probes) };
    for (let output = 0; output < outputs; output++) {
      const row = rowOf(responses, output);
      const ownWeight = ofOwn * normal();
      for (let probe = 0; probe < probes; probe++) row[probe] = ofNoise * row[probe] + ownWeight * own[probe];
      for (const direction of directions) {
        const weight = ofShared * normal();
        for (let probe = 0; probe < probes; probe++) row[probe] += weight * direction[probe];
      }
    }
    return responses;
  });
}

/** These models as a prior is fitted to them, with the basis of them all. */
export async function priorTask(responses: Matrix[], products: MatrixProducts): Promise<PriorTask> {
  const rows = responses.flatMap((model) => {
    const made = descriptors(model).rows;
    return Array.from({ length: made.rows }, (_, row) => rowOf(made, row));
  });
  const probes = rows[0].length;
  const read = (chosen: Uint32Array): Matrix => {
    const data = new Float32Array(chosen.length * probes);
    for (const [place, row] of chosen.entries()) data.set(rows[row], place * probes);
    return { rows: chosen.length, columns: probes, data };
  };
  const all = Uint32Array.from(rows.keys());
  let first = 0;
  const models = responses.map(({ rows: outputs }) => {
    first += outputs;
    return all.slice(first - outputs, first);
  });
  const basis = await fitBasis({
    probes,
    rank: basisRank(rows.length, probes),
    seed: 1,
    version: 'made',
    multiply: blockwiseGram(products, read, all, rows.length),
    product: products.project,
  });
  return { basis, models, products, read };
}
