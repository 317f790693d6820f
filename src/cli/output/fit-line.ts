import type { FormatFlags } from './formats.js';

/** How well a gallery answers a query, as a search returns it. */
export interface AnswerFit {
  fit: 'GOOD' | 'WEAK' | 'NOT_REPRESENTED' | null;
  reason: 'PROBES_DO_NOT_SHOW_IT' | 'NOTHING_STANDS_OUT' | null;
}

const REASONS = {
  PROBES_DO_NOT_SHOW_IT: 'no image of the probe set shows it',
  NOTHING_STANDS_OUT: 'no output stands out',
};

/**
 * Prints a line when a gallery does not answer a query well: above a table, and for other formats on standard error,
 * where it does not disturb pipes.
 *
 * @param results how many are printed
 */
export function printFit({ fit, reason }: AnswerFit, results: number, { json, jsonl }: FormatFlags): void {
  if (fit === null || fit === 'GOOD' || !reason) return;
  const [title, nearest] =
    fit === 'NOT_REPRESENTED'
      ? ['No confident match', ' These results are only what comes nearest.']
      : ['Weak match', ' The first results may be right: look at --evidence.'];
  const stream = json || jsonl ? process.stderr : process.stdout;
  stream.write(`${title}: ${REASONS[reason]}.${results > 0 ? nearest : ''}\n`);
}
