import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Matrix, random } from '../src/domain/index.js';
import { makeMap } from '../src/search/map/make-map.js';
import { type MapFile, readMap, writeMap } from '../src/search/map/map-file.js';
import { openMatrixProducts } from '../src/search/matrix-products.js';
import { benchArguments } from './support/bench-arguments.js';

const HELP = `usage: npm run bench:map -- [--sizes 1000,10000,100000] [--json FILE]

Measures the processor time of a gallery's map, made twice: new, and turned to the one before. Logits are made up: vectors of 300
numbers around as many centers as a gallery of this size has concepts.

  --sizes LIST  logits (default 1000,10000,100000)
  --json FILE   write the rows as JSON
  --help        print this help

The goal is 600 s of processor at 100,000 logits.`;

const RANK = 300;
const SEED = 7;
/** Logits of one concept. */
const PER_CENTER = 20;

/** Vectors of length 1 around centers. */
function madeUp(count: number): Matrix {
  const next = random(SEED);
  const centers = Math.max(2, Math.round(count / PER_CENTER));
  const data = new Float32Array(count * RANK);
  const centerData = Float32Array.from({ length: centers * RANK }, () => next() - 0.5);
  for (let row = 0; row < count; row++) {
    const center = Math.floor(next() * centers) * RANK;
    let sum = 0;
    for (let i = 0; i < RANK; i++) {
      const value = centerData[center + i] + (next() - 0.5) * 0.8;
      data[row * RANK + i] = value;
      sum += value * value;
    }
    const scale = 1 / Math.sqrt(sum);
    for (let i = 0; i < RANK; i++) data[row * RANK + i] *= scale;
  }
  return { rows: count, columns: RANK, data };
}

async function main(): Promise<void> {
  const { values } = benchArguments(HELP, {
    sizes: { type: 'string', default: '1000,10000,100000' },
    json: { type: 'string' },
  });
  const sizes = values.sizes.split(',').map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size > 0)) throw new Error(HELP);
  const products = await openMatrixProducts();
  const folder = mkdtempSync(join(tmpdir(), 'bench-map-'));
  const rows = [];
  try {
    for (const logits of sizes) {
      const vectors = madeUp(logits);
      const read = (places: Uint32Array): Matrix => {
        const data = new Float32Array(places.length * RANK);
        places.forEach(
          (place, i) => void data.set(vectors.data.subarray(place * RANK, (place + 1) * RANK), i * RANK),
        );
        return { rows: places.length, columns: RANK, data };
      };
      const source = { rows: Uint32Array.from({ length: logits }, (_, row) => row), read, products };
      const path = join(folder, `${logits}.bin`);
      const measured = async (earlier: MapFile | null) => {
        const before = process.cpuUsage();
        const started = performance.now();
        const map = await makeMap({ ...source, earlier });
        writeMap(path, map);
        const { user, system } = process.cpuUsage(before);
        return { map, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - started) / 1000 };
      };
      const first = await measured(null);
      const second = await measured(readMap(path));
      const row = {
        logits,
        cpuSeconds: Number(first.cpuSeconds.toFixed(1)),
        seconds: Number(first.seconds.toFixed(1)),
        turnedCpuSeconds: Number(second.cpuSeconds.toFixed(1)),
        peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      };
      rows.push(row);
      console.log(JSON.stringify(row));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}

await main();
