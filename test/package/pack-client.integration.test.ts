import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);

let project: string;
let packed: { name: string; version: string; files: { path: string }[] };
let installed: string;

/** `probelog-client` as it is published, installed alone into an empty project. */
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'probelog-client-')));
  const pack = ['scripts/pack-client.mjs', '--json', '--offline', '--pack-destination', project];
  [packed] = Object.values(JSON.parse((await run(process.execPath, pack, { cwd: ROOT })).stdout)) as [
    typeof packed,
  ];
  const [archive] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
  const install = ['install', '--offline', '--no-audit', '--no-fund', `./${archive}`];
  installed = (await run('npm', install, { cwd: project })).stdout;
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe('probelog-client', () => {
  it('has the version of the server, and nothing but the client, its types and texts', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect([packed.name, packed.version]).toEqual(['probelog-client', version]);
    const allowed = /^(LICENSE|README\.md|package\.json|(generated\/)?[\w-]+\.(js|d\.ts))$/;
    expect(packed.files.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([]);
  });

  it('installs exactly one package', async () => {
    expect(installed).toMatch(/^added 1 package\b/m);
    const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: project });
    expect(stdout.trim().split('\n')).toEqual([project, join(project, 'node_modules/probelog-client')]);
  });

  it('has all that probelog/client exports, under Node', async () => {
    const script = `import * as client from 'probelog-client';
      client.createClient({ url: 'http://127.0.0.1:4000' });
      console.log(JSON.stringify(Object.keys(client)));`;
    await writeFile(join(project, 'script.mjs'), script);
    const { stdout } = await run(process.execPath, ['script.mjs'], { cwd: project });
    expect(JSON.parse(stdout).sort()).toEqual(Object.keys(await import('../../src/client/index.js')).sort());
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types for module %s and resolution %s, without those of Node', async (module, moduleResolution) => {
    const folder = join(project, moduleResolution);
    await mkdir(folder);
    await writeFile(
      join(folder, 'page.ts'),
      `import { createClient, type LogitMatch, ModelDocument } from 'probelog-client';
       const client = createClient({ url: location.origin });
       export async function firstDog(): Promise<LogitMatch | undefined> {
         for await (const match of client.logits('dog')) return match;
         return undefined;
       }
       // @ts-expect-error it needs an id
       export const wrong = () => client.query(ModelDocument, {});`,
    );
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    await run(process.execPath, [TSC, '-p', '.'], { cwd: folder }).catch(({ stdout }) => expect.fail(stdout));
  });
});
