import { describe, expect, it } from 'vitest';
import { createProbelog, type ProbelogOptions } from '../../src/index.js';

const refused = (options: object) => createProbelog(options as ProbelogOptions).catch((thrown) => thrown);

describe('createProbelog refuses', () => {
  it.each([
    [{}, 'dataFolder: '],
    [{ dataFolder: 'd', modelFolder: [] }, 'Unrecognized key: "modelFolder"'],
    [{ dataFolder: 'd', path: 'probelog/' }, 'path: a path such as /probelog'],
    [{ dataFolder: 'd', prefix: 'probe-log' }, 'prefix: a name such as RegisteredModel'],
    [{ dataFolder: 'd', model: { type: 'Model', load: 1 } }, 'model.load: a function'],
    [
      { dataFolder: 'd', settings: { PORT: '80' } },
      'settings.PORT: not a setting here; the host server decides where it listens',
    ],
    [
      { dataFolder: 'd', settings: { PROBELOG_DATA: 'e' } },
      'settings.PROBELOG_DATA: not a setting here; use the option dataFolder',
    ],
    [
      { dataFolder: 'd', settings: { PROBELOG_EXACT_LIMITS: '1' } },
      'PROBELOG_EXACT_LIMITS is not a setting; did you mean PROBELOG_EXACT_LIMIT?',
    ],
    [{ dataFolder: 'd', databaseUrl: 'mysql://me:s3cret@db/x' }, 'DATABASE_URL is (not shown)'],
    [
      { dataFolder: 'd', databaseSchema: 'a"b' },
      'PROBELOG_DATABASE_SCHEMA is "a\\"b"; allowed: up to 63 lowercase letters',
    ],
  ])('%j', async (options, message) => {
    const error = await refused(options);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('s3cret');
  });
});
