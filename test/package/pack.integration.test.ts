import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoProbes } from '../fixtures/demo-probes.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

let project: string;
let files: { path: string; size: number }[];

/**
 * The package as `npm pack` makes it, in a project of its own, beside the packages that `npm install probelog` would
 * bring: links to those here that are not for development. So a file that is not packed, or a package that is used but
 * not declared, is missing.
 */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'probelog-project-'));
  const modules = join(project, 'node_modules');
  await mkdir(modules);
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--offline', '--pack-destination', project],
    { cwd: ROOT, maxBuffer: 2 ** 24 },
  );
  const [packed] = Object.values(JSON.parse(stdout)) as { filename: string; files: typeof files }[];
  files = packed.files;
  await extract({ file: join(project, packed.filename), cwd: project });
  await rename(join(project, 'package'), join(modules, 'probelog'));
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, { dev }] of Object.entries<{ dev?: boolean }>(lock.packages)) {
    const [, name, ...nested] = path.split('node_modules/');
    if (dev || name === undefined || nested.length > 0) continue;
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, path), join(modules, name.replace(/\/$/, '')));
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(project, { recursive: true, force: true }));

async function runScript(text: string): Promise<string> {
  await writeFile(join(project, 'script.mjs'), text);
  return (await run(process.execPath, ['script.mjs'], { cwd: project })).stdout.trim();
}

describe('the package', () => {
  it('has the program, its page, its types, migrations and schema, and nothing else', () => {
    const allowed = [
      /^(LICENSE|README\.md|package\.json|schema(\.subgraph)?\.graphql)$/,
      /^prisma\/(schema\.prisma|migrations\/(migration_lock\.toml|\d+_\w+\/migration\.sql))$/,
      /^dist\/src\/.+\.(js|d\.ts)$/,
      /^dist\/ui\/(index\.html|icon\.svg|licenses\.md|assets\/[\w-]+\.(js|css)(\.br)?)$/,
      /^dist\/ui\/elements\/(licenses\.md|[\w-]+\.js(\.br)?)$/,
      /^scripts\/install\/(skip-gpu-libraries\.cjs|build-faiss\.mjs)$/,
    ];
    expect(files.filter(({ path }) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(5.5e6);
  });

  it('answers a question inside a host, in a project that has nothing else', async () => {
    const answer = await runScript(`
      import { ApolloServer } from '@apollo/server';
      import { createProbelog } from 'probelog';
      const probelog = await createProbelog({
        dataFolder: 'data',
        textEncoder: ${JSON.stringify(join(ROOT, 'demo/encoder'))},
        probes: { name: 'one', source: ${JSON.stringify(await demoProbes())} },
        log: () => undefined,
      });
      const server = new ApolloServer({
        typeDefs: ['type Query { hello: String }', probelog.typeDefs],
        resolvers: [{ Query: { hello: () => 'there' } }, probelog.resolvers],
        plugins: [probelog.plugin],
      });
      await server.start();
      const { body } = await server.executeOperation(
        { query: '{ hello probeSets { name size } gallery { logits } }' },
        { contextValue: probelog.context() },
      );
      console.log(JSON.stringify(body.singleResult.data));
      await server.stop();
    `);
    expect(JSON.parse(answer)).toEqual({
      hello: 'there',
      probeSets: [{ name: 'one', size: 480 }],
      gallery: { logits: 0 },
    });
  });

  it('exports a few names, and what is inside stays inside', async () => {
    const answer = await runScript(`
      import { createRequire } from 'node:module';
      const inside = await import('probelog/dist/src/store/index.js').catch(({ code }) => code);
      const { resolve } = createRequire(import.meta.url);
      const paths = ['probelog/schema.graphql', 'probelog/package.json'].map((path) => resolve(path));
      console.log(JSON.stringify([Object.keys(await import('probelog')), inside, paths.length]));
    `);
    expect(JSON.parse(answer)).toEqual([
      ['ERRORS', 'ProbelogError', 'createProbelog'],
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
      2,
    ]);
  });

  it('has a client that loads nothing else, of the package or of others', async () => {
    const answer = await runScript(`
      import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(\`
        import { appendFileSync } from 'node:fs';
        export async function load(url, context, next) {
          appendFileSync('loaded.txt', url + '\\\\n');
          return next(url, context);
        }\`));
      const { createClient } = await import('probelog/client');
      console.log(typeof createClient({ url: 'http://127.0.0.1:4000' }).logits);
    `);
    expect(answer).toBe('function');
    const loaded = (await readFile(join(project, 'loaded.txt'), 'utf8')).trim().split('\n');
    expect(loaded.length).toBeGreaterThan(5);
    expect(loaded.filter((url) => !url.includes('/node_modules/probelog/dist/src/client/'))).toEqual([]);
  });

  it("has types of the client that need neither Node's nor other packages'", async () => {
    await writeFile(
      join(project, 'page.ts'),
      `import { createClient, isProbelogError, type LogitMatch, ModelDocument } from 'probelog/client';
       const client = createClient({ url: location.origin });
       export async function firstDog(): Promise<LogitMatch | undefined> {
         for await (const match of client.logits('dog', { filter: { minClasses: 2 } })) return match;
         return undefined;
       }
       export const name = async () => (await client.query(ModelDocument, { id: 'x' })).model?.name;
       export function seconds(thrown: unknown): number {
         return isProbelogError(thrown) && thrown.code === 'RATE_LIMITED' ? thrown.details.retryAfterSeconds : 0;
       }
       // @ts-expect-error it needs an id
       export const wrong = () => client.query(ModelDocument, {});
       // @ts-expect-error there is no such code
       export const never = (thrown: unknown) => isProbelogError(thrown) && thrown.code === 'RATE_LIMIT';`,
    );
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: project }).catch(({ stdout }) =>
      expect.fail(stdout),
    );
    await rm(join(project, 'tsconfig.json'));
  });

  it('has types that a strict project compiles with, and that refuse a misspelt option', async () => {
    await writeFile(
      join(project, 'typed.ts'),
      `import { createProbelog, type Probelog } from 'probelog';
       export const fine: Promise<Probelog> = createProbelog({ dataFolder: 'data' });
       // @ts-expect-error there is no such option
       export const wrong = createProbelog({ dataFolder: 'data', modelFolder: [] });
       // @ts-expect-error a source is needed
       export const bare = async () => (await fine).onModelRegistered({ name: 'a', version: '1' });`,
    );
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023'];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, ...options, 'typed.ts'], { cwd: project }).catch(({ stdout }) =>
      expect.fail(stdout),
    );
  });

  it('shares graphql with its host, of which a process must have one', async () => {
    const text = await readFile(join(project, 'node_modules/probelog/package.json'), 'utf8');
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(text);
    expect(dependencies).not.toHaveProperty('graphql');
    expect(peerDependencies).toHaveProperty('graphql', expect.stringMatching(/^\^16\./));
    expect(peerDependenciesMeta).not.toHaveProperty('graphql');
  });

  it('brings the command', async () => {
    const main = join(project, 'node_modules/probelog/dist/src/cli/main.js');
    const { stdout } = await run(process.execPath, [main, '--version'], { cwd: project });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
    const demo = run(process.execPath, [main, 'serve', '--demo'], { cwd: project });
    await expect(demo).rejects.toThrow('comes with the repository');
  });
});
