import { readEnvironment } from '../../config/index.js';
import { type FormatFlags, printJson, printLine } from '../output/formats.js';
import { CHECKS } from './checks/index.js';
import { Machine } from './machine.js';
import { findingLines, summaryLine } from './report.js';
import { type CheckedFinding, runChecks } from './run-checks.js';

/**
 * Runs all checks and prints what they find, each as soon as it is known.
 *
 * @param network whether to check what needs the network, too
 * @returns whether nothing failed
 */
export async function examineMachine(network: boolean, { json, jsonl }: FormatFlags): Promise<boolean> {
  const machine = new Machine(readEnvironment(), network);
  const findings: CheckedFinding[] = [];
  try {
    for await (const finding of runChecks(CHECKS, machine)) {
      findings.push(finding);
      if (jsonl) printLine(finding);
      else if (!json) process.stdout.write(findingLines(finding));
    }
  } finally {
    await machine.close();
  }
  const isFailed = findings.some(({ state }) => state === 'failed');
  if (json) printJson({ ok: !isFailed, findings });
  else if (!jsonl) process.stdout.write(`\n${summaryLine(findings)}`);
  return !isFailed;
}
