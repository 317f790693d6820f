import { expect, it } from 'vitest';

/** Plain JavaScript, because it runs before anything is installed. */
const MODULE = new URL('../../scripts/setup/node-version.mjs', import.meta.url).href;
const { judge }: { judge(version: string, today: Date): { supported: boolean; message?: string } } =
  await import(MODULE);

const CASES = [
  {
    version: '18.20.8',
    day: '2026-11-29',
    supported: false,
    message: 'ProbeLog does not run on Node 18.20.8.',
  },
  { version: '20.18.1', day: '2026-11-29', supported: false, message: 'Supported: 20.19, 22.12, 24.0, 26.0' },
  {
    version: '20.19.0',
    day: '2026-11-29',
    supported: true,
    message: 'Node 20 works, but has had no security fixes since 2026-04-30. Install Node 22, 24 or 26.',
  },
  { version: '20.19.0', day: '2026-04-30', supported: true, message: undefined },
  { version: '21.7.3', day: '2026-11-29', supported: false, message: 'Install Node 22, 24 or 26.' },
  { version: '22.11.0', day: '2026-11-29', supported: false, message: 'does not run on Node 22.11.0' },
  { version: '22.12.0', day: '2026-11-29', supported: true, message: undefined },
  { version: '23.11.0', day: '2026-11-29', supported: false, message: 'does not run on Node 23.11.0' },
  { version: '24.0.0', day: '2026-11-29', supported: true, message: undefined },
  { version: '26.3.0', day: '2026-11-29', supported: true, message: undefined },
  { version: '27.0.0', day: '2026-11-29', supported: true, message: undefined },
  { version: '22.12.0', day: '2031-01-01', supported: true, message: 'Install Node 26.' },
];

it.each(CASES)('judges Node $version on $day', ({ version, day, supported, message }) => {
  const judged = judge(version, new Date(`${day}T12:00:00Z`));
  expect(judged.supported).toBe(supported);
  if (message === undefined) expect(judged.message).toBeUndefined();
  else expect(judged.message).toContain(message);
});
