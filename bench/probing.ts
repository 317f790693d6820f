import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../src/lib/child-environment.js';
import { type ProbeFile, parsePreprocessing, probeModel } from '../src/probing/index.js';
import type { BareJob, BareResult } from './probing/bare-session.js';
import { benchArguments } from './support/bench-arguments.js';

/**
 * End-to-end time of `probeModel` (starting its process, reading, decoding, resizing, normalizing, inference, handing
 * the responses over) as a ratio to the time that a bare ONNX session takes to be made and to run the same images,
 * already preprocessed, at its fastest batch size. "cold": images are decoded; "warm": resized pixels are cached, as
 * for every model after the first one of its input size.
 */

interface Entry {
  name: string;
  file: string;
  preprocessing: { size: number; mean: number[]; std: number[] };
}

interface Row {
  model: string;
  edge: number;
  probes: number;
  bareMs: number;
  bareBatch: number;
  coldMs: number;
  coldRatio: number;
  warmMs: number;
  warmRatio: number;
  peakMiB: number;
}

const HEADINGS = ['model', 'edge', 'probes', 'bare s', 'cold s', 'ratio', 'warm s', 'ratio', 'peak MiB'];
const LIMITS = { memoryBytes: 2 ** 34, stallMs: 600_000, maxModelBytes: 2 ** 31, maxOutputs: 100_000 };
const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));

const HELP = `usage: npm run bench:probing -- [hub folder] [--models a,b] [--probes 1000] [--rounds 3] [--json FILE]

Measures what it costs to run a model on probes, as a ratio to a bare ONNX Runtime session on the same images. The machine
should do nothing else.

  --models LIST   models of the manifest (default all)
  --probes N      images (default 1000)
  --rounds N      rounds, of which the fastest counts (default 3)
  --json FILE     write the rows as JSON
  --help          print this`;

const { positionals, values: options } = benchArguments(
  HELP,
  {
    models: { type: 'string' },
    probes: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
  true,
);
const [hub] = positionals;
const modelFolder = hub
  ? [join(hub, 'onnx'), hub].find((folder) => existsSync(join(folder, 'manifest.json')))
  : join(DEMO, 'models');
if (!modelFolder) throw new Error(`${hub} holds neither onnx/manifest.json nor manifest.json`);
const imageFolder = hub ? join(modelFolder, '..', 'probes', 'caltech1000') : join(DEMO, 'probes');

const probes = await readProbes(imageFolder, Number(options.probes));
const wanted = options.models?.split(',');
const manifest: Entry[] = JSON.parse(await readFile(join(modelFolder, 'manifest.json'), 'utf8'));
const rows: Row[] = [];
for (const entry of manifest.filter(({ name }) => !wanted || wanted.includes(name))) {
  const row = await measureModel(entry, modelFolder, probes, Number(options.rounds));
  if (rows.length === 0) console.log(line(HEADINGS));
  console.log(line(cells(row)));
  rows.push(row);
}
const total = (pick: (row: Row) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
const bareMs = total((row) => row.bareMs);
const coldRatio = total((row) => row.coldMs) / bareMs;
const warmRatio = total((row) => row.warmMs) / bareMs;
console.log(
  `all together: cold ${coldRatio.toFixed(2)}, warm ${warmRatio.toFixed(2)} times the bare session`,
);
if (options.json)
  await writeFile(options.json, `${JSON.stringify({ coldRatio, warmRatio, rows }, null, 2)}\n`);

async function measureModel(entry: Entry, folder: string, images: ProbeFile[], rounds: number): Promise<Row> {
  const { size, mean, std } = entry.preprocessing;
  const modelFile = join(folder, entry.file);
  const bare: BareResult[] = [];
  const cold: number[] = [];
  const warm: number[] = [];
  let peak = 0;
  // Bare, cold and warm take turns, so that a slow minute of the machine hits all three.
  for (let round = 0; round < rounds; round++) {
    bare.push(
      await bareSession({ modelFile, images: images.map(({ path }) => path), edge: size, mean, std }),
    );
    const cacheFolder = await mkdtemp(join(tmpdir(), 'probelog-bench-'));
    try {
      for (const times of [cold, warm]) {
        const started = performance.now();
        const run = await probeModel({
          modelFile,
          preprocessing: parsePreprocessing(entry.preprocessing),
          probes: images,
          cacheFolder,
          limits: LIMITS,
          onBatch: () => undefined,
        });
        times.push(performance.now() - started);
        peak = Math.max(peak, run.peakMemoryBytes);
      }
    } finally {
      await rm(cacheFolder, { recursive: true, force: true });
    }
  }
  const bareMs = median(bare.map(({ milliseconds }) => milliseconds));
  const coldMs = median(cold);
  const warmMs = median(warm);
  return {
    model: entry.name,
    edge: size,
    probes: images.length,
    bareMs,
    bareBatch: bare[0].batch,
    coldMs,
    coldRatio: coldMs / bareMs,
    warmMs,
    warmRatio: warmMs / bareMs,
    peakMiB: peak / 2 ** 20,
  };
}

function bareSession(job: BareJob): Promise<BareResult> {
  const child = fork(fileURLToPath(new URL('./probing/bare-session.js', import.meta.url)), [], {
    env: childEnvironment(['PATH', 'LD_LIBRARY_PATH']),
  });
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as BareResult));
    child.once('exit', (code) => reject(new Error(`the bare session ended with ${code}`)));
    child.send(job);
  });
}

async function readProbes(folder: string, max: number): Promise<ProbeFile[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png)$/.test(name)).sort();
  return Promise.all(
    names.slice(0, max).map(async (name) => {
      const path = join(folder, name);
      return {
        path,
        digest: createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      };
    }),
  );
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function cells(row: Row): string[] {
  const {
    model,
    edge,
    probes: count,
    bareBatch,
    bareMs,
    coldMs,
    coldRatio,
    warmMs,
    warmRatio,
    peakMiB,
  } = row;
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  return [
    model,
    `${edge}`,
    `${count}`,
    `${seconds(bareMs)} (batch ${bareBatch})`,
    seconds(coldMs),
    coldRatio.toFixed(2),
    seconds(warmMs),
    warmRatio.toFixed(2),
    peakMiB.toFixed(0),
  ];
}

function line(columns: string[]): string {
  return columns.map((text, i) => (i === 0 ? text.padEnd(24) : text.padStart(i === 3 ? 17 : 8))).join(' ');
}
