// Takes and gives back a folder again and again; ends with 1 when another process is ever inside at the same time.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [module, folder] = process.argv.slice(2);
const { lockFolder } = await import(module);
const inside = join(folder, 'inside');
let taken = 0;
for (const end = Date.now() + 3_000; Date.now() < end; ) {
  const release = await lockFolder(folder).catch(() => undefined);
  if (!release) continue;
  taken++;
  writeFileSync(inside, String(process.pid), { flag: 'wx' });
  await sleep(Math.random() * 5);
  rmSync(inside);
  await release();
  await sleep(Math.random() * 20);
}
process.exit(taken > 0 ? 0 : 2);
