/** Identifies a version of one registry. */
export function keyOf({ name, version }: { name: string; version: string }): string {
  return JSON.stringify([name, version]);
}
