import {
  columnsOf,
  type Matrix,
  ProbeChooser,
  type ResponsePrior,
  random,
  rowOf,
  transpose,
} from '../../src/domain/index.js';

/** A way to choose which probes a model is run on. @returns indices of at most `most` probes */
export type Scheme = (prior: ResponsePrior, raw: Matrix, most: number) => Uint32Array;

const SEED = 6;

/** The same probes for every model, drawn by chance. */
const byChance: Scheme = ({ probes }, _raw, most) => {
  const next = random(SEED);
  const order = Uint32Array.from({ length: probes }, (_, probe) => probe);
  for (let place = 0; place < most; place++) {
    const other = place + Math.floor(next() * (probes - place));
    [order[place], order[other]] = [order[other], order[place]];
  }
  return order.slice(0, most);
};

/** The probes that the basis leans on most: the largest rows of W, scaled by what it leaves over. */
const byLeverage: Scheme = ({ families: [{ factor, noise }] }, _raw, most) => {
  const leverage = Float64Array.from(noise, (left, probe) => {
    let sum = 0;
    for (const value of rowOf(factor, probe)) sum += value * value;
    return sum / left;
  });
  return Uint32Array.from(leverage.keys())
    .sort((a, b) => leverage[b] - leverage[a])
    .slice(0, most);
};

/** The greedy D-optimal order of the whole gallery; beyond what is kept of it, by chance. */
const byGreedyOrder: Scheme = (prior, raw, most) => {
  const order = prior.families[0].order.slice(0, most);
  const taken = new Set(order);
  const rest = byChance(prior, raw, prior.probes).filter((probe) => !taken.has(probe));
  return Uint32Array.from([...order, ...rest.slice(0, most - order.length)]);
};

/** The product's: rounds, each chosen from the responses so far. */
const adaptive: Scheme = (prior, raw, most) => {
  const chooser = new ProbeChooser(prior, { budget: most / prior.probes, errorBound: 0 });
  const run: number[] = [];
  for (;;) {
    const round = chooser.next(Uint32Array.from(run), transpose(columnsOf(raw, run)).data);
    if (!round) return Uint32Array.from(run);
    run.push(...round);
  }
};

/** Every scheme, by the name in the table. */
export const SCHEMES: Record<string, Scheme> = {
  random: byChance,
  leverage: byLeverage,
  greedy: byGreedyOrder,
  adaptive,
};

/** The same responses with NaN where a probe was not run, as they are stored. */
export function masked(raw: Matrix, probes: Uint32Array): Matrix {
  const data = new Float32Array(raw.data.length).fill(Number.NaN);
  for (let output = 0; output < raw.rows; output++)
    for (const probe of probes) data[output * raw.columns + probe] = raw.data[output * raw.columns + probe];
  return { ...raw, data };
}
