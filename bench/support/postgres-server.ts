import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A PostgreSQL server for one test or benchmark, with a password, on a socket in a folder of its own. */
export interface PostgresServer {
  url: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** @param keepAs where its data folder is kept; it is removed when absent */
  stop(keepAs?: string): Promise<void>;
}

/** Folder of the server's programs, as Debian installs them; undefined when there are none. */
export function findPostgres(): string | undefined {
  try {
    const versions = readdirSync('/usr/lib/postgresql');
    return versions.length > 0 ? join('/usr/lib/postgresql', versions[0], 'bin') : undefined;
  } catch {
    return undefined;
  }
}

/** @param from a kept data folder, which is copied: faster than a new one */
export async function startPostgres(from?: string): Promise<PostgresServer> {
  const bin = findPostgres() ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'probelog-postgres-'));
  const user = await serverUser(folder);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder, stdio: 'ignore' as const };
  if (from) execFileSync('cp', ['-a', from, data]);
  else
    execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'probelog', '--auth=trust', '--no-sync'], options);
  const settings = ['-D', data, '-k', folder, '-h', '', '-c', 'fsync=off'];
  const server = spawn(join(bin, 'postgres'), settings, options);
  const exited = once(server, 'exit');
  const url = (database: string) =>
    `postgresql://probelog:s3cret@localhost/${database}?host=${encodeURIComponent(folder)}`;
  const execute = async (sql: string) => {
    const client = new pg.Client({ connectionString: url('postgres') });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  for (
    let attempt = 0;
    !(await execute('SELECT 1').then(
      () => true,
      () => false,
    ));
    attempt++
  ) {
    if (attempt > 1_000) throw new Error('the PostgreSQL server did not start');
    await sleep(20);
  }
  return {
    url: url('postgres'),
    async createDatabase(name) {
      await execute(`CREATE DATABASE "${name}"`);
      return url(name);
    },
    async stop(keepAs) {
      server.kill('SIGINT');
      await exited;
      if (keepAs) await rename(data, keepAs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: there, it runs as the user that its package made. */
async function serverUser(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres']).toString()));
  await chown(folder, uid, gid);
  return { uid, gid };
}
