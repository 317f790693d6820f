const PREFIX = 'probelog-upload-';

/** What tells a file from another one of the same name. */
type Known = Record<string, [bytes: number, modified: number]>;

/** Remembers in this tab which files an upload has, so that after a reload another file of the same name does not go on with it. */
export function rememberFiles(upload: string, files: readonly File[]): void {
  const known = knownFiles(upload);
  for (const { name, size, lastModified } of files) known[name] = [size, lastModified];
  try {
    sessionStorage.setItem(PREFIX + upload, JSON.stringify(known));
  } catch {
    // A browser may refuse storage.
  }
}

export function forgetFiles(upload: string): void {
  try {
    sessionStorage.removeItem(PREFIX + upload);
  } catch {
    // As above.
  }
}

/** Whether an upload has another file of this name. */
export function isOther(upload: string | undefined, { name, size, lastModified }: File): boolean {
  const known = upload === undefined ? undefined : knownFiles(upload)[name];
  return known !== undefined && (known[0] !== size || known[1] !== lastModified);
}

function knownFiles(upload: string): Known {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + upload) ?? '{}') as Known;
  } catch {
    return {};
  }
}
