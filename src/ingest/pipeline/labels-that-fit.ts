import { note } from '../../lib/notes.js';
import { differingOutput, type SourceLabels } from '../sources/sidecar-labels.js';

/** Labels, or why there are none. */
export interface FittingLabels {
  labels: string[] | null;
  /** For `Model.notes`. */
  notes: string[];
}

/** What transformers names outputs whose labels it does not know. */
const PLACEHOLDER = /^LABEL_\d+$/;

/** A list of labels and what it is worth to a model. */
interface Candidate {
  source: string;
  /** One for each output, empty where there is none; null when they do not fit. */
  fitting: string[] | null;
  /** Smaller is better. */
  rank: number;
  /** What to say when it is not used; null: compare it with the one that is. */
  problem: string | null;
  /** What to say when it is used. */
  remark: string | null;
}

/**
 * The labels of a model: those given for it; or of those that were found the first ones that fit, whole lists before partial ones and
 * before placeholders. Found labels that do not fit are left out, because the model is right without them.
 *
 * @param found in order of preference
 */
export function fittingLabels(
  given: string[] | null,
  found: readonly SourceLabels[],
  outputs: number,
): FittingLabels {
  if (given !== null) return { labels: given, notes: [] };
  const candidates = found.map((labels) => candidate(labels, outputs));
  const [best] = candidates.filter(({ fitting }) => fitting).sort((a, b) => a.rank - b.rank);
  const notes = candidates.flatMap((one) => {
    if (one.problem !== null) return [note('LABELS_LEFT_OUT', one.problem)];
    return one === best ? (one.remark ?? []) : (disagreement(best, one) ?? []);
  });
  return { labels: best?.fitting ?? null, notes: [...new Set(notes)] };
}

function candidate({ source, labels, problem = '' }: SourceLabels, outputs: number): Candidate {
  const none = { source, fitting: null, rank: 0, remark: null };
  if (labels === null) return { ...none, problem: `${source} was not read as labels: ${problem}.` };
  const whole = { ...none, fitting: labels, problem: null };
  const named = labels.filter((label) => label !== '').length;
  if (named === labels.length && named === outputs)
    return { ...whole, rank: labels.every((label) => PLACEHOLDER.test(label)) ? 2 : 0 };
  if (named === outputs && labels.length === outputs + 1 && labels[0] === '') {
    const remark = `${source} numbers its ${outputs} labels from 1; they were read as those of the outputs from 0 on.`;
    return { ...whole, fitting: labels.slice(1), remark: note('READING_CHOSEN', remark) };
  }
  if (named < labels.length && labels.length <= outputs) {
    const padded = [...labels, ...Array.from({ length: outputs - labels.length }, () => '')];
    const remark = `${source} has labels for ${named} of the model's ${outputs} outputs; the others have none.`;
    return { ...whole, fitting: padded, rank: 1, remark: note('LABELS_PARTIAL', remark) };
  }
  const [count, noun] = [labels.length, labels.length === 1 ? 'label' : 'labels'];
  return {
    ...none,
    problem: `${source} has ${count} ${noun}, but the model has ${outputs} ${outputs === 1 ? 'output' : 'outputs'}, so the labels were left out.`,
  };
}

/** A note about two lists that label an output differently; null when they do not. */
function disagreement(used: Candidate | undefined, other: Candidate): string | null {
  if (!used?.fitting || !other.fitting || other.rank === 2) return null;
  const output = differingOutput(used.fitting, other.fitting);
  if (output === null) return null;
  return note(
    'SOURCES_DISAGREE',
    `${used.source} and ${other.source} have different labels: output ${output} is ${JSON.stringify(used.fitting[output])} in the first and ${JSON.stringify(other.fitting[output])} in the second. Those of the first were used.`,
  );
}
