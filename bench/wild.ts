import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openService, type Service } from '../src/app/index.js';
import { ingestRequests } from '../src/cli/options/ingest-requests.js';
import { loadConfig } from '../src/config/index.js';
import { messageOf } from '../src/errors/index.js';
import { openStoredValues } from '../src/ingest/export/array-files.js';
import { parseNote } from '../src/lib/notes.js';
import { createProbeSet } from '../src/probing/index.js';
import { benchArguments } from './support/bench-arguments.js';
import { type Expectation, expectationOf } from './wild/expectations.js';

/**
 * Ingests every model file of a folder of cases as the command line does, and says for each what came out, whether it is right,
 * and for cases with a file in `expected/` how far the pixels are from those of the library that wrote the description.
 */

interface Row {
  case: string;
  outcome: 'in' | 'refused';
  /** Why it is not right; absent when it is. */
  wrong?: string;
  code?: string;
  message?: string;
  name?: string;
  outputs?: number;
  kind?: string | null;
  labels?: string[];
  notes?: string[];
  /** Correlation with its twin, lowest of all outputs. */
  twin?: number;
  /** Differences in steps of 1/255. */
  pixels?: { library: string; mean: number; p99: number };
}

/** The bar of pixels, in steps of 1/255. */
const MAX_MEAN = 1;
const MAX_P99 = 3;
/** What two runs of one function must agree in; half precision costs most. */
const MIN_TWIN = 0.999;
const FOLDER_CASES = ['r-triton-repository', 'z01_hf_checkout'];
const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));

const HELP = `usage: npm run bench:wild -- <folder> [--only a14,p05] [--json FILE]

Ingests every model file of a folder of cases, and says which do not come out right.

  --only LIST   beginnings of cases (default all)
  --json FILE   write the rows as JSON
  --help        print this`;

const { positionals, values: options } = benchArguments(
  HELP,
  { only: { type: 'string' }, json: { type: 'string' } },
  true,
);
const [root] = positionals;
if (!root || !existsSync(join(root, 'images')))
  throw new Error('Name a folder of cases that has images/: node dist/bench/wild.js <folder>');

const data = await mkdtemp(join(tmpdir(), 'probelog-wild-'));
const config = loadConfig({ PROBELOG_DATA: data, PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder') });
const service = await openService(config, { log: () => undefined, work: true, trustedCaller: true });
const rows: Row[] = [];
const responses = new Map<string, Float32Array[]>();
try {
  const source = join(root, 'images');
  const probeSet = await createProbeSet(service.store, { name: 'wild', source, limits: { maxPixels: 1e8 } });
  const nameOf = new Map<string, string>();
  for (const file of await readdir(source)) nameOf.set(sha256(await readFile(join(source, file))), file);
  const images = (await service.store.probeSets.probes(probeSet.id)).map(
    ({ digest }) => nameOf.get(digest) ?? digest,
  );
  const chosen = options.only?.split(',');
  for (const name of await casesIn(root)) {
    if (chosen && !chosen.some((start) => name.startsWith(start))) continue;
    const row = await runCase(service, name, images);
    rows.push(row);
    console.log(line(row));
    await save();
  }
  await compareTwins();
  await save();
} finally {
  await service.close();
  await rm(data, { recursive: true, force: true });
}
const wrong = rows.filter((row) => row.wrong !== undefined);
console.log(`${rows.length - wrong.length} of ${rows.length} as they should be`);
for (const row of wrong) console.log(`  ${row.case}: ${row.wrong}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** A folder with one model file is a case; of a folder with several, each file is one. */
async function casesIn(folder: string): Promise<string[]> {
  const cases: string[] = [];
  for (const entry of (await readdir(folder)).sort()) {
    if (entry === 'images' || entry === 'expected') continue;
    if (!(await stat(join(folder, entry))).isDirectory()) continue;
    if (entry === 'f_kinds')
      cases.push(...(await readdir(join(folder, entry))).map((file) => `${entry}/${file}`));
    else cases.push(entry);
  }
  return cases;
}

async function runCase({ store, ingest }: Service, name: string, images: string[]): Promise<Row> {
  const expected = expectationOf(name);
  try {
    const flagsFile = join(root, name, 'flags.json');
    const flags = existsSync(flagsFile) ? JSON.parse(await readFile(flagsFile, 'utf8')) : {};
    const [request] = await ingestRequests([await sourceOf(name)], {});
    const { preprocessing = undefined } = flags;
    const { version, source } = request;
    // Two cases may be named alike.
    const queued = await ingest.enqueue({
      ...{ name: `${name} ${request.name}`, version, source, preprocessing },
      // A share of eight images says nothing.
      probing: { full: true },
    });
    let last = queued;
    for await (const state of ingest.watch(queued.id)) last = state;
    const [model] = await store.models.byIds([queued.modelId]);
    if (model.responsesDigest === null)
      return judged(expected, {
        case: name,
        outcome: 'refused',
        code: last.errorCode ?? last.state,
        message: last.errorMessage ?? '',
      });
    const { outputs: count, probes, values } = await openStoredValues(store.blobs, model.responsesDigest);
    const all = new Float32Array(count * probes);
    let filled = 0;
    for await (const block of values()) {
      all.set(block, filled);
      filled += block.length;
    }
    responses.set(
      name,
      Array.from({ length: count }, (_, index) => all.subarray(index * probes, (index + 1) * probes)),
    );
    return judged(expected, {
      case: name,
      outcome: 'in',
      name: model.name.slice(name.length + 1),
      outputs: count,
      kind: model.multiLabel ? `${model.responseKind}, multi-label` : model.responseKind,
      labels: (await store.models.labels(model.id)) ?? undefined,
      notes: model.notes,
      pixels: await comparePixels(name, images, all, probes),
    });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'UNEXPECTED';
    return judged(expected, { case: name, outcome: 'refused', code, message: messageOf(thrown) });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sourceOf(name: string): Promise<string> {
  const path = join(root, name);
  if (FOLDER_CASES.includes(name) || (await stat(path)).isFile()) return path;
  const file = (await readdir(path)).find((entry) => entry.endsWith('.onnx'));
  return file ? join(path, file) : path;
}

function judged(expected: Expectation, row: Row): Row {
  return { ...row, wrong: whyWrong(expected, row) };
}

function whyWrong(expected: Expectation, row: Row): string | undefined {
  const { refused, mayBeRefused } = expected;
  if (row.outcome === 'refused') {
    const right = refused ?? mayBeRefused;
    if (right === undefined) return `refused: ${row.message}`;
    return right.test(row.message ?? '') ? undefined : `refused for another reason: ${row.message}`;
  }
  if (refused) return 'came in, but must be refused';
  if (expected.outputs !== undefined && expected.outputs !== row.outputs)
    return `${row.outputs} outputs instead of ${expected.outputs}`;
  if (expected.multiLabel && !row.kind?.includes('multi-label')) return 'not seen as multi-label';
  const { labels } = row;
  if (expected.labels === null && labels) return `has labels: ${labels.slice(0, 3)}`;
  if (expected.labels && !labels) return 'no labels';
  if (expected.labels?.some((label, index) => label !== labels?.[index]))
    return `labels ${labels?.slice(0, 3)} instead of ${expected.labels}`;
  if (expected.note && !row.notes?.some((note) => expected.note?.test(note))) return 'the note is missing';
  if (row.pixels && (row.pixels.mean > MAX_MEAN || row.pixels.p99 > MAX_P99))
    return `pixels differ by ${row.pixels.mean.toFixed(2)}, p99 ${row.pixels.p99.toFixed(2)}`;
  return undefined;
}

/** A model of such a case answers with pixels that it is shown. */
async function comparePixels(
  name: string,
  images: string[],
  responsesOf: Float32Array,
  probes: number,
): Promise<Row['pixels']> {
  const file = join(root, 'expected', `${name}.json`);
  if (!existsSync(file)) return undefined;
  const { reference, unit, by } = JSON.parse(await readFile(file, 'utf8'));
  const differences: number[] = [];
  for (const [position, image] of images.entries()) {
    const theirs: number[] = by[reference].values[image];
    for (const [index, value] of theirs.entries())
      differences.push(Math.abs(responsesOf[index * probes + position] - value) * unit);
  }
  differences.sort((a, b) => a - b);
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return { library: reference, mean, p99: differences[Math.trunc(differences.length * 0.99)] };
}

/** Compares responses centered over the outputs of each probe, which a softmax and what leads to it share. */
async function compareTwins(): Promise<void> {
  for (const row of rows) {
    const { twin } = expectationOf(row.case);
    const [ours, theirs] = [responses.get(row.case), responses.get(twin ?? '')];
    if (!ours || !theirs || row.wrong) continue;
    if (ours.length !== theirs.length) {
      row.wrong = `${ours.length} outputs, its twin ${theirs.length}`;
      continue;
    }
    const [a, b] = [centered(ours), centered(theirs)];
    row.twin = Math.min(...a.map((values, index) => correlation(values, b[index])));
    if (!(row.twin >= MIN_TWIN)) row.wrong = `correlates with ${twin} by ${row.twin.toFixed(4)} only`;
  }
}

function centered(outputs: Float32Array[]): Float64Array[] {
  const means = Float64Array.from(
    outputs[0],
    (_, probe) => outputs.reduce((sum, values) => sum + values[probe], 0) / outputs.length,
  );
  return outputs.map((values) => Float64Array.from(values, (value, probe) => value - means[probe]));
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

async function save(): Promise<void> {
  if (options.json === undefined) return;
  const ok = rows.filter(({ wrong: reason }) => reason === undefined).length;
  const bars = [{ name: 'casesRight', value: ok, goal: rows.length, ok: ok === rows.length }];
  await writeFile(options.json, `${JSON.stringify({ rows, bars }, null, 2)}\n`);
}

function line(row: Row): string {
  const mark = row.wrong === undefined ? 'ok   ' : 'WRONG';
  if (row.outcome === 'refused') return `${mark} ${row.case}: ${row.code}: ${row.message}`;
  const { outputs, kind, labels, pixels, notes = [] } = row;
  const facts = [
    `${outputs} outputs`,
    `${kind}`,
    labels && `labels ${labels.slice(0, 3).join(', ')}`,
    pixels && `pixels ${pixels.mean.toFixed(2)}/${pixels.p99.toFixed(2)} of ${pixels.library}`,
    notes.length > 0 && notes.map((note) => parseNote(note).code).join(' '),
  ];
  return `${mark} ${row.case}: ${facts.filter(Boolean).join('; ')}`;
}
