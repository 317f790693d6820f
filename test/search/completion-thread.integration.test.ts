import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completeDescriptors, encodePrior, type Matrix, random } from '../../src/domain/index.js';
import { CompletionThread } from '../../src/search/worker/completion/completion-thread.js';
import { tinyPrior } from '../probing/support/tiny-prior.js';

const PROBES = 80;
const OUTPUTS = 5;
const prior = tinyPrior(PROBES);

let folder: string;
let path: string;
let thread: CompletionThread;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-completing-'));
  path = join(folder, 'prior');
  await writeFile(path, encodePrior(prior));
  thread = new CompletionThread();
});
afterEach(async () => {
  thread.close();
  await rm(folder, { recursive: true, force: true });
});

/** A model of which every second probe was run. */
function halfRun(seed: number): Matrix {
  const next = random(seed);
  const data = Float32Array.from({ length: OUTPUTS * PROBES }, (_, place) =>
    place % 2 === 0 ? next() : Number.NaN,
  );
  return { rows: OUTPUTS, columns: PROBES, data };
}

describe('the completing thread', () => {
  it('completes one model after another as if it were done here', async () => {
    const file = { path, version: 'a' };
    const completed = await Promise.all([1, 2, 3].map((seed) => thread.complete(halfRun(seed), file)));
    expect(completed).toEqual([1, 2, 3].map((seed) => completeDescriptors(halfRun(seed), prior)));
    expect(await thread.complete(halfRun(4), null)).toEqual(completeDescriptors(halfRun(4), null));
  });

  it('holds the prior until another version is requested', async () => {
    await thread.complete(halfRun(1), { path, version: 'a' });
    await rm(path);
    expect(await thread.complete(halfRun(2), { path, version: 'a' })).toEqual(
      completeDescriptors(halfRun(2), prior),
    );
    await expect(thread.complete(halfRun(2), { path, version: 'b' })).rejects.toThrow(/ENOENT/);
  });

  it('fails only the request that crashes it', async () => {
    const file = { path, version: 'a' };
    const [before, fatal, after] = await Promise.allSettled([
      thread.complete(halfRun(1), file),
      thread.complete(halfRun(2), { path: join(folder, 'none'), version: 'b' }),
      thread.complete(halfRun(3), file),
    ]);
    expect(before).toMatchObject({ status: 'fulfilled' });
    expect(fatal).toMatchObject({ status: 'rejected' });
    expect(after).toEqual({ status: 'fulfilled', value: completeDescriptors(halfRun(3), prior) });
  });

  it('ends without work, prior and all, and starts again for the next model', async () => {
    const brief = new CompletionThread(1);
    await brief.complete(halfRun(1), { path, version: 'a' });
    await sleep(100);
    await rm(path);
    await expect(brief.complete(halfRun(1), { path, version: 'a' })).rejects.toThrow(/ENOENT/);
    expect(await brief.complete(halfRun(2), null)).toEqual(completeDescriptors(halfRun(2), null));
    brief.close();
  });

  it('fails the current request and later ones when it is closed', async () => {
    const underWay = thread.complete(halfRun(1), null);
    const waiting = thread.complete(halfRun(2), null);
    setImmediate(() => thread.close());
    await expect(underWay).rejects.toThrow(/closed/);
    await expect(waiting).rejects.toThrow(/closed/);
    await expect(thread.complete(halfRun(3), null)).rejects.toThrow(/closed/);
  });
});
