import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { generateSdl, generateSubgraphSdl } from '../../graphql/index.js';

/** `probelog schema` */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the GraphQL schema')
    .option('--subgraph', 'the one of the subgraph, with the directives of Apollo Federation 2')
    .option('--check <file>', 'compare it with a file and fail when they differ')
    .action(async (options: { check?: string; subgraph?: boolean }) => {
      const sdl = await (options.subgraph ? generateSubgraphSdl() : generateSdl());
      if (options.check === undefined) {
        process.stdout.write(sdl);
      } else if (readFileSync(options.check, 'utf8') !== sdl) {
        throw new ProbelogError(
          'INPUT_INVALID',
          `${options.check} is not what the code generates; write it anew with \`npm run schema\`.`,
        );
      }
    });
}
