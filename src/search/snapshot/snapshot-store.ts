import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf } from '../../errors/index.js';
import { writeFileAtomicallySync } from '../../lib/atomic-file.js';
import { compiledEntry } from '../../lib/compiled-entry.js';
import type { RowFile } from '../gallery/row-file.js';
import type { BuildTask } from './build/build-snapshot.js';
import type { FaissLibrary } from './faiss.js';
import { readSnapshot, type Snapshot } from './snapshot.js';

/** The snapshots of one gallery: builds them in a separate process and keeps the newest. */
export class SnapshotStore {
  private builder: ChildProcess | null = null;
  /** Why the stored snapshot could not be loaded; null if nothing was wrong. */
  problem: string | null = null;

  constructor(
    private readonly folder: string,
    private readonly probes: number,
    private readonly faiss: FaissLibrary | null,
  ) {}

  /**
   * The current snapshot; null when there is none, or it is damaged or of other rows. Removes leftovers of interrupted builds.
   *
   * @param rows the gallery's
   */
  load(rows: Pick<RowFile, 'rows' | 'checksum'>): Snapshot | null {
    const version = existsSync(this.pointer) ? readFileSync(this.pointer, 'utf8') : '';
    this.removeAllBut(version);
    try {
      const snapshot = readSnapshot(this.folderOf(version), this.probes, this.faiss);
      if (snapshot.rows > rows.rows || snapshot.rowsSum !== rows.checksum(0, snapshot.rows))
        throw new Error('it was built from other descriptors');
      return snapshot;
    } catch (thrown) {
      if (version !== '') this.problem = messageOf(thrown);
      rmSync(this.pointer, { force: true });
      return null;
    }
  }

  /** Builds a snapshot and makes it the current one. @throws Error when the build fails */
  async build(task: Omit<BuildTask, 'targetFolder' | 'earlierFolder' | 'probes'>): Promise<Snapshot> {
    const { version } = task;
    const earlier = existsSync(this.pointer) ? readFileSync(this.pointer, 'utf8') : null;
    await this.run({
      ...task,
      probes: this.probes,
      targetFolder: this.folderOf(version),
      earlierFolder: earlier === null ? undefined : this.folderOf(earlier),
    });
    const snapshot = readSnapshot(this.folderOf(version), this.probes, this.faiss);
    writeFileAtomicallySync(this.pointer, version);
    // Other processes know the path of the previous prior and may be about to read it.
    this.removeAllBut(version, earlier ?? version);
    return snapshot;
  }

  /** Kills a running build. */
  stop(): void {
    this.builder?.kill('SIGKILL');
  }

  private run(task: BuildTask): Promise<void> {
    return new Promise((resolve, reject) => {
      const builder = fork(compiledEntry(import.meta.url, './build/main.js'), [], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      this.builder = builder;
      builder.once('exit', (code, signal) => {
        this.builder = null;
        if (code === 0) resolve();
        else reject(new Error(`the build process ended with ${signal ?? code}`));
      });
      builder.send(task);
    });
  }

  private removeAllBut(...versions: string[]): void {
    const kept = versions.map((version) => PREFIX + version);
    for (const name of readdirSync(this.folder)) {
      if (name.startsWith(PREFIX) && !kept.includes(name)) {
        rmSync(join(this.folder, name), { recursive: true, force: true });
      }
    }
  }

  private folderOf(version: string): string {
    return join(this.folder, PREFIX + version);
  }

  /** The file that names the current snapshot's version. */
  private get pointer(): string {
    return join(this.folder, 'current');
  }
}

const PREFIX = 'snapshot-';
