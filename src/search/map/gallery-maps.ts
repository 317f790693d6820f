import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { type MapFile, readMap } from './map-file.js';
import type { MapTask } from './map-task.js';

/** The snapshot that a map is made of. */
export interface MappedSnapshot extends Pick<MapTask, 'snapshotFolder' | 'wideRank' | 'rank'> {
  version: string;
  /** The rows that are shown. */
  rows(): Uint32Array;
}

const PREFIX = 'map-';

/** The map of one gallery. It is made when it is wanted, in a process of its own, once for each snapshot. */
export class GalleryMaps {
  private maker: ChildProcess | null = null;
  private loaded: { version: string; map: MapFile } | null = null;
  /** The snapshot whose map could not be made: it is not tried again. */
  private failed: string | null = null;

  constructor(private readonly folder: string) {}

  /** The newest map; null while there is none. Starts to make one when it is not of this snapshot. */
  current(snapshot: MappedSnapshot): { version: string; map: MapFile } | null {
    this.load(snapshot.version);
    if (this.loaded?.version !== snapshot.version && !this.maker && this.failed !== snapshot.version)
      this.make(snapshot);
    return this.loaded;
  }

  /** Whether a map is being made. */
  get isMaking(): boolean {
    return this.maker !== null;
  }

  /** Ends the process. */
  stop(): void {
    this.maker?.kill('SIGKILL');
  }

  /** Loads the map of a snapshot, else the newest that there is. */
  private load(version: string): void {
    const known = this.loaded?.version;
    if (known === version) return;
    const wanted = existsSync(this.pathOf(version))
      ? version
      : known === undefined
        ? this.stored()[0]
        : undefined;
    if (wanted === undefined) return;
    try {
      this.loaded = { version: wanted, map: readMap(this.pathOf(wanted)) };
    } catch {
      rmSync(this.pathOf(wanted), { force: true });
      return;
    }
    if (wanted === version) for (const old of this.stored()) if (old !== version) rmSync(this.pathOf(old));
  }

  private make({ version, rows, ...source }: MappedSnapshot): void {
    const earlier = this.loaded?.version;
    const maker = fork(compiledEntry(import.meta.url, './main.js'), [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.maker = maker;
    maker.once('exit', (code, signal) => {
      this.maker = null;
      if (code === 0) return;
      this.failed = version;
      if (signal !== 'SIGKILL') process.stderr.write('The map of a gallery cannot be made.\n');
    });
    const task: MapTask = {
      ...source,
      rows: rows(),
      targetPath: this.pathOf(version),
      earlierPath: earlier === undefined ? null : this.pathOf(earlier),
    };
    maker.send(task);
  }

  private stored(): string[] {
    return readdirSync(this.folder)
      .filter((name) => name.startsWith(PREFIX) && name.endsWith('.bin'))
      .map((name) => name.slice(PREFIX.length, -'.bin'.length));
  }

  private pathOf(version: string): string {
    return join(this.folder, `${PREFIX}${version}.bin`);
  }
}
