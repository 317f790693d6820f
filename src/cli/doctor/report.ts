import { printable, styled } from '../output/table.js';
import type { FindingState } from './check.js';
import type { CheckedFinding } from './run-checks.js';

const STYLES: Record<FindingState, Parameters<typeof styled>[0]> = {
  ok: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'gray',
};
const WIDTH = Math.max(...Object.keys(STYLES).map((state) => state.length));

/** A finding as text: a line, and below it what fixes the problem. */
export function findingLines({ state, check, says, mend }: CheckedFinding): string {
  const head = `${styled(STYLES[state], state.padEnd(WIDTH))}  ${styled('bold', check)}: ${printable(says)}\n`;
  return mend === null ? head : `${head}${' '.repeat(WIDTH)}  → ${printable(mend)}\n`;
}

/** The number of findings by state, such as "22 ok, 1 warning, 1 failed". */
export function summaryLine(findings: readonly CheckedFinding[]): string {
  const counted = (Object.keys(STYLES) as FindingState[]).flatMap((state) => {
    const count = findings.filter((finding) => finding.state === state).length;
    const plural = state === 'warning' && count > 1 ? 's' : '';
    return count === 0 ? [] : [`${count} ${state}${plural}`];
  });
  return `${counted.join(', ')}\n`;
}
