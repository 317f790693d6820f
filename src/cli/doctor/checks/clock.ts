import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../package-root.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';
import type { Machine } from '../machine.js';
import { remoteClock } from '../remote-clock.js';

/** Signed webhooks are refused beyond 300 s, tokens sooner (PROBELOG_OIDC_CLOCK_TOLERANCE_SECONDS). */
const MAX_OFF_SECONDS = 60;
const MEND = 'synchronize the clock with NTP: timedatectl set-ntp true';

/** The clock is later than the installation of this program, and agrees with the database server's and the Hub's. */
export const clock: Check = {
  name: 'clock',
  async run(machine) {
    const now = Date.now();
    const made = (await stat(join(PACKAGE_ROOT, 'package.json'))).mtimeMs;
    if (now < made - 86_400_000)
      return failed(`it is set to ${new Date(now).toISOString()}, before this program was installed`, MEND);
    const found = [...(await ofDatabase(machine)), ...(await ofHub(machine))];
    return found.length > 0 ? found : ok(`${new Date(now).toISOString()}; not compared with another clock`);
  },
};

async function ofDatabase(machine: Machine): Promise<Finding[]> {
  if (machine.setting('databaseUrl') === undefined) return [];
  const asked = Date.now();
  const look = await machine.database().catch(() => null);
  if (look === null) return [];

  const off = Math.max(0, Math.abs(look.now.getTime() - asked) - (Date.now() - asked));
  return [compared('the database server', off / 1000)];
}

async function ofHub(machine: Machine): Promise<Finding[]> {
  if (!machine.network) return [];
  const url = machine.setting('huggingfaceUrl');
  const off = await remoteClock(url).catch(() => null);
  return off === null ? [] : [compared(new URL(url).host, off)];
}

function compared(server: string, secondsOff: number): Finding {
  if (secondsOff <= MAX_OFF_SECONDS) return ok(`it agrees with that of ${server}`);
  return warning(
    `it is ${Math.round(secondsOff)} s off that of ${server}: signed webhooks, tokens and S3 requests may be refused`,
    MEND,
  );
}
