import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const FOLDERS = ['src', 'docs', 'test', 'scripts', 'examples', 'bench', 'docker', 'prisma', '.github'];
const FILES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'demo/README.md',
  'schema.graphql',
];
const TEXTS = /\.(ts|mjs|md|graphql|prisma|ya?ml)$/;
/** This file has the words; migrations never change; the vocabulary is of the world. */
const SKIPPED =
  /generated\/|node_modules\/|\/dist\/|^test\/docs\/language\.test\.ts$|^src\/text\/vocabulary\//;

/** Words that this project does not use, and what to write instead; see CONTRIBUTING.md and docs/glossary.md. */
const RULES: { word: RegExp; instead: string; allowed?: RegExp }[] = [
  {
    word: /\b(nobody|somebody|anybody|everybody|whoever)\b/i,
    instead: 'name it: a caller, a client, no caller, another process',
    // The user nobody of Unix.
    allowed: /^(docs\/glossary\.md|test\/cli\/doctor\/)/,
  },
  { word: /\bdoors?\b/i, instead: 'required scopes', allowed: /^docs\/glossary\.md$/ },
  {
    word: /\bdesign \d/i,
    instead: 'docs/architecture.md#formulas or the paper',
    allowed: /^docs\/adr\/0006/,
  },
  { word: /\b(is|are|was|were|be|been) (asked|told|looked at)\b/i, instead: 'the active voice' },
  { word: /\b(there is of|such as it)\b/i, instead: 'a plain sentence' },
  {
    word: /\blicen(ce|ces|ced)\b/i,
    instead: 'license',
    // The deprecated field, the flags, the column, and their tests (docs/adr/0007-deprecated-spellings.md).
    allowed:
      /^(docs|test|prisma|src\/(cli|client|graphql|ingest|lib|store))\/|^(CHANGELOG\.md|schema\.graphql)$/,
  },
  {
    word: /\b\w*(recognis|normalis|organis|optimis|initialis|serialis|standardis|summaris|minimis|maximis|quantis|analys(e[ds]?|ing)\b|randomis|synchronis|finalis|categoris)\w*/i,
    instead: 'the spelling with z',
    // Deprecated fields and their tests.
    allowed:
      /^(docs\/adr\/0007|docs\/graphql\.md$|CHANGELOG\.md|schema\.graphql|src\/graphql\/|test\/(graphql|server)\/)/,
  },
  {
    word: /\b\w*(colour|behaviour|neighbour|favourit|honour|artefact|judgement|catalogue|modell(ed|ing)|travell|signall(ed|ing))\w*|\b(labell(ed|ing)|centred?|defence|offence|grey|whilst|spelt|learnt|programme)\b/i,
    instead: 'the American spelling',
  },
];

function filesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, ROOT), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : TEXTS.test(path) ? [path] : [];
  });
}

const texts = [...FOLDERS.flatMap(filesIn), ...FILES]
  .filter((path) => !SKIPPED.test(path))
  .map((path) => ({ path, lines: readFileSync(new URL(path, ROOT), 'utf8').split('\n') }));

it.each(RULES.map((rule) => [rule.word.source.slice(0, 60), rule] as const))(
  'no text has %s',
  (_, { word, instead, allowed }) => {
    const found = texts
      .filter(({ path }) => !allowed?.test(path))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, index) => {
          const match = word.exec(line);
          return match ? [`${path}:${index + 1}: "${match[0]}"; write ${instead}`] : [];
        }),
      );
    expect(found).toEqual([]);
  },
);

it('there are texts', () => {
  expect(texts.length).toBeGreaterThan(200);
});
