#!/usr/bin/env node
/**
 * Makes `generated` of `schema.graphql` and the operations of the client, and of the command line, which asks a server through
 * it: the texts of the operations with the types of their variables and results (GraphQL Code Generator). The client's has the
 * codes of the server's table of errors as well.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';
import ts from 'typescript';

const CLIENT = new URL('../src/client/', import.meta.url);
const COMMAND_LINE = new URL('../src/cli/remote/', import.meta.url);
const HEADER = '// Made by scripts/generate-client.mjs.\n';

/** The texts come as they are sent, and not as parsed documents, which whoever sends them would need `graphql` to print. */
const config = {
  documentMode: 'string',
  skipTypename: true,
  useTypeImports: true,
  enumType: 'string-literal',
  inlineFragmentTypes: 'combine',
  scalars: { ID: 'string', DateTimeISO: 'string', JSON: 'unknown' },
};

/** @param operationType module that has the type of an operation, as the generated file imports it */
async function operations(user, operationType) {
  const folder = new URL('operations/', user);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const documents = await Promise.all(
    names.map(async (location) => ({
      location,
      document: parse(await readFile(new URL(location, folder), 'utf8')),
    })),
  );
  const sdl = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
  const text = await codegen({
    filename: 'operations.ts',
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents,
    config: {},
    plugins: [{ typescriptOperations: config }, { typedDocumentNode: config }],
    pluginMap: { typescriptOperations, typedDocumentNode },
  });
  // Its own would have whoever uses the client install a package for one interface.
  return text.replace(
    /^import .*DocumentTypeDecoration.*$/m,
    `import type { Operation as DocumentTypeDecoration } from '${operationType}';`,
  );
}

async function errorCodes() {
  const source = await readFile(new URL('../src/errors/table.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext } });
  const { ERRORS } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  const codes = Object.keys(ERRORS).map((code) => `  | '${code}'`);
  return `/** What the server, and the ingest of a model, may fail with; docs/errors.md. */\nexport type ServerErrorCode =\n${codes.join('\n')};\n`;
}

async function write(user, name, text) {
  const folder = new URL('generated/', user);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(name, folder), HEADER + text);
}

await write(CLIENT, 'operations.ts', await operations(CLIENT, '../operation.js'));
await write(CLIENT, 'error-codes.ts', await errorCodes());
await write(COMMAND_LINE, 'operations.ts', await operations(COMMAND_LINE, '../../../client/index.js'));
