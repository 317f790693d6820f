import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { loadAll } from '../../src/cli/run-cli.js';

it('docs/cli.md and the help list the commands with --url', async () => {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const [, list] = /With `--url`, these commands ask a running server[^:]*:([^.]*)\./.exec(page) ?? [];
  const listed = [...(list ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const commands = await loadAll();
  let help = '';
  const program = createProgram(commands).configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  program.outputHelp();
  const [, inHelp] = /^(.*) ask a server with --url; the other commands/m.exec(help) ?? [];
  expect(inHelp?.split(/, | and /)).toEqual(listed);
  const withUrl = commands.filter(({ options, commands: below }) =>
    [...options, ...below.flatMap((command) => command.options)].some(({ long }) => long === '--url'),
  );
  expect(withUrl.map((command) => command.name())).toEqual(listed);
});
