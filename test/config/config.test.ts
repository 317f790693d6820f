import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeConfig, loadConfig } from '../../src/config/index.js';
import { temporaryFolder } from '../store/temporary-folder.js';

describe('loadConfig', () => {
  it('has a default for every setting that needs one, and freezes the result', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataFolder: './data',
      databaseUrl: undefined,
      textEncoder: 'Xenova/clip-vit-base-patch32',
      logLevel: 'info',
      maxModelBytes: 2 ** 33,
      privateAddresses: [],
      probingBudget: 0.34,
      probingErrorBound: 0,
      probingErrorFactor: 2,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reads sizes, lists and numbers', () => {
    const config = loadConfig({
      PORT: '0',
      PROBELOG_MAX_MODEL_BYTES: '500 MiB',
      PROBELOG_PRIVATE_ADDRESSES: '10.0.0.0/8, ::1',
      PROBELOG_MODEL_FOLDERS: '/models,,/more',
      PROBELOG_PROBING_BUDGET: '1',
      PROBELOG_PROBING_ERROR_BOUND: '.25',
      PROBELOG_PROBING_ERROR_FACTOR: '0',
    });
    expect(config.port).toBe(0);
    expect(config.maxModelBytes).toBe(500 * 2 ** 20);
    expect(config.privateAddresses).toEqual(['10.0.0.0/8', '::1']);
    expect(config.modelFolders).toEqual(['/models', '/more']);
    expect(config.probingBudget).toBe(1);
    expect(config.probingErrorBound).toBe(0.25);
    expect(config.probingErrorFactor).toBe(0);
  });

  it.each([
    ['id', { id: 'id' }],
    ['name, version', { name: 'name', version: 'version' }],
    ['modelId=name', { modelId: 'name' }],
    ['no=version,title=name', { no: 'version', title: 'name' }],
  ])('reads the key %s', (text, subgraphKey) => {
    expect(loadConfig({ PROBELOG_SUBGRAPH_KEY: text })).toMatchObject({ subgraphKey });
  });

  it('treats an empty variable as unset', () => {
    for (const HOST of ['::', '0.0.0.0', 'fe80::1%eth0', 'localhost', 'my_host-1.example.org'])
      expect(loadConfig({ HOST }).host).toBe(HOST);
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000, databaseUrl: undefined });
  });

  it.each([
    ['HOST', '999.1.1.1', 'a host name or IP address'],
    ['HOST', '1.2.3', 'a host name or IP address'],
    ['HOST', '::1::', 'a host name or IP address'],
    ['HOST', '127.0.0.1:4000', 'a host name or IP address'],
    ['HOST', 'a..b', 'a host name or IP address'],
    ['HOST', '-a', 'a host name or IP address'],
    ['PORT', '70000', 'a whole number from 0 to 65535'],
    ['PORT', '4000x', 'a whole number from 0 to 65535'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn'],
    ['PROBELOG_PRIVATE_ADDRESSES', 'example', 'CIDR'],
    ['PROBELOG_MAX_MODEL_BYTES', '3TB', 'a size'],
    ['PROBELOG_PROBING_BUDGET', '0.01', 'a number from 0.02 to 1'],
    ['PROBELOG_PROBING_BUDGET', '1e-1', 'a number from 0.02 to 1'],
    ['PROBELOG_PROBING_BUDGET', '34%', 'a number from 0.02 to 1'],
    ['PROBELOG_SUBGRAPH_KEY', 'version', 'id, name, or name,version'],
    ['PROBELOG_SUBGRAPH_KEY', 'id,name', 'id, name, or name,version'],
    ['PROBELOG_SUBGRAPH_KEY', 'a=name,b=name', 'id, name, or name,version'],
    ['PROBELOG_SUBGRAPH_KEY', 'a-b=name', 'id, name, or name,version'],
    ['PROBELOG_SUBGRAPH_MODEL', 'model', 'a type name'],
    ['PROBELOG_SUBGRAPH', 'yes', 'true or false'],
    ['PROBELOG_DATABASE_SCHEMA', 'pg_own', 'lowercase letters'],
    ['PROBELOG_PROBING_ERROR_BOUND', '-0.1', 'a number from 0 to 1'],
  ])('refuses %s=%s, naming variable, value and what is allowed', (variable, value, allowed) => {
    const load = () => loadConfig({ [variable]: value });
    expect(load).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(load).toThrow(`${variable} is "${value}"`);
    expect(load).toThrow(allowed);
  });

  it.each([
    'https://ada:l0velace@mlflow.example.org',
    'https://ada:l0ve/lace@mlflow.example.org',
    'https://ada:l0velace@a@mlflow.example.org',
    'ada:l0velace@mlflow.example.org',
  ])('does not print the user and the password of %s, which it refuses', (url) => {
    const load = () => loadConfig({ PROBELOG_MLFLOW_URL: url });
    expect(load).toThrow(/PROBELOG_MLFLOW_URL is ".*\(not shown\)@mlflow\.example\.org"/);
    expect(load).not.toThrow(/ada|l0ve/);
  });

  it('names every problem at once', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/PORT[\s\S]*LOG_LEVEL/);
  });

  it('refuses an unknown PROBELOG_ variable and suggests the one that was meant', () => {
    expect(() => loadConfig({ PROBELOG_TEXT_ENCODR: 'x' })).toThrow('did you mean PROBELOG_TEXT_ENCODER?');
  });

  it('reads secrets from variables and files, several at once', async () => {
    const file = join(await temporaryFolder(), 'secrets');
    await writeFile(file, 'old, new\n');
    const config = loadConfig({ PROBELOG_MLFLOW_SECRETS: 'a,b', PROBELOG_MLFLOW_SECRETS_FILE: file });
    expect(config).toMatchObject({ mlflowSecrets: ['a', 'b'], mlflowSecretsFile: ['old', 'new'] });
    expect(config.huggingfaceSecrets).toBeUndefined();
  });

  it.each([
    ['PROBELOG_MLFLOW_SECRETS', ' , '],
    ['PROBELOG_MLFLOW_SECRETS_FILE', '/nothing/here'],
    ['PROBELOG_STANDARD_SECRETS', 'whsec_not base64'],
    ['PROBELOG_STANDARD_SECRETS', 'whsec_'],
    ['PROBELOG_STANDARD_SECRETS', 'AAA'],
  ])('refuses %s=%j without showing it', (variable, value) => {
    expect(() => loadConfig({ [variable]: value })).toThrow(`${variable} is (not shown)`);
  });

  it('takes the published form of a Standard Webhooks secret, with and without its prefix', () => {
    const secrets = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(loadConfig({ PROBELOG_STANDARD_SECRETS: secrets }).standardSecrets).toHaveLength(2);
  });

  it.each([
    ['PROBELOG_MLFLOW_URL', 'https://ada@mlflow.example.org'],
    ['PROBELOG_MLFLOW_URL', 'mlflow.example.org'],
    ['PROBELOG_MLFLOW_URL', 'file:///srv/mlruns'],
    ['PROBELOG_HUGGINGFACE_URL', 'https://hub.example.org/?mirror=1'],
    ['PROBELOG_MLFLOW_TOKEN', 'line\nbreak'],
    ['PROBELOG_MLFLOW_TOKEN_FILE', '/nothing/here'],
    ['PROBELOG_S3_BUCKETS', ' , '],
    ['PROBELOG_S3_BUCKETS', 'Models'],
    ['PROBELOG_HUGGINGFACE_REPOSITORIES', 'org/name/more'],
  ])('refuses %s=%j', (variable, value) => {
    expect(() => loadConfig({ [variable]: value })).toThrow(`${variable} is `);
  });

  it('reads the settings of registries', async () => {
    const file = join(await temporaryFolder(), 'token');
    await writeFile(file, 't0k\n');
    const environment = {
      PROBELOG_MLFLOW_URL: 'https://example.org/mlflow',
      PROBELOG_MLFLOW_TOKEN_FILE: file,
      PROBELOG_S3_BUCKETS: 'models, shared/onnx/',
      PROBELOG_HUGGINGFACE_REPOSITORIES: 'org,other/one',
    };
    expect(loadConfig(environment)).toMatchObject({
      mlflowTokenFile: 't0k',
      s3Buckets: ['models', 'shared/onnx'],
      huggingfaceRepositories: ['org', 'other/one'],
      huggingfaceUrl: 'https://huggingface.co',
    });
    expect(JSON.stringify(describeConfig(environment))).not.toContain('t0k');
  });

  it('never shows a secret, neither in an error nor in the description', () => {
    expect(() => loadConfig({ DATABASE_URL: 'mysql://u:hunter2@h/d' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
    const lines = describeConfig({ DATABASE_URL: 'postgresql://u:hunter2@h/d' });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    const hooks = describeConfig({ PROBELOG_WANDB_TOKENS: 'hunter2,hunter3' });
    expect(JSON.stringify(hooks)).not.toContain('hunter');
    expect(hooks).toContainEqual(
      expect.objectContaining({ variable: 'PROBELOG_WANDB_TOKENS', value: '(set, not shown)' }),
    );
  });

  it('describes every setting as a user writes it, whatever its type', () => {
    const environment = {
      PROBELOG_REGISTRY_VISIBILITY: 'mlflow=team, hub=public',
      PROBELOG_SUBGRAPH_KEY: 'title=name,version',
      PROBELOG_INTROSPECTION: 'off',
    };
    const texts = new Map(describeConfig(environment).map(({ variable, text }) => [variable, text]));
    for (const [variable, text] of Object.entries(environment)) expect(texts.get(variable)).toBe(text);
    expect(texts.get('PROBELOG_OIDC_SCOPE_VALUES')).toContain('probelog:read=');
    expect([...texts.values()].join()).not.toContain('[object');
  });
});
