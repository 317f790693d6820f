import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-folder.js';
import { runProbelog } from './run-probelog.js';

const config = async (environment: Record<string, string>, args: string[] = []) =>
  runProbelog(['config', ...args], { dataFolder: await temporaryFolder(), environment });

describe('probelog config', () => {
  it('prints the effective settings, a secret only as set', async () => {
    const { code, stdout } = await config({
      DATABASE_URL: 'postgresql://user:s3cret@db/probelog',
      PORT: '4321',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('PORT=4321');
    expect(stdout).toContain('HOST=127.0.0.1  (default)');
    expect(stdout).not.toContain('s3cret');
    expect(stdout).toContain('PROBELOG_SUBGRAPH_KEY=id  (default)');
    expect(stdout).not.toContain('[object');
  });

  it('prints JSON', async () => {
    const { stdout } = await config({}, ['--json']);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ variable: 'LOG_LEVEL', value: 'info' }),
    );
  });

  it('reads a .env file, below the environment', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '.env'), 'LOG_LEVEL=debug\nHOST=0.0.0.0\n');
    const options = { dataFolder: folder, environment: { HOST: '127.0.0.2' } };
    const { stdout } = await runProbelog(['config'], options);
    expect(stdout).toContain('LOG_LEVEL=debug');
    expect(stdout).toContain('HOST=127.0.0.2');
  });

  it('refuses bad values and unknown variables, all at once, with exit status 2', async () => {
    const { code, stderr } = await config({ PORT: 'http', PROBELOG_DATS: 'x' });
    expect(code).toBe(2);
    expect(stderr).toContain('CONFIG_INVALID');
    expect(stderr).toContain('PORT is "http"; allowed: a whole number from 0 to 65535');
    expect(stderr).toContain('PROBELOG_DATS is not a setting; did you mean PROBELOG_DATA?');
  });
});

describe('a command line that is not understood', () => {
  it.each([[['frobnicate']], [['search']], [['search', 'dog', '--frobnicate']]])(
    '%j: exit status 2',
    async (args) => {
      const { code, stderr } = await runProbelog(args, { dataFolder: await temporaryFolder() });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: /);
    },
  );
});
