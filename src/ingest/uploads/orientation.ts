import { ProbelogError } from '../../errors/index.js';
import type { UploadForm } from './upload-form.js';

/** Which dimension of an array counts the outputs. */
export interface Orientation {
  /** C */
  outputs: number;
  /** What the first dimension counts. */
  layout: 'outputs-first' | 'probes-first';
}

/**
 * Determines which dimension of an uploaded array counts the probes.
 *
 * @param probes P
 * @throws ProbelogError RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS
 */
export function orientation(
  shape: readonly number[],
  probes: number,
  requested: UploadForm['layout'],
): Orientation {
  const [first, second] = shape;
  const fits = {
    'outputs-first': shape.length === 2 && second === probes && first >= 1,
    'probes-first': shape.length === 2 && first === probes && second >= 1,
  };
  const outputsOf = (layout: Orientation['layout']) => (layout === 'outputs-first' ? first : second);
  if (requested !== undefined) {
    if (!fits[requested]) throw mismatch(shape, probes, requested);
    return { layout: requested, outputs: outputsOf(requested) };
  }
  if (fits['outputs-first'] && fits['probes-first'])
    throw new ProbelogError(
      'RESPONSES_LAYOUT_AMBIGUOUS',
      `There are ${probes} outputs and ${probes} probes. Add layout=outputs-first or layout=probes-first.`,
      { probes },
    );
  if (fits['outputs-first']) return { layout: 'outputs-first', outputs: first };
  if (fits['probes-first']) return { layout: 'probes-first', outputs: second };
  throw mismatch(shape, probes, requested);
}

function mismatch(shape: readonly number[], probes: number, requested: UploadForm['layout']): ProbelogError {
  const expected = {
    'outputs-first': `[outputs, ${probes}]`,
    'probes-first': `[${probes}, outputs]`,
  };
  const either =
    requested === undefined
      ? `${expected['outputs-first']} or ${expected['probes-first']}`
      : expected[requested];
  return new ProbelogError(
    'RESPONSES_SHAPE_MISMATCH',
    `The array has the shape [${shape.slice(0, 8).join(', ')}]; it must be ${either}, with at least 1 output.`,
    { shape: shape.slice(0, 8), probes },
  );
}
