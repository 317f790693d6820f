import { fileURLToPath } from 'node:url';

/**
 * Path of a compiled module to run in a child process or thread.
 *
 * Node cannot run our TypeScript (decorator metadata needs the compiler), so children always start from the build. There the
 * module lies beside its parent. A parent that runs from source, as under the test runner, finds it at the same place below
 * `dist/`.
 *
 * @param parentUrl `import.meta.url` of the caller
 * @param relative path of the child's module relative to the caller, ending in `.js`
 */
export function compiledEntry(parentUrl: string, relative: string): string {
  const path = fileURLToPath(new URL(relative, parentUrl));
  if (!parentUrl.endsWith('.ts')) return path;
  const source = path.lastIndexOf('/src/');
  return `${path.slice(0, source)}/dist${path.slice(source)}`;
}
