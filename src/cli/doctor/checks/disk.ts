import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { byteSize } from '../../output/formats.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';

/** Less than one ingest needs. */
const MIN_BYTES = 256 * 2 ** 20;

/** By their numbers in `statfs`. */
const FILE_SYSTEMS: Record<number, string> = {
  61267: 'ext4',
  1481003842: 'XFS',
  2435016766: 'Btrfs',
  801189825: 'ZFS',
  4076150800: 'F2FS',
  2035054128: 'overlay',
  16914836: 'tmpfs',
  26985: 'NFS',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  1702057286: 'FUSE',
  16914839: '9p',
};
const OVER_A_NETWORK = ['NFS', 'CIFS', 'SMB'];

/** There is space for the data, on a suitable file system. */
export const disk: Check = {
  name: 'disk',
  async run(machine) {
    const folder = await nearest(machine.dataFolder);
    const { type, bavail, bsize, ffree, files } = await statfs(folder);
    const free = bavail * bsize;
    const name = FILE_SYSTEMS[type >>> 0] ?? `file system 0x${(type >>> 0).toString(16)}`;
    const found: Finding[] = [];
    const largest = machine.setting('maxModelBytes');
    if (free < MIN_BYTES)
      found.push(
        failed(`only ${byteSize(free)} are free`, 'free space, or set PROBELOG_DATA to another disk'),
      );
    else if (free < largest)
      found.push(
        warning(
          `${byteSize(free)} are free, but one model file may have ${byteSize(largest)}`,
          'free space, or lower PROBELOG_MAX_MODEL_BYTES and PROBELOG_MODEL_CACHE',
        ),
      );
    if (files > 0 && ffree === 0)
      found.push(
        failed(
          'the file system can hold no more files',
          'remove files, or set PROBELOG_DATA to another disk',
        ),
      );
    if (name === 'tmpfs')
      found.push(
        warning(
          'the data folder is in memory: a restart loses it',
          'set PROBELOG_DATA to a folder on a disk',
        ),
      );
    if (OVER_A_NETWORK.includes(name) && machine.setting('databaseUrl') === undefined)
      found.push(
        failed(
          `the data folder is on ${name}, which damages an embedded database sooner or later`,
          'set PROBELOG_DATA to a folder on a disk of this machine, or DATABASE_URL to a PostgreSQL server',
        ),
      );
    return found.length > 0 ? found : ok(`${name}, ${byteSize(free)} free`);
  },
};

/** The folder, or its nearest parent that exists. */
async function nearest(folder: string): Promise<string> {
  return stat(folder).then(
    () => folder,
    () => (dirname(folder) === folder ? folder : nearest(dirname(folder))),
  );
}
