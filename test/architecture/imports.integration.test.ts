import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTypeScript from 'dependency-cruiser/config-utl/extract-ts-config';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Broken rules as `rule: from → to`, of the code below a folder. */
async function violations(baseDir: string, folders: string[]): Promise<string[]> {
  const options = await extractOptions(join(ROOT, '.dependency-cruiser.cjs'));
  const typeScript = extractTypeScript(join(ROOT, 'tsconfig.json'));
  const { output } = await cruise(folders, { ...options, baseDir }, undefined, { tsConfig: typeScript });
  return (output as ICruiseResult).summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
  );
}

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

describe('imports', () => {
  it('point downwards, through faces, without cycles', async () => {
    expect(await violations(ROOT, ['src', 'bench'])).toEqual([]);
  });

  it('are refused when they point upwards, past a face, sideways or in a circle', async () => {
    const folder = await folderWith({
      'src/domain/index.ts': "export { a } from './a.js';\n",
      'src/domain/a.ts': "import { open } from '../store/index.js';\nexport const a = open;\n",
      'src/store/index.ts': "export { open } from './open.js';\n",
      'src/store/open.ts': "import { text } from '../text/index.js';\nexport const open = text;\n",
      'src/text/index.ts': "export { text } from './text.js';\n",
      'src/text/text.ts':
        "import { a } from '../domain/a.js';\nimport './back.js';\nexport const text = a;\n",
      'src/text/back.ts': "import './text.js';\n",
      'src/misc/index.ts': "import '../domain/index.js';\n",
    });
    expect(await violations(folder, ['src'])).toEqual(
      expect.arrayContaining([
        'domain-imports-downwards: src/domain/a.ts → src/store/index.ts',
        'domain-is-pure: src/domain/a.ts → src/store/index.ts',
        'store-imports-downwards: src/store/open.ts → src/text/index.ts',
        'through-the-face: src/text/text.ts → src/domain/a.ts',
        'every-folder-has-a-place: src/misc/index.ts → src/domain/index.ts',
        'no-cycles: src/text/back.ts → src/text/text.ts',
      ]),
    );
  });
});
