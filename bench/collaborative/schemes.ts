import {
  columnsOf,
  dOptimalProbes,
  type Matrix,
  ProbeChooser,
  type ResponsePrior,
  random,
  rowOf,
  transpose,
} from '../../src/domain/index.js';
import { aOptimalProbes } from './a-optimal-probes.js';

/** Which probes a model with these responses is run on. */
export type Choice = (raw: Matrix) => Uint32Array;

/** A way to choose `max` probes for each model. @param target what they are to tell of, see `aOptimalProbes` */
export type Scheme = (prior: ResponsePrior, max: number, target: Matrix) => Choice;

const SEED = 6;

/** The same probes for every model, drawn by chance. */
const byChance: Scheme = ({ probes }, max) => {
  const next = random(SEED);
  const order = Uint32Array.from({ length: probes }, (_, probe) => probe);
  for (let place = 0; place < max; place++) {
    const other = place + Math.floor(next() * (probes - place));
    [order[place], order[other]] = [order[other], order[place]];
  }
  const chosen = order.slice(0, max);
  return () => chosen;
};

/** The probes that the basis leans on most: the largest rows of W, scaled by what it leaves over. */
const byLeverage: Scheme = ({ families: [{ factor, noise }] }, max) => {
  const leverage = Float64Array.from(noise, (left, probe) => {
    let sum = 0;
    for (const value of rowOf(factor, probe)) sum += value * value;
    return sum / left;
  });
  const chosen = Uint32Array.from(leverage.keys())
    .sort((a, b) => leverage[b] - leverage[a])
    .slice(0, max);
  return () => chosen;
};

/** The product's order, for the whole budget: each the one of which least is known from those before it. */
const dOptimal: Scheme = ({ families: [whole] }, max) => {
  const chosen = dOptimalProbes(whole, max);
  return () => chosen;
};

/** Each the one that tells most of what is searched by, beside those before it, over the whole gallery. */
const aOptimal: Scheme = ({ families: [whole] }, max, target) => {
  const chosen = aOptimalProbes(whole, target, max);
  return () => chosen;
};

/** The product's: that order, then rounds, each chosen from the responses so far. */
const adaptive: Scheme = (prior, max) => {
  const chooser = new ProbeChooser(prior, { budget: max / prior.probes, errorBound: 0, errorFactor: 0 });
  return (raw) => {
    const run: number[] = [];
    for (;;) {
      const round = chooser.next(Uint32Array.from(run), transpose(columnsOf(raw, run)).data);
      if (!round) return Uint32Array.from(run);
      run.push(...round);
    }
  };
};

/** The name of the product's scheme. */
export const PRODUCT = 'adaptive';

/** Every scheme, by the name in the table. */
export const SCHEMES: Record<string, Scheme> = {
  random: byChance,
  leverage: byLeverage,
  'D-optimal': dOptimal,
  'A-optimal': aOptimal,
  [PRODUCT]: adaptive,
};

/** The same responses with NaN where a probe was not run, as they are stored. */
export function masked(raw: Matrix, probes: Uint32Array): Matrix {
  const data = new Float32Array(raw.data.length).fill(Number.NaN);
  for (let output = 0; output < raw.rows; output++)
    for (const probe of probes) data[output * raw.columns + probe] = raw.data[output * raw.columns + probe];
  return { ...raw, data };
}
