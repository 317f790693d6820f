import { expect, it } from 'vitest';
import { memory } from '../../../src/cli/doctor/checks/memory.js';
import { port } from '../../../src/cli/doctor/checks/port.js';
import { settings } from '../../../src/cli/doctor/checks/settings.js';
import { examine } from './examine.js';

const BROKEN = { PORT: 'http', PROBELOG_DATS: 'x', PROBELOG_MLFLOW_TOKEN: 's3cret\u0007' };

it('tells every bad variable, and no secret', async () => {
  const findings = await examine(settings, BROKEN);
  expect(findings.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
  const told = JSON.stringify(findings);
  for (const variable of Object.keys(BROKEN)) expect(told).toContain(variable);
  expect(told).toContain('did you mean PROBELOG_DATA?');
  expect(told).not.toContain('s3cret');
});

it('leaves checks alone that need none of them', async () => {
  expect(await examine(port, BROKEN)).toEqual([
    { state: 'skipped', says: 'because PORT is invalid', mend: null },
  ]);
  expect((await examine(memory, { ...BROKEN, PROBELOG_MODEL_MEMORY: '256MiB' }))[0].state).not.toBe(
    'skipped',
  );
});
