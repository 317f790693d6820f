import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runPackage } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

const FILES = ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'];

export const generateStep = {
  title: 'generate the database client',
  isDue: () => !existsSync(join(ROOT, 'src/store/generated')) || !isStamped('generate', hashOf(FILES)),
  run() {
    const seen = hashOf(FILES);
    runPackage('prisma/build/index.js', ['generate'], {
      // Generating needs no schema engine, but the command would try to download one; nor need it look for news.
      env: { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/false', CHECKPOINT_DISABLE: '1' },
    });
    stamp('generate', seen);
  },
};
