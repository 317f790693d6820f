import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Header } from 'tar';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/index.js';
import { requires } from '../../fixtures/requires.js';
import { type PostgresServer, startPostgres } from '../postgres-server.js';
import { temporaryFolder } from '../temporary-folder.js';
import { archiveOf, backupOf, changed, type File, filesOf, location, restore, withSums } from './archives.js';
import { fillStore } from './filled-store.js';

/** Where archives are restored to: a new embedded database for each takes seconds, so only where there is no server. */
let server: PostgresServer | undefined;
let databaseUrl: string | undefined;
let archive: Buffer;
let files: File[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  await fillStore(location(folder));
  archive = await backupOf(location(folder));
  files = await filesOf(archive);
  await rm(folder, { recursive: true, force: true });
  if (requires('postgresql')) {
    server = await startPostgres();
    databaseUrl = await server.createDatabase('restored');
  }
});
afterAll(() => server?.stop());

/** Restores what is no backup, and sees that nothing of it is there. */
async function refused(
  content: Buffer,
  code = 'BACKUP_INVALID',
  { url }: { url?: string } = { url: databaseUrl },
): Promise<string> {
  const folder = await temporaryFolder();
  const error = await restore(location(folder, url), content).then(
    () => expect.fail('it was restored'),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code });
  expect(await readdir(folder)).toEqual(['lock', 'locks']);
  if (url !== undefined) expect(await tablesOf(url)).toEqual([]);
  return error.message;
}

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  await client.end();
  return rows.map(({ name }) => name);
}

const refusedFiles = (changedFiles: File[], code?: string) => refused(archiveOf(changedFiles), code);

/** An entry of any kind, as a tar program would take it. */
function entry(fields: ConstructorParameters<typeof Header>[0] & object): Buffer {
  const block = Buffer.alloc(512);
  new Header({ mode: 0o644, size: 0, mtime: new Date(0), ...fields }).encode(block);
  return block;
}

describe('an archive that is no backup', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('models and models and models\n'.repeat(100))],
    ['an empty archive', Buffer.alloc(1024)],
    ['another archive', archiveOf([{ path: 'README', content: Buffer.from('hello') }])],
    [
      'another manifest',
      archiveOf([{ path: 'manifest.json', content: Buffer.from('{"format":"probelog-kit"}') }]),
    ],
    ['no JSON', archiveOf([{ path: 'manifest.json', content: Buffer.from('{') }])],
    ['a manifest that does not end', entry({ path: 'manifest.json', type: 'File', size: 2 ** 33 })],
  ])('is refused: %s', async (_, content) => {
    await refused(content);
  });

  it.each([
    ['a path that leads out', { path: '../../evil', type: 'File' }],
    ['an absolute path', { path: '/etc/cron.d/evil', type: 'File' }],
    ['a symbolic link', { path: 'blobs/link', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
    ['a hard link', { path: 'blobs/link', type: 'Link', linkpath: '/etc/passwd' }],
    ['a folder', { path: 'blobs/', type: 'Directory' }],
    ['a device', { path: 'blobs/null', type: 'CharacterDevice' }],
    ['a long name', { path: 'x', type: 'NextFileHasLongPath', size: 300 }],
  ] as const)('is refused: %s among the blobs', async (_, fields) => {
    const [manifest] = files;
    const start = archiveOf([manifest]).subarray(0, -1024);
    const rest = archiveOf(files.slice(1));
    await refused(Buffer.concat([start, entry(fields), rest]));
  });
});

describe('a backup that is not whole', () => {
  it.each([0.1, 0.5, 0.9, 0.999])('is refused: cut off at %d', async (share) => {
    expect(await refused(archive.subarray(0, Math.floor(archive.length * share)))).toContain(
      'Nothing was restored',
    );
  });

  it('is refused: without its end', async () => {
    await refusedFiles(files.slice(0, -1));
    await refused(archive.subarray(0, -1024));
  });

  it('is refused: a blob with other content, twice, or missing', async () => {
    const at = files.findIndex(({ path }) => path.startsWith('blobs/'));
    const damaged = files.map((file, index) =>
      index === at ? { ...file, content: Buffer.from('other') } : file,
    );
    expect(await refusedFiles(damaged)).toContain('another SHA-256 than its name');
    expect(await refusedFiles(files.toSpliced(at, 0, files[at]))).toContain('there twice');
    const probe = /"digest": "([0-9a-f]{64})"/.exec(textOf('rows/probe/000001.jsonl'))?.[1];
    expect(await refusedFiles(files.filter(({ path }) => path !== `blobs/${probe}`))).toContain(
      `${probe}: this file is missing`,
    );
  });

  it('is refused: rows that were changed, left out or put elsewhere', async () => {
    const one = changed(files, /rows\/model\//, (text) => text.replace('whole', 'other'));
    expect(await refusedFiles(one)).toContain('rows/model/000001.jsonl: its SHA-256 differs from the one');
    const without = withSums(files.filter(({ path }) => !path.startsWith('rows/logit/')));
    expect(await refusedFiles(without)).toContain('logit: it has 0 of 6 rows, then rows/ingest');
    const at = files.findIndex(({ path }) => path.startsWith('rows/model/'));
    await refusedFiles(withSums([...files.toSpliced(at, 1), files[at]]));
  });
});

describe('a forged backup', () => {
  it.each([
    [
      'a column too many',
      /rows\/model\//,
      (text: string) => text.replace('{', '{"evil": 1, '),
      'its columns are not',
    ],
    ['no JSON', /rows\/logit\//, (text: string) => `${text}{\n`, 'logit/000001.jsonl:7: it is not JSON'],
    [
      'another type',
      /rows\/logit\//,
      (text: string) => text.replace('"index": 0', '"index": "x"'),
      'do not fit',
    ],
    ['the same row twice', /rows\/model\//, (text: string) => text + text, 'do not fit'],
    ['a model of no probe set', /rows\/probe_set\//, () => '', 'probe_set: it has 0 of 1 rows'],
    [
      'a path for a digest',
      /rows\/model\//,
      (text: string) => text.replaceAll(/"responses_digest": "[0-9a-f]+"/g, '"responses_digest": "../../x"'),
      'an invalid SHA-256',
    ],
    [
      'more outputs than logits',
      /rows\/model\//,
      (text: string) =>
        text
          .replaceAll('"outputs": 3', '"outputs": 4')
          .replaceAll('"has_labels": true', '"has_labels": false'),
      'without all of its responses, logits or labels',
    ],
    [
      'responses of another shape',
      /rows\/model\//,
      (text: string) => {
        const file = /"file_digest": "([0-9a-f]{64})"/.exec(text)?.[1];
        return text.replace(/"responses_digest": "[0-9a-f]+"/, `"responses_digest": "${file}"`);
      },
      'not a .npy file',
    ],
    [
      'a probe set of other images',
      /rows\/probe_set\//,
      (text: string) => text.replace(/"digest": "[0-9a-f]{64}"/, `"digest": "${'0'.repeat(64)}"`),
      'whose digest does not match its probes',
    ],
  ])('is refused although its sums are right: %s', async (_, path, change, message) => {
    expect(await refusedFiles(withSums(changed(files, path, change)))).toContain(message);
  });

  it('is refused when it is of a later release', async () => {
    const format = changed(files, /manifest/, (text) =>
      text.replace('"formatVersion": 1', '"formatVersion": 2'),
    );
    expect(await refusedFiles(format, 'BACKUP_UNSUPPORTED')).toContain('version 2, not 1');
    const migration = changed(files, /manifest/, (text) => {
      const manifest = JSON.parse(text);
      manifest.migrations.push({ name: '29990101000000_later', checksum: 'x' });
      return JSON.stringify(manifest);
    });
    expect(await refusedFiles(migration, 'BACKUP_UNSUPPORTED')).toContain('29990101000000_later');
  });
});

it('leaves no embedded database either', async () => {
  const twice = changed(files, /rows\/model\//, (text) => text + text);
  expect(await refused(archiveOf(withSums(twice)), 'BACKUP_INVALID', {})).toContain('do not fit');
});

it('a backup of an older release is brought to the form of this one', async () => {
  const older = withSums(
    changed(
      files,
      /manifest|rows\/(api_key|audit_entry|ingest|model_data_file|registry_sweep|model)\//,
      (text) => {
        if (!text.includes('"migrations"'))
          return text
            .replaceAll(/"visibility": (null|"[^"]*"), /g, '')
            .replaceAll(/, "multi_label": (null|true|false)/g, '')
            .replaceAll(/, "runner_flavors": \[\]/g, '');
        const manifest = JSON.parse(text);
        manifest.migrations = manifest.migrations.filter(
          ({ name }: { name: string }) => name < '20261125142000_access',
        );
        for (const table of ['api_key', 'audit_entry', 'model_data_file']) delete manifest.tables[table];
        return JSON.stringify(manifest);
      },
    ).filter(({ path }) => !/rows\/(api_key|audit_entry|model_data_file)\//.test(path)),
  );
  const to = location(await temporaryFolder());
  await restore(to, archiveOf(older), 100);
  const store = await openStore(to);
  onTestFinished(() => store.close());
  expect(await store.models.count({ status: 'READY' })).toBe(2);
  expect(await store.apiKeys.page({ first: 1 })).toEqual([]);
});

function textOf(path: string): string {
  return files.find((file) => file.path === path)?.content.toString() ?? '';
}
