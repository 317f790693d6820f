import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { run } from './run.mjs';
import { isStamped, stamp } from './stamp.mjs';

const FILES = ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'];

export const generateStep = {
  title: 'generate the database client',
  isDue: () => !existsSync(join(ROOT, 'src/store/generated')) || !isStamped('generate', FILES),
  run() {
    // Generating needs no schema engine, but the command would try to download one.
    run('npx', ['--no-install', 'prisma', 'generate'], {
      env: { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false' },
    });
    stamp('generate', FILES);
  },
};
