import { ProbelogError } from '../../errors/index.js';
import type { UploadForm } from './upload-form.js';

/** More outputs than any classifier has. */
const MAX_OUTPUTS = 1_000_000;

/** How the numbers of an array stand for outputs and probes. */
export interface Orientation {
  /** C */
  outputs: number;
  /** What the first index counts. */
  layout: 'outputs-first' | 'probes-first';
}

/**
 * Finds out which dimension of an uploaded array counts the probes.
 *
 * @param probes P
 * @throws ProbelogError RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS
 */
export function orientation(
  shape: readonly number[],
  probes: number,
  wanted: UploadForm['layout'],
): Orientation {
  const [first, second] = shape;
  const fits = {
    'outputs-first': shape.length === 2 && second === probes && usable(first),
    'probes-first': shape.length === 2 && first === probes && usable(second),
  };
  const outputsOf = (layout: Orientation['layout']) => (layout === 'outputs-first' ? first : second);
  if (wanted !== undefined) {
    if (!fits[wanted]) throw mismatch(shape, probes, wanted);
    return { layout: wanted, outputs: outputsOf(wanted) };
  }
  if (fits['outputs-first'] && fits['probes-first'])
    throw new ProbelogError(
      'RESPONSES_LAYOUT_AMBIGUOUS',
      `There are ${probes} outputs and ${probes} probes: say layout=outputs-first or layout=probes-first.`,
      { probes },
    );
  if (fits['outputs-first']) return { layout: 'outputs-first', outputs: first };
  if (fits['probes-first']) return { layout: 'probes-first', outputs: second };
  throw mismatch(shape, probes, wanted);
}

function usable(outputs: number): boolean {
  return outputs >= 1 && outputs <= MAX_OUTPUTS;
}

function mismatch(shape: readonly number[], probes: number, wanted: UploadForm['layout']): ProbelogError {
  const expected = {
    'outputs-first': `[outputs, ${probes}]`,
    'probes-first': `[${probes}, outputs]`,
  };
  const either =
    wanted === undefined ? `${expected['outputs-first']} or ${expected['probes-first']}` : expected[wanted];
  return new ProbelogError(
    'RESPONSES_SHAPE_MISMATCH',
    `The array has the shape [${shape.slice(0, 8).join(', ')}]; expected is ${either}, with 1 to ${MAX_OUTPUTS} outputs.`,
    { shape: shape.slice(0, 8), probes },
  );
}
