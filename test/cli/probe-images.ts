import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO } from '../fixtures/demo-service.js';

/** A new folder in whose `images` there are so many of the demo's probes. */
export async function folderOfImages(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await mkdir(join(folder, 'images'));
  const names = (await readdir(join(DEMO, 'probes'))).slice(0, count);
  for (const name of names) await cp(join(DEMO, 'probes', name), join(folder, 'images', name));
  return folder;
}
