import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';

/** `probelog schema` */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the GraphQL schema')
    .option('--subgraph', 'print that of the subgraph, with the directives of Apollo Federation 2')
    .option('--check <file>', 'compare it with a file, and fail if they differ')
    .action(async ({ subgraph, check }: { subgraph?: boolean; check?: string }) => {
      const { generateSdl, generateSubgraphSdl } = await import('../../graphql/index.js');
      const sdl = await (subgraph ? generateSubgraphSdl() : generateSdl());
      if (check === undefined) process.stdout.write(sdl);
      else if (readFileSync(check, 'utf8') !== sdl)
        throw new ProbelogError(
          'INPUT_INVALID',
          `${check} differs from the schema in the code. Update it with \`npm run schema\`.`,
        );
    });
}
