import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a probe set's source. */
export interface SourceFile {
  /** Path inside the source, separated by `/`; what it is ordered by. */
  name: string;
  /** Where it lies on disk. */
  path: string;
  bytes: number;
}

/** All files below a folder, links to files included; links to folders are not followed, so there are no cycles. */
export async function* listFolder(folder: string, prefix = ''): AsyncGenerator<SourceFile> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.')) yield* listFolder(path, `${name}/`);
      continue;
    }
    const facts = await stat(path).catch(() => null);
    if (facts?.isFile()) yield { name, path, bytes: facts.size };
  }
}
