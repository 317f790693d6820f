import { type Check, type Finding } from '../../../src/cli/doctor/check.js';
import { Machine } from '../../../src/cli/doctor/machine.js';
import { runChecks } from '../../../src/cli/doctor/run-checks.js';

/** What one check finds on a machine with these settings. */
export async function examine(
  check: Check,
  environment: Record<string, string>,
  { network = false } = {},
): Promise<Finding[]> {
  const machine = new Machine(environment, network);
  const findings: Finding[] = [];
  try {
    for await (const { check: _, ...finding } of runChecks([check], machine)) findings.push(finding);
  } finally {
    await machine.close();
  }
  return findings;
}
