/** What a new model is called: `name@version`, or the name of version 1. */
export function nameAndVersion(named: string): { name: string; version: string } {
  const at = named.lastIndexOf('@');
  return at > 0 ? { name: named.slice(0, at), version: named.slice(at + 1) } : { name: named, version: '1' };
}
