import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Parser } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoProbes } from '../fixtures/demo-probes.js';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { requires } from '../fixtures/requires.js';

let demo: DemoService;
let probeSet: { id: string; digest: string; size: number; kitUrl: string };

beforeAll(async () => {
  demo = await openDemoService();
  probeSet = (await demo.ask('{ probeSets { id digest size kitUrl } }')).data.probeSets[0];
});
afterAll(() => demo.close());

async function unpacked(archive: Buffer): Promise<Map<string, Buffer>> {
  const files: Promise<[string, Buffer]>[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      files.push(entry.concat().then((content) => [entry.path, content as Buffer]));
    },
  });
  await new Promise<void>((resolve, reject) => {
    parser.on('end', resolve).on('error', reject);
    Readable.from([archive]).pipe(parser);
  });
  return new Map(await Promise.all(files));
}

describe('the kit of a probe set', () => {
  it('holds the images as they were given, in order, and says so', async () => {
    const response = await fetch(demo.server.url + probeSet.kitUrl);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-tar');
    const archive = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(archive.length));
    const files = await unpacked(archive);
    const manifest = JSON.parse(String(files.get('manifest.json')));
    expect(manifest).toMatchObject({
      format: 'probelog-kit',
      formatVersion: 1,
      probeSet: { id: probeSet.id, name: 'demo', digest: probeSet.digest, count: probeSet.size },
    });
    expect([...files.keys()]).toEqual([
      'manifest.json',
      'README.txt',
      'respond.py',
      ...manifest.images.map(({ file }: { file: string }) => file),
    ]);
    const folder = await demoProbes();
    const given = readdirSync(folder).sort();
    for (const [position, image] of manifest.images.entries()) {
      const content = files.get(image.file) ?? Buffer.alloc(0);
      expect(image).toMatchObject({ position, mediaType: 'image/jpeg' });
      expect(image.file).toBe(`images/${String(position).padStart(5, '0')}.jpg`);
      expect(createHash('sha256').update(content).digest('hex')).toBe(image.sha256);
      expect(content.equals(readFileSync(join(folder, given[position])))).toBe(true);
    }
  });

  it('is the same bytes every time, by id and by name', async () => {
    const [byId, byName] = await Promise.all(
      [probeSet.kitUrl, '/probe-sets/demo/kit.tar'].map(async (url) =>
        Buffer.from(await (await fetch(demo.server.url + url)).arrayBuffer()),
      ),
    );
    expect(byId.equals(byName)).toBe(true);
  });

  it('is described by HEAD, without its content', async () => {
    const head = await fetch(demo.server.url + probeSet.kitUrl, { method: 'HEAD' });
    const whole = await fetch(demo.server.url + probeSet.kitUrl);
    expect(head.status).toBe(200);
    for (const header of ['content-length', 'content-type', 'etag'])
      expect(head.headers.get(header)).toBe(whole.headers.get(header));
    expect((await whole.arrayBuffer()).byteLength).toBeGreaterThan(0);
  });

  it('is not sent to who has it', async () => {
    const etag = `"${probeSet.digest}"`;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await fetch(demo.server.url + probeSet.kitUrl, {
        headers: { 'if-none-match': known },
      });
      expect([response.status, response.headers.get('etag')]).toEqual([304, etag]);
    }
  });

  it.each(['nothing', 'UHJvYmU6MTIz', '..%2f..%2fetc'])('does not exist for %s', async (id) => {
    const response = await fetch(`${demo.server.url}/probe-sets/${id}/kit.tar`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'PROBE_SET_UNKNOWN' } });
  });

  it.runIf(requires('linux'))('is read no further when its reader goes away', async () => {
    const blobs = demo.service.store.blobs.path('0'.repeat(64)).slice(0, -65);
    const open = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(blobs);
        } catch {
          return false;
        }
      });
    await new Promise<void>((resolve) => {
      get(demo.server.url + probeSet.kitUrl, (response) => {
        response.once('data', () => {
          response.destroy();
          resolve();
        });
      });
    });
    await expect.poll(open).toEqual([]);
    expect((await fetch(`${demo.server.url}/health`)).status).toBe(200);
  });
});
