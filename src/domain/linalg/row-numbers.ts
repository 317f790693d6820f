/** Several lists of row numbers as one. */
export function concatenated(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

/** At most `max` of some rows, evenly spaced. */
export function evenlySpaced(rows: Uint32Array, max: number): Uint32Array {
  if (rows.length <= max) return rows;
  return Uint32Array.from({ length: max }, (_, place) => rows[Math.floor((place * rows.length) / max)]);
}
