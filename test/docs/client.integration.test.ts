import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IngestProgressDocument, LogitsDocument } from '../../src/client/index.js';
import { readPersistedOperations } from '../../src/server/graphql/persisted-operations.js';
import { DEMO, type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8');
const run = promisify(execFile);

let demo: DemoService;
beforeAll(async () => {
  demo = await openDemoService();
});
afterAll(() => demo.close());

/** A project that has the package. */
async function projectFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/probelog'));
  return folder;
}

describe('docs/client.md', () => {
  const program = /^```ts\n([\s\S]*?)^```$/m.exec(page('client.md'))?.[1] ?? '';

  it('shows a client in 15 lines, which does what the page says', async () => {
    expect(program.trim().split('\n')).toHaveLength(15);
    const folder = await projectFolder();
    const here = program
      .replace('http://127.0.0.1:4000', demo.server.url)
      .replace('https://models.example.org/resnet.onnx', join(DEMO, 'models/cifar10_resnet20.onnx'));
    await writeFile(join(folder, 'program.mjs'), here);
    const once = await run(process.execPath, ['program.mjs'], { cwd: folder });
    expect(once.stdout).toMatch(/^PROBING \d+ \/ 480$/m);
    expect(once.stdout).toMatch(/^DONE 480 \/ 480\nsearchable: resnet 10 outputs$/m);
    const found = once.stdout.match(/^\d\.\d{3} resnet output \d$/gm);
    expect(found).toHaveLength(3);
    const again = await run(process.execPath, ['program.mjs'], { cwd: folder });
    expect(again.stdout.trim().split('\n')).toEqual(found);
    const shown = [
      ...page('client.md')
        .replace(program, '')
        .matchAll(/^ {4}(\S.*)$/gm),
    ].map(([, line]) => line);
    expect(shown.length).toBeGreaterThan(3);
    for (const line of shown) if (line !== '…') expect(once.stdout).toContain(`${line}\n`);
  });

  it('shows how to list its operations for a server that runs no others', async () => {
    const command = /^```sh\n([\s\S]*?)^```$/m.exec(page('client.md'))?.[1] ?? '';
    const folder = await projectFolder();
    await run('sh', ['-c', command], { cwd: folder });
    const { textOf } = readPersistedOperations(join(folder, 'operations.json'));
    for (const text of [String(LogitsDocument), String(IngestProgressDocument)])
      expect(textOf({ query: text })).toBe(text);
  });

  it('has every method of the client', () => {
    const methods = /export interface ProbelogClient \{([\s\S]*?)^\}/m.exec(
      readFileSync(join(ROOT, 'src/client/create-client.ts'), 'utf8'),
    )?.[1];
    const names = [...(methods ?? '').matchAll(/^ {2}(\w+)[<(]/gm)].map(([, name]) => name);
    const table = /^\| call \|[\s\S]*?\n\n/m.exec(page('client.md'))?.[0] ?? '';
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !table.includes(`\`${name}(`))).toEqual([]);
  });
});

describe('docs/graphql.md', () => {
  it('shows a subscription by curl that says what the page says', async () => {
    const source = join(DEMO, 'models/cifar10_resnet20.onnx');
    const { data } = await demo.ask(
      'mutation M($input: IngestModelInput!) { ingestModel(input: $input) { id } }',
      { input: { name: 'by curl', version: '1', source } },
    );
    const command = /^```sh\n(curl -N [\s\S]*?)^```$/m.exec(page('graphql.md'))?.[1] ?? '';
    const here = command
      .replace('http://127.0.0.1:4000', demo.server.url)
      .replace('SW5nZXN0OjAx…', data.ingestModel.id);
    const { stdout } = await run('sh', ['-c', here]);
    const end =
      /^event: next\ndata: \{.*SUCCEEDED[\s\S]*?(?=^```$)/m.exec(page('graphql.md'))?.[0] ?? 'not shown';
    expect(stdout.trim()).toContain(end.trim());
  });
});
