import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { benchArguments } from './support/bench-arguments.js';
import { BenchReport, partsOf } from './support/bench-report.js';
import { quantile } from './support/quantile.js';

/**
 * What a short command takes from its start to its end, on the demo's gallery in a data folder: seconds by the clock, and of
 * processor time, that of the processes it starts included.
 */

const PARTS = { help: ['--help'], version: ['--version'], models: ['models'], search: ['search', 'dog'] };
const GOALS = {
  helpSeconds: { goal: 0.2 },
  versionSeconds: { goal: 0.2 },
  modelsProcessorSeconds: { goal: 1.2 },
  searchProcessorSeconds: { goal: 1.6 },
};
const MODELS = ['mobilenet_v1_0.25_128', 'cifar10_resnet20', 'mlperf_tiny_resnet'];
const COMMAND = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));

/** How one command did: medians over its runs. */
interface Row {
  command: string;
  runs: number;
  seconds: number;
  processorSeconds: number;
}

const HELP = `usage: npm run bench:cli -- [--only help,version,models,search] [--runs 10] [--json FILE]

Measures short commands from start to end, by the clock and in processor time. The machine should do nothing else.

  --only PARTS   of help, version, models, search (default all)
  --runs N       runs of each, of which the median counts (default 10)
  --json FILE    write rows and bars as JSON
  --help         print this`;

const { values: options } = benchArguments(HELP, {
  only: { type: 'string' },
  runs: { type: 'string', default: '10' },
  json: { type: 'string' },
});
const parts = partsOf(Object.keys(PARTS) as (keyof typeof PARTS)[], options.only);
const report = new BenchReport<Row, keyof typeof GOALS>(GOALS, options.json);
const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'probelog-bench-'));
const env = {
  ...process.env,
  PROBELOG_DATA: folder,
  PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
};

try {
  if (parts.has('models') || parts.has('search')) {
    await probelog('probes', 'create', 'demo', join(DEMO, 'probes'));
    for (const name of MODELS) await probelog('ingest', join(DEMO, 'models', `${name}.onnx`));
  }
  console.log('command       seconds  processor seconds');
  if (parts.has('help')) report.measured('helpSeconds', (await measure('help')).seconds);
  if (parts.has('version')) report.measured('versionSeconds', (await measure('version')).seconds);
  if (parts.has('models'))
    report.measured('modelsProcessorSeconds', (await measure('models')).processorSeconds);
  if (parts.has('search'))
    report.measured('searchProcessorSeconds', (await measure('search')).processorSeconds);
} finally {
  await rm(folder, { recursive: true, force: true });
}
report.print();

async function measure(part: keyof typeof PARTS): Promise<Row> {
  const args = PARTS[part];
  // What a first run leaves in caches of the system and in the data folder.
  await probelog(...args);
  const taken: Taken[] = [];
  for (let number = 0; number < Number(options.runs); number++) taken.push(await probelog(...args));
  const median = (value: (one: Taken) => number) => quantile(taken.map(value), 0.5);
  const row = {
    command: args.join(' '),
    runs: taken.length,
    seconds: median(({ seconds }) => seconds),
    processorSeconds: median(({ processor }) => processor),
  };
  report.add(row);
  const cells = [row.seconds.toFixed(2).padStart(7), row.processorSeconds.toFixed(2).padStart(17)];
  console.log([row.command.padEnd(12), ...cells].join('  '));
  return row;
}

interface Taken {
  seconds: number;
  processor: number;
}

/** Runs the command line. The shell counts the processor time of all processes that have ended below it. */
async function probelog(...args: string[]): Promise<Taken> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null; } 2>&1';
  const { stdout } = await run('bash', ['-c', script, 'probelog', process.execPath, COMMAND, ...args], {
    env,
  });
  const [seconds, user, system] = (stdout.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds, processor: user + system };
}
