import { packageFacts } from './package-root.js';

/** The least Node version, such as 20.19. */
export function leastNode(): string {
  const [, least] = /(\d+\.\d+)/.exec(packageFacts().engines.node) ?? [];
  return least ?? '';
}

/** Whether Node is too old for this program. */
export function isNodeTooOld(version = process.versions.node): boolean {
  const [major, minor] = leastNode().split('.').map(Number);
  const [haveMajor, haveMinor] = version.split('.').map(Number);
  return haveMajor < major || (haveMajor === major && haveMinor < minor);
}

/**
 * Says that Node is too old; for `doctor`, as its one finding. Nothing else of this program can be loaded there, so this file and
 * what it imports use only what Node 14 has.
 *
 * @param args of the command line
 */
export function reportOldNode(args: readonly string[]): void {
  const says = `this is Node ${process.version}, and ProbeLog needs ${leastNode()} or newer`;
  const mend = 'install Node 22 or 24 (https://nodejs.org), or use the Docker image';
  const finding = { check: 'Node.js', state: 'failed', says, mend };
  if (args[0] !== 'doctor') {
    process.stderr.write(
      `NODE_TOO_OLD: This is Node ${process.version}, and ProbeLog needs ${leastNode()} or newer. Install Node 22 or 24 (https://nodejs.org), or use the Docker image.\n`,
    );
  } else if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ ok: false, findings: [finding] }, null, 2)}\n`);
  } else if (args.includes('--jsonl')) {
    process.stdout.write(`${JSON.stringify(finding)}\n`);
  } else {
    process.stdout.write(
      `failed   Node.js: ${says}\n         → ${mend}\nskipped  everything else: because it needs a newer Node\n\n0 ok, 0 warnings, 1 failed\n`,
    );
  }
}
