import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ResponseSpool } from '../../src/ingest/pipeline/response-spool.js';
import { readSpool } from '../../src/ingest/pipeline/spool-format.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const batch = (probes: number[], responses: number[]) => ({
  probes: Uint32Array.from(probes),
  responses: Float32Array.from(responses),
});

it('keeps rows in any order of probes, and drops one that was cut off', async () => {
  const path = join(await temporaryFolder(), 'a.responses');
  const spool = await ResponseSpool.open(path);
  expect(await spool.done()).toBeNull();
  await spool.append(batch([7, 2], [70, 71, 20, 21]));
  await spool.append(batch([5], [50, 51]));
  await spool.close();
  await appendFile(path, Buffer.alloc(7));

  const again = await ResponseSpool.open(path);
  expect(again.rows).toBe(3);
  expect(await again.done()).toEqual(batch([7, 2, 5], [70, 71, 20, 21, 50, 51]));
  await again.append(batch([0], [0, 1]));
  await again.close();
  const { observed, probes } = await readSpool(path);
  expect([...probes]).toEqual([0, 2, 5, 7]);
  expect([...observed.data]).toEqual([0, 20, 50, 70, 1, 21, 51, 71]);
});

it('continues before the first damaged row', async () => {
  const path = join(await temporaryFolder(), 'damaged.responses');
  const spool = await ResponseSpool.open(path);
  await spool.append(batch([7, 2, 5], [70, 71, 20, 21, 50, 51]));
  await spool.close();
  const bytes = await readFile(path);
  bytes[8 + 16 + 6] ^= 1;
  await writeFile(path, bytes);
  await expect(readSpool(path)).rejects.toThrow('damaged');
  const again = await ResponseSpool.open(path);
  expect(await again.done()).toEqual(batch([7], [70, 71]));
  await again.close();
  bytes[5] ^= 1;
  await writeFile(path, bytes);
  const other = await ResponseSpool.open(path);
  expect(other.rows).toBe(0);
  await other.close();
});

it('does not continue a file of another format', async () => {
  const path = join(await temporaryFolder(), 'old.responses');
  const old = Buffer.alloc(4 + 5 * 8);
  old.writeUInt32LE(2);
  await writeFile(path, old);
  const spool = await ResponseSpool.open(path);
  expect(spool.rows).toBe(0);
  await spool.close();
  expect((await stat(path)).size).toBe(0);
});
