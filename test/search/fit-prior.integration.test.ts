import { beforeAll, describe, expect, it } from 'vitest';
import { ConditionedPrior, rowOf, standardizedResponses } from '../../src/domain/index.js';
import { type MatrixProducts, openMatrixProducts } from '../../src/search/matrix-products.js';
import { fitPrior } from '../../src/search/snapshot/build/fit-prior.js';
import { type MadeGallery, madeResponses, priorTask } from './synthetic-gallery.js';

let products: MatrixProducts;
beforeAll(async () => {
  products = await openMatrixProducts();
});

const meanOf = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** The prior that is fitted to a made gallery. It is small enough that all of it is one family. */
async function fitted(gallery: MadeGallery) {
  return fitPrior(await priorTask(madeResponses(gallery), products));
}

describe('the directions and the ridge of a prior', () => {
  const models = { models: 59, outputs: 20 };

  it.each([
    [40, 75],
    [140, 150],
  ])(
    'are as many as held-out models have: of %i there are, the next choice is %i',
    async (shared, chosen) => {
      const { shape, families } = await fitted({ ...models, probes: 450, shared, noise: 0.2 });
      expect(shape.directions).toBe(chosen);
      expect(families.map(({ factor }) => factor.columns)).toEqual([chosen]);
    },
  );

  it('are drawn the more to the diagonal the more noise there is', async () => {
    const ridges: number[] = [];
    for (const noise of [0.02, 0.2, 0.5])
      ridges.push((await fitted({ ...models, probes: 240, shared: 60, noise })).shape.ridge);
    expect(ridges[0]).toBeLessThan(ridges[1]);
    expect(ridges[1]).toBeLessThanOrEqual(ridges[2]);
  });
});

/**
 * Forty directions of all models, and one more of each. If outputs were held out and their models taught, those of the
 * models would seem as good as the others.
 */
describe('the directions that one model alone has', () => {
  const OWN = 0.4;
  const STRANGERS = 40;
  const gallery = { models: 230, outputs: 5, probes: 600, shared: 40, ownShare: OWN, noise: 0.1 };

  it('count for nothing: as many that all models have would all be kept', async () => {
    const { models, outputs, probes, shared, noise } = gallery;
    expect((await fitted(gallery)).shape.directions).toBe(75);
    const common = { models, outputs, probes, shared: shared + models, noise };
    expect((await fitted(common)).shape.directions).toBe(300);
  });

  it('are in the error that is expected of a model, which is that of one never seen', async () => {
    const responses = madeResponses({ ...gallery, models: gallery.models + STRANGERS });
    const taught = responses.slice(STRANGERS);
    const prior = await fitPrior(await priorTask(taught, products));
    // Of the two thirds of the probes that are not run, the model's own direction and the noise are unknown.
    expect(prior.expectedError).toBeGreaterThan((2 / 3) * OWN);

    const run = prior.families[0].order.subarray(0, gallery.probes / 3);
    const conditioned = new ConditionedPrior(prior.families[0], run);
    const errors = responses.slice(0, STRANGERS).flatMap((model) => {
      const { rows } = standardizedResponses(model);
      return Array.from({ length: rows.rows }, (_, row) => {
        const truth = rowOf(rows, row);
        const { completed } = conditioned.estimate(Float32Array.from(run, (probe) => truth[probe]));
        return meanOf(completed.map((value, probe) => (value - truth[probe]) ** 2));
      });
    });
    const actual = meanOf(errors);
    expect(Math.abs(prior.expectedError - actual)).toBeLessThan(0.15 * actual);
  });
});
