import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { writeFileAtomicallySync } from '../../lib/atomic-file.js';
import { compiledEntry } from '../../lib/compiled-entry.js';

import type { BuildTask } from './build/build-snapshot.js';
import type { FaissLibrary } from './faiss.js';
import { readSnapshot, type Snapshot } from './snapshot.js';

/** The snapshots of one gallery: builds them in a process of their own, and keeps the newest. */
export class SnapshotStore {
  private builder: ChildProcess | null = null;

  constructor(
    private readonly folder: string,
    private readonly probes: number,
    private readonly faiss: FaissLibrary | null,
  ) {}

  /** The kept snapshot; null when there is none or it is damaged. What interrupted builds left is removed. */
  load(): Snapshot | null {
    const version = existsSync(this.pointer) ? readFileSync(this.pointer, 'utf8') : '';
    this.removeAllBut(version);
    try {
      return readSnapshot(this.folderOf(version), this.probes, this.faiss);
    } catch {
      rmSync(this.pointer, { force: true });
      return null;
    }
  }

  /** Builds a snapshot and makes it the kept one. */
  async build(task: Omit<BuildTask, 'targetFolder' | 'probes'>): Promise<Snapshot> {
    const { version } = task;
    await this.run({ ...task, probes: this.probes, targetFolder: this.folderOf(version) });
    const snapshot = readSnapshot(this.folderOf(version), this.probes, this.faiss);
    const previous = existsSync(this.pointer) ? readFileSync(this.pointer, 'utf8') : version;
    writeFileAtomicallySync(this.pointer, version);
    // Other processes were told of the previous prior's file, and may be about to read it.
    this.removeAllBut(version, previous);
    return snapshot;
  }

  /** Ends a build under way. */
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

  /** A file with the version of the kept snapshot. */
  private get pointer(): string {
    return join(this.folder, 'current');
  }
}

const PREFIX = 'snapshot-';
