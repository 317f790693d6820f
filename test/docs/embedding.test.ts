import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/embedding.md shows the code that the example runs', () => {
  const shown = /^```ts\n( {2}const probelog[\s\S]*?)^```$/m.exec(read('docs/embedding.md'))?.[1];
  expect(read('examples/host-registry/src/server.ts')).toContain(shown ?? 'no code');
});

it('docs/embedding.md has every option of createProbelog', () => {
  const options = /export interface ProbelogOptions \{\n([\s\S]*?)^\}/m.exec(
    read('src/embed/options.ts'),
  )?.[1];
  const names = [...(options ?? '').matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);
  const table = /^\| option \| default[\s\S]*?\n\n/m.exec(read('docs/embedding.md'))?.[0] ?? '';
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(names);
});
