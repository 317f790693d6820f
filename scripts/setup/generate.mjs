import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run, runPackage } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

/** Folders with a Prisma schema, and the client generated from each. */
const CLIENTS = {
  '.': 'src/store/generated',
  'examples/host-registry': 'examples/host-registry/src/generated',
};
const FOLDERS = Object.keys(CLIENTS);
const GRAPHQL_CLIENTS = ['src/client/generated', 'src/cli/generated', 'ui/src/generated'];
const FILES = [
  ...FOLDERS.flatMap((folder) => [join(folder, 'prisma/schema.prisma'), join(folder, 'prisma.config.ts')]),
  'package-lock.json',
  'schema.graphql',
  'src/client/operations',
  'src/cli/operations',
  'ui/src/operations',
  'src/errors/table.ts',
  'scripts/generate-client.mjs',
];

export const generateStep = {
  title: 'generate clients',
  isDue: () =>
    [...Object.values(CLIENTS), ...GRAPHQL_CLIENTS].some((client) => !existsSync(join(ROOT, client))) ||
    !isStamped('generate', hashOf(FILES)),
  run() {
    const seen = hashOf(FILES);
    for (const folder of FOLDERS) {
      runPackage('prisma-cli/build/index.js', ['generate'], {
        cwd: join(ROOT, folder),
        // Generating needs no schema engine, but the command would download one. It would also check for updates, and keep a
        // list of the commands that ran in the user's folder.
        env: {
          PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false',
          CHECKPOINT_DISABLE: '1',
          XDG_CONFIG_HOME: join(ROOT, 'node_modules/.cache'),
        },
      });
    }
    run(process.execPath, ['scripts/generate-client.mjs']);
    stamp('generate', seen);
  },
};
