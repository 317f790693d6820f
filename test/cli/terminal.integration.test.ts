import { execFile } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { runProbelog } from './run-probelog.js';

const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const ESCAPE = '\u001b[';
const BOLD_HEADING = `${ESCAPE}1mNAME`;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await mkdir(join(folder, 'images'));
  // Of the demo's probes, the encoder has embeddings already.
  for (const background of ['red', 'green', 'blue'])
    await sharp({ create: { width: 32, height: 32, channels: 3, background } }).toFile(
      join(folder, 'images', `${background}.png`),
    );
});

/** Runs `probelog …` on a terminal, as `script` of util-linux makes one; both streams come together. */
async function onTerminal(args: string[], environment: Record<string, string> = {}): Promise<string> {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const { stdout } = await promisify(execFile)('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      TERM: 'xterm-256color',
      PROBELOG_DATA: join(folder, 'data'),
      PROBELOG_TEXT_ENCODER: join(DEMO, 'encoder'),
      ...environment,
    },
  });
  return stdout;
}

it('on a terminal there are bars and a bold heading', async () => {
  const shown = await onTerminal(['probes', 'create', 'mine', 'images']);
  expect(shown).toMatch(/embedding images +\[[█░]+\] 3\/3/);
  expect(shown).toContain(BOLD_HEADING);
});

it('elsewhere there are plain lines, without an escape sequence', async () => {
  const { stdout, stderr } = await runProbelog(['probes', 'create', 'mine', 'images'], {
    dataFolder: folder,
  });
  expect(stderr).toContain('embedding images …\nembedding images: done\n');
  expect(stdout + stderr).not.toContain(ESCAPE);
});

it('NO_COLOR takes colors from a terminal, and FORCE_COLOR brings them elsewhere', async () => {
  expect(await onTerminal(['probes', 'list'], { NO_COLOR: '1' })).not.toContain(`${ESCAPE}1m`);
  const forced = await runProbelog(['probes', 'list'], {
    dataFolder: folder,
    environment: { FORCE_COLOR: '1' },
  });
  expect(forced.stdout).toContain(BOLD_HEADING);
});
