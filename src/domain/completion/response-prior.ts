import type { Matrix } from '../linalg/matrix.js';

/**
 * What is known of a probe set's standardized responses (descriptors before they are sharpened) before a model is run:
 * `x ~ N(0, W Wᵀ + diag(n))`, learned from fully probed models (design 3.5c). The first family is all models; the others
 * are models that respond alike, most often heads on one backbone, about which much more is known.
 */
export interface ResponsePrior {
  /** That of the basis it was fitted with. */
  version: string;
  /** P */
  probes: number;
  /** Logits of fully probed models that it was fitted to. */
  logits: number;
  /** How it was chosen, and what may be expected of it. */
  shape: PriorShape;
  /** Squared error per probe, in responses of variance 1, of held-out models completed from a third of the probes. */
  expectedError: number;
  families: PriorFamily[];
}

/** Probes by which a model's family is told: the same for every model, so the order of each family begins with them. */
export const COMMON_PROBES = 60;

/** What cross-validation over models chooses. */
export interface PriorShape {
  /** Most directions of a family. */
  directions: number;
  /** λ: the share of a family's covariance that is taken for chance, 0..1. */
  ridge: number;
}

/** The standardized responses of one kind of model. */
export interface PriorFamily {
  /** W, P × q */
  factor: Matrix;
  /** n, P: the variance of each probe that W leaves over. */
  noise: Float32Array;
  /** Probes in the order in which they are run (`leastKnownProbes`); the first `COMMON_PROBES` are the same in each list. */
  order: Uint32Array;
}

const MAGIC = 0x70726c33;

/** As bytes: a header of JSON, then the numbers of each family, little-endian. */
export function encodePrior({ families, ...facts }: ResponsePrior): Uint8Array {
  const shapes = families.map(({ factor, order }) => ({ rank: factor.columns, order: order.length }));
  const header = new TextEncoder().encode(JSON.stringify({ ...facts, families: shapes }));
  const padded = Math.ceil(header.length / 4) * 4;
  const parts = families.flatMap(({ factor, noise, order }) => [factor.data, noise, order]);
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

/** @throws Error when the bytes are not those of a whole prior */
export function decodePrior(bytes: Uint8Array): ResponsePrior {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) throw new Error('not a prior of responses');
  const headerLength = view.getUint32(4, true);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const { families: shapes, ...facts } = JSON.parse(text) as Omit<ResponsePrior, 'families'> & {
    families: { rank: number; order: number }[];
  };
  let offset = 8 + headerLength;
  const numbers = (count: number): ArrayBuffer => {
    // Copied, so that the numbers are aligned; a Buffer's own `slice` would only be a view of the file's memory.
    const part = Uint8Array.from(bytes.subarray(offset, offset + count * 4));
    if (part.length < count * 4) throw new Error('the prior of responses is cut off');
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
  return { ...facts, families };
}
