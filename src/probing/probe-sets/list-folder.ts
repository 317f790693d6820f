import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a probe set's source. */
export interface SourceFile {
  /** Path inside the source, separated by `/`; determines the order. */
  name: string;
  /** Path on disk. */
  path: string;
  bytes: number;
}

/** All files below a folder, including links to files. Links to folders are not followed, which avoids cycles. */
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
