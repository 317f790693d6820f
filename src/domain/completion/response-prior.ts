import type { Matrix } from '../linalg/matrix.js';
import { type Exemplars, NO_EXEMPLARS } from './exemplars.js';

/**
 * A Gaussian prior over standardized responses (descriptors before sharpening) to a probe set, fitted to fully probed
 * models: `x ~ N(0, W Wᵀ + diag(n))`, a factor model (docs/collaborative-probing.md). The first family is all models. The
 * others are groups of similar models, usually heads on one backbone, whose responses it predicts much better.
 */
export interface ResponsePrior {
  /** Version of the basis that it was fitted with. */
  version: string;
  /** P */
  probes: number;
  /** Logits of fully probed models that it was fitted to. */
  logits: number;
  /** Chosen by cross-validation. */
  shape: PriorShape;
  /** Squared error per probe, in responses of variance 1, of held-out models completed from a third of the probes. */
  expectedError: number;
  families: PriorFamily[];
  /** Rows that similar outputs are completed from. */
  exemplars: Exemplars;
}

/** Probes that determine a model's family. All models share them, so every family's order starts with them. */
export const COMMON_PROBES = 60;

/** The hyperparameters that cross-validation over models chooses. */
export interface PriorShape {
  /** Maximum number of directions of a family. */
  directions: number;
  /** λ: shrinkage of a family's covariance toward its diagonal, 0..1. */
  ridge: number;
}

/** The prior of one family of models. */
export interface PriorFamily {
  /** W, P × q */
  factor: Matrix;
  /** n, P: the variance of each probe that W does not explain. */
  noise: Float32Array;
  /** The order in which probes are run (`dOptimalProbes`); the first `COMMON_PROBES` are the same for all families. */
  order: Uint32Array;
}

const MAGIC = 0x70726c33;

/** Encodes a prior: a JSON header, then the numbers of each family and the exemplars, little-endian. */
export function encodePrior({ families, exemplars, ...facts }: ResponsePrior): Uint8Array {
  const shapes = families.map(({ factor, order }) => ({ rank: factor.columns, order: order.length }));
  const header = new TextEncoder().encode(
    JSON.stringify({ ...facts, families: shapes, exemplars: exemplars.count }),
  );
  const padded = Math.ceil(header.length / 4) * 4;
  const parts = [
    ...families.flatMap(({ factor, noise, order }) => [factor.data, noise, order]),
    exemplars.values,
  ];
  const bytes = new Uint8Array(8 + padded + parts.reduce((sum, part) => sum + part.byteLength, 0)).fill(0x20);
  new DataView(bytes.buffer).setUint32(0, MAGIC, true);
  new DataView(bytes.buffer).setUint32(4, padded, true);
  bytes.set(header, 8);
  let offset = 8 + padded;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return bytes;
}

/** @throws Error when the bytes are not a complete prior */
export function decodePrior(bytes: Uint8Array): ResponsePrior {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC)
    throw new Error('the file is not a response prior');
  const headerLength = view.getUint32(4, true);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const { families: shapes, exemplars: count = 0, ...facts } = JSON.parse(text) as PriorHeader;
  let offset = 8 + headerLength;
  const numbers = (count: number): ArrayBuffer => {
    // Copied for alignment. A Buffer's `slice` would share the file's memory.
    const part = Uint8Array.from(bytes.subarray(offset, offset + count * 4));
    if (part.length < count * 4) throw new Error('the response prior is truncated');
    offset += count * 4;
    return part.buffer;
  };
  const families = shapes.map(({ rank, order }): PriorFamily => {
    const data = new Float32Array(numbers(facts.probes * rank));
    const noise = new Float32Array(numbers(facts.probes));
    return {
      factor: { rows: facts.probes, columns: rank, data },
      noise,
      order: new Uint32Array(numbers(order)),
    };
  });
  return { ...facts, families, exemplars: exemplarsOf() };

  function exemplarsOf(): Exemplars {
    if (count === 0) return NO_EXEMPLARS;
    if (bytes.length < offset + count * facts.probes) throw new Error('the response prior is truncated');
    // Not copied: bytes need no alignment, and there may be 40 MB of them.
    const values = new Int8Array(bytes.buffer, bytes.byteOffset + offset, count * facts.probes);
    return { count, values };
  }
}

/** The header of an encoded prior: the facts, and how much of what follows. */
interface PriorHeader extends Omit<ResponsePrior, 'families' | 'exemplars'> {
  families: { rank: number; order: number }[];
  /** Absent in priors of earlier versions, which have none. */
  exemplars?: number;
}
