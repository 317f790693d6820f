import { messageOf } from '../../../errors/index.js';
import { type Check, failed, ok, Skipped } from '../check.js';
import { remoteClock } from '../remote-clock.js';

/** S3 refuses what is signed longer ago than this. */
const MAX_OFF_SECONDS = 900;

/** The S3 store that models are read from can be reached, and will take what this clock signs. */
export const objectStorage: Check = {
  name: 'object storage',
  async run(machine) {
    if (machine.setting('s3Buckets') === undefined) return ok('no bucket is open');
    const secret = machine.setting('s3SecretAccessKey') ?? machine.setting('s3SecretAccessKeyFile');
    if (machine.setting('s3AccessKeyId') === undefined || secret === undefined)
      return failed(
        'PROBELOG_S3_BUCKETS is set, and there is no key to read them by',
        'set PROBELOG_S3_ACCESS_KEY_ID and PROBELOG_S3_SECRET_ACCESS_KEY',
      );
    if (!machine.network) throw new Skipped('other machines are asked with --network only');
    const url = machine.setting('s3Endpoint') ?? `https://s3.${machine.setting('s3Region')}.amazonaws.com`;
    try {
      const off = await remoteClock(url);
      if (off <= MAX_OFF_SECONDS) return ok(`${new URL(url).host} answers`);
      return failed(
        `the clock is ${Math.round(off)} s off that of ${new URL(url).host}, which refuses such signatures`,
        'set the clock by NTP: timedatectl set-ntp true',
      );
    } catch (thrown) {
      return failed(
        `${new URL(url).host} does not answer: ${causeOf(thrown)}`,
        'correct PROBELOG_S3_ENDPOINT or PROBELOG_S3_REGION, or let this machine reach it',
      );
    }
  },
};

/** `fetch` says what hindered it one level down. */
function causeOf(thrown: unknown): string {
  return messageOf(thrown instanceof Error && thrown.cause ? thrown.cause : thrown);
}
