import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { encodeFloat16, encodeNpyHeader, random } from '../../src/domain/index.js';
import { temporaryFolder } from '../probing/support/run-model.js';

const BENCH = fileURLToPath(new URL('../../dist/bench/collaborative.js', import.meta.url));
const MODELS = 20;
const OUTPUTS = 5;
const PROBES = 80;

let hub: string;
beforeAll(async () => {
  hub = await temporaryFolder();
  await makeHub(hub);
});

/** A hub of made responses without a zoo: each class is excited by probes of its own. */
async function makeHub(folder: string): Promise<void> {
  const next = random(7);
  await mkdir(join(folder, 'responses'), { recursive: true });
  await mkdir(join(folder, 'probes/made'), { recursive: true });
  const models = Array.from({ length: MODELS }, (_, model) => ({
    id: `model-${model}`,
    backbone: `backbone-${Math.floor(model / 2) % 2}`,
    logits: Array.from({ length: OUTPUTS }, (_, output) => ({
      wnid: `class-${(model + output) % 8}`,
      label: ['dog', 'cat', 'car', 'tree', 'fish', 'bird', 'boat', 'house'][(model + output) % 8],
    })),
  }));
  await writeFile(join(folder, 'responses/truth.json'), JSON.stringify(models));
  const values = Float32Array.from({ length: MODELS * OUTPUTS * PROBES }, (_, place) => {
    const row = Math.floor(place / PROBES);
    const isExcited = place % 8 === (Math.floor(row / OUTPUTS) + (row % OUTPUTS)) % 8;
    return (isExcited ? 3 : 0) + next();
  });
  const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [MODELS * OUTPUTS, PROBES] });
  const rows = new Uint8Array(encodeFloat16(values).buffer);
  await writeFile(join(folder, 'responses/responses.made.f16.npy'), Buffer.concat([header, rows]));
  await writeFile(join(folder, 'responses/responses.unseen.f16.npy'), Buffer.concat([header, rows]));
  for (let probe = 0; probe < PROBES; probe++) {
    const background = { r: (probe * 37) % 256, g: (probe * 91) % 256, b: (probe * 53) % 256 };
    await sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toFile(join(folder, 'probes/made', `${String(probe).padStart(3, '0')}.png`));
  }
}

it('measures what a hub without a zoo has, and names the parts that it left out', async () => {
  const json = join(hub, 'report.json');
  const options = [
    '--only',
    'curve,zoo',
    '--shares',
    '0.33',
    '--queries',
    '40',
    '--schemes',
    'random,adaptive',
  ];
  const { stderr } = await promisify(execFile)(process.execPath, [BENCH, hub, ...options, '--json', json]);
  const report = JSON.parse(await readFile(json, 'utf8'));
  expect(new Set(report.curve.map(({ probeSet }: { probeSet: string }) => probeSet))).toEqual(
    new Set(['made']),
  );
  expect(new Set(report.curve.map(({ scheme }: { scheme: string }) => scheme))).toEqual(
    new Set(['full', 'random', 'adaptive']),
  );
  expect(report.leftOut).toEqual([
    expect.stringContaining('onnx/manifest.json'),
    expect.stringContaining('the curve of unseen'),
    expect.stringContaining('the zoo: the hub has no ONNX models'),
  ]);
  expect(report.bars.length).toBeGreaterThan(0);
  for (const { value, goal, ok } of report.bars) expect(ok).toBe(value <= goal);
  for (const reason of report.leftOut) expect(stderr).toContain(`left out: ${reason}`);
}, 120_000);
