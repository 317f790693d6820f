import { badAnswer } from './answer-error.js';
import { ask } from './ask.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import { GalleryMapDocument, type GalleryMapQuery } from './generated/operations.js';

/** A gallery in two dimensions. */
export interface GalleryMap {
  state: GalleryMapQuery['galleryMap']['state'];
  /** Null when there is no map. */
  version: string | null;
  /** Whether a newer one is being made. */
  isMaking: boolean;
  /** Ids of the models of the points. */
  models: string[];
  /** Where each point is: x and y, one after the other. */
  points: Float32Array;
  /** For each point, the place of its model in `models`. */
  modelOf: Uint32Array;
  /** For each point, the index of its logit. */
  indexes: Uint32Array;
}

/** Options of {@link fetchMap}. */
export interface GalleryMapOptions extends CallOptions {
  /** The default gallery when absent. */
  probeSet?: string;
}

const POINT_BYTES = 16;
/** A map may be replaced while its pages are read. */
const MAX_READINGS = 3;

type Page = GalleryMapQuery['galleryMap'];

/** Reads a map, page after page; from the beginning when another one replaces it meanwhile. */
export async function fetchMap(
  connection: Connection,
  { probeSet, signal }: GalleryMapOptions,
): Promise<GalleryMap> {
  for (let reading = 1; reading <= MAX_READINGS; reading++) {
    const pages: Page[] = [];
    let read = 0;
    let page: Page;
    do {
      const variables = { probeSet, from: read };
      page = (await ask(connection, GalleryMapDocument, variables, { signal })).galleryMap;
      pages.push(page);
      read += countOf(page);
    } while (countOf(page) > 0 && read < page.total);
    if (pages.every(({ version }) => version === page.version)) return joined(pages);
  }
  throw badAnswer('The map is replaced again and again while it is read.');
}

function countOf({ points }: Page): number {
  return Math.floor((points.length * 3) / 4 / POINT_BYTES);
}

function joined(pages: readonly Page[]): GalleryMap {
  const [{ state, version, isMaking }] = pages;
  const places = new Map<string, number>();
  const points: number[] = [];
  const modelOf: number[] = [];
  const indexes: number[] = [];
  for (const page of pages) {
    const bytes = Uint8Array.from(atob(page.points), (byte) => byte.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + POINT_BYTES <= bytes.length; at += POINT_BYTES) {
      const model = page.models[view.getUint32(at + 8, true)];
      const place = places.get(model) ?? places.size;
      places.set(model, place);
      points.push(view.getFloat32(at, true), view.getFloat32(at + 4, true));
      modelOf.push(place);
      indexes.push(view.getUint32(at + 12, true));
    }
  }
  return {
    state,
    version: version ?? null,
    isMaking,
    models: [...places.keys()],
    points: Float32Array.from(points),
    modelOf: Uint32Array.from(modelOf),
    indexes: Uint32Array.from(indexes),
  };
}
