import { readFileSync } from 'node:fs';
import type { Points } from '../../domain/index.js';
import { writeFileAtomicallySync } from '../../lib/atomic-file.js';
import { checkedContent, withChecksum } from '../../lib/checksum.js';

/** Where logits are on a map. */
export interface MapFile {
  /** Rows of the gallery's file, ascending. */
  rows: Uint32Array;
  /** One for each row. */
  points: Points;
}

/** Increment it when maps are made or stored differently. */
export const MAP_FORMAT = 1;

/** Writes the map; readers see the old one or this one. @throws errors of `node:fs` */
export function writeMap(path: string, { rows, points }: MapFile): void {
  const header = Uint32Array.of(MAP_FORMAT, rows.length);
  writeFileAtomicallySync(path, withChecksum(Buffer.concat([header, rows, points].map(bytesOf))));
}

/** @throws Error when it is missing, damaged or of another release */
export function readMap(path: string): MapFile {
  const content = Uint8Array.from(checkedContent(readFileSync(path)));
  const [format, count] = new Uint32Array(content.buffer, 0, 2);
  if (format !== MAP_FORMAT) throw new Error('it is of another release');
  return {
    rows: new Uint32Array(content.buffer, 8, count),
    points: new Float32Array(content.buffer, 8 + 4 * count, 2 * count),
  };
}

function bytesOf(values: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
