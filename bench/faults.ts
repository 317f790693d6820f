import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type FaultReport, runRounds } from './faults/run-rounds.js';
import { benchArguments } from './support/bench-arguments.js';
import { findPostgres, startPostgres } from './support/postgres-server.js';

/**
 * kill -9 of a server and a worker on one PostgreSQL server, at random moments, while webhooks are delivered: what was
 * acknowledged and is not there in the end ("lost"), and whether a client ever saw half of a model.

 *
 * Needs PostgreSQL's programs (Debian: apt-get install postgresql). The exit status is 1 when anything was lost.
 */

const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));
const HELP = `usage: npm run bench:faults -- [--rounds 100] [--json FILE]

Kills a server and a worker at random moments, and counts what was lost. Needs PostgreSQL (Debian: apt-get install postgresql).

  --rounds N    kills (default 100)
  --json FILE   write the report as JSON
  --help        print this`;

const { values: options } = benchArguments(HELP, {
  rounds: { type: 'string', default: '100' },
  json: { type: 'string' },
});

if (!findPostgres()) {
  console.error('PostgreSQL is not installed: apt-get install postgresql');
  process.exit(2);
}
const postgres = await startPostgres();
try {
  const report = await runRounds({
    rounds: Number(options.rounds),
    databaseUrl: await postgres.createDatabase('faults'),
    demo: DEMO,
    log: (text) => console.error(text),
  });
  print(report);
  if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.lost + report.doubled + report.halfVisible > 0) process.exitCode = 1;
} finally {
  await postgres.stop();
}

function print({ kills, ...totals }: FaultReport): void {
  const stages = [...new Set(Object.values(kills).flatMap((byStage) => Object.keys(byStage)))].sort();
  console.log(row('killed at', ...Object.keys(kills)));
  for (const stage of stages) {
    console.log(row(stage, ...Object.values(kills).map((byStage) => String(byStage[stage] ?? 0))));
  }
  console.log('');
  for (const [name, value] of Object.entries(totals)) {
    console.log(row(name, Number.isInteger(value) ? String(value) : value.toFixed(1)));
  }
}

function row(title: string, ...cells: string[]): string {
  return title.padEnd(16) + cells.map((cell) => cell.padStart(10)).join('');
}
