#!/usr/bin/env node
// The table of docs/errors.md, made of the table of codes: `npm run errors` writes it, and a test compares it.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../docs/errors.md', import.meta.url));
const HEAD = '| code | HTTP | when | what to do |\n|---|---|---|---|\n';

/** The page with the rows of these errors. */
export function withErrorRows(page, errors) {
  const [before] = page.split(HEAD);
  const rows = Object.entries(errors).map(([code, { httpStatus, summary, remedy, page: more }]) => {
    const link = more === undefined ? '' : ` [${more.split('.md')[0].replaceAll('-', ' ')}](${more})`;
    return `| \`${code}\` | ${httpStatus} | ${summary} | ${remedy}${link} |\n`;
  });
  return before + HEAD + rows.join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ERRORS } = await import('../dist/src/errors/index.js');
  await writeFile(PAGE, withErrorRows(await readFile(PAGE, 'utf8'), ERRORS));
}
