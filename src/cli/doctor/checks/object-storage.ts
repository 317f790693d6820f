import { messageOf } from '../../../errors/index.js';
import { type Check, failed, ok, Skipped } from '../check.js';
import { remoteClock } from '../remote-clock.js';

/** S3 refuses older signatures. */
const MAX_OFF_SECONDS = 900;

/** The S3 store can be reached, and accepts signatures with this clock. */
export const objectStorage: Check = {
  name: 'object storage',
  async run(machine) {
    if (machine.setting('s3Buckets') === undefined) return ok('no bucket is configured');
    const secret = machine.setting('s3SecretAccessKey') ?? machine.setting('s3SecretAccessKeyFile');
    if (machine.setting('s3AccessKeyId') === undefined || secret === undefined)
      return failed(
        'PROBELOG_S3_BUCKETS is set, but there are no credentials',
        'set PROBELOG_S3_ACCESS_KEY_ID and PROBELOG_S3_SECRET_ACCESS_KEY',
      );
    if (!machine.network) throw new Skipped('the network is used only with --network');
    const url = machine.setting('s3Endpoint') ?? `https://s3.${machine.setting('s3Region')}.amazonaws.com`;
    try {
      const off = await remoteClock(url);
      if (off <= MAX_OFF_SECONDS) return ok(`${new URL(url).host} answers`);
      return failed(
        `the clock is ${Math.round(off)} s off that of ${new URL(url).host}, which therefore refuses requests`,
        'synchronize the clock with NTP: timedatectl set-ntp true',
      );
    } catch (thrown) {
      return failed(
        `${new URL(url).host} does not answer: ${causeOf(thrown)}`,
        'correct PROBELOG_S3_ENDPOINT or PROBELOG_S3_REGION, or let this machine reach it',
      );
    }
  },
};

/** `fetch` has the reason of a failure in its cause. */
function causeOf(thrown: unknown): string {
  return messageOf(thrown instanceof Error && thrown.cause ? thrown.cause : thrown);
}
